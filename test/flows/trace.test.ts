/** What an answered request leaves: who gets the report, who never does, what is counted, and the warnings that block nothing. */
import { describe, expect, it } from 'vitest';
import type { RawRoomEvent } from '../../care/relay/transport.ts';
import { offer } from '../request/offers.ts';
import { admitted, PATIENT } from './patient-room.ts';
import { openWard, paris, type Ward } from './stage.ts';

const GROUP = 'Téléexpertise cardiologie (ECG)';
const MONDAY: [number, number, number, number, number] = [2026, 11, 23, 9, 0];
const codeIn = (ward: Ward): string => /D-\w{3,4}/.exec(ward.bodies('mt').join('\n'))?.[0] ?? '';

/** Asked and taken; the answer is the test's. */
async function taken(): Promise<{ ward: Ward; code: string }> {
  const ward = await openWard({ start: MONDAY });
  await ward.types('mt', 'avis cardio ECG douteux avant certificat de sport, 17 ans');
  const code = codeIn(ward);
  await ward.types('cardio2', `prendre ${code}`);
  return { ward, code };
}

function files(ward: Ward, id: string): RawRoomEvent[] {
  return ward
    .readBy(`@${id}:test`)
    .map((heard) => heard.event)
    .filter((event) => event.content['msgtype'] === 'm.file' || event.content['msgtype'] === 'm.image');
}

async function bytesOf(ward: Ward, event: RawRoomEvent | undefined): Promise<Buffer> {
  const limits = { bytes: 4_000_000, types: ['application/pdf', 'image/*'] };
  return ward.transport.download(event?.content ?? {}, limits, async (opened) => {
    const chunks = [];
    for await (const chunk of opened.bytes()) chunks.push(chunk);
    return Buffer.concat(chunks);
  });
}

describe('the report of an answered request', () => {
  it('is a PDF in the request room, said in one line with its acts, and never goes to the group', async () => {
    const { ward, code } = await taken();
    await ward.types('cardio2', '!répondre Sport autorisé', code);
    for (const id of ['mt', 'cardio2']) {
      const [pdf, ...more] = files(ward, id);
      expect(more).toEqual([]);
      expect(pdf?.content).toMatchObject({
        body: `compte-rendu-${code}.pdf`,
        info: { mimetype: 'application/pdf' },
        'm.mentions': {},
      });
      expect((await bytesOf(ward, pdf)).subarray(0, 5).toString()).toBe('%PDF-');
    }
    expect(ward.bodies('mt')).toContain(
      `${code} : Compte rendu ci-dessous.\nActes à compter : TE2 (Dr cardio2), RQD (Dr mt).`,
    );
    const group = ward.room(GROUP);
    expect(ward.readBy('@cardio1:test').filter((heard) => heard.roomId === group)).not.toEqual([]);
    expect(files(ward, 'cardio1')).toEqual([]);
    expect(ward.bodies('cardio1').join('\n')).not.toContain('Compte rendu');
    await ward.close();
  });

  it('comes again when the answer is corrected, and the acts are not counted twice', async () => {
    const { ward, code } = await taken();
    await ward.types('cardio2', '!répondre Sport autorisé', code);
    await ward.types('cardio2', '!répondre Sport autorisé, sauf compétition', code);
    expect(files(ward, 'mt')).toHaveLength(2);
    expect(ward.bodies('mt')).toContain(`${code} : Compte rendu corrigé ci-dessous.`);
    expect(ward.bodies('mt').filter((body) => body.includes('Actes à compter'))).toHaveLength(1);
    await ward.close();
  });

  it('warns of an answer past seven days, after having answered', async () => {
    const { ward, code } = await taken();
    await ward.until(paris(2026, 12, 2, 9, 0));
    await ward.types('cardio2', '!répondre Sport autorisé', code);
    expect(ward.bodies('mt').join('\n')).toContain(
      'À vérifier, Dr cardio2 : réponse après 9 jours, TE2 prévoit 7 jours.\nÀ vérifier, Dr mt : réponse après 9 jours, RQD prévoit 7 jours.',
    );
    expect(ward.bodies('mt').join('\n')).toContain('Sport autorisé');
    await ward.close();
  });
});

const ORTHO = offer(`
id: teleexpertise-orthopedie
title: Téléexpertise orthopédie
family: avis
words: [ortho]
ask: { who: [infirmier], consent: required, urgent: refuse-15 }
form: [{ key: question, type: text, required: true, share: before }]
to: { group: avis-cardiologie, dispatch: first-accept }
trace: { report: teleexpertise, billing: [TE2, RQD], to: [asker, medecin-traitant] }
`);

describe('from the patient’s room', () => {
  async function answered(times: number, team?: string[]): Promise<Ward> {
    const { ward, roomId } = await admitted({ offers: [ORTHO], ...(team && { team }) });
    for (let n = 0; n < times; n += 1) {
      await ward.says(roomId, '@idel:test', '!avis ortho Plaie de la cheville');
      const code = /D-\w{3,4}/.exec(ward.bodies('idel').at(-1) ?? '')?.[0] ?? '';
      await ward.types('cardio1', `prendre ${code}`);
      await ward.types('cardio1', '!répondre Radiographie puis consultation', code);
    }
    return ward;
  }

  it('reaches the médecin traitant of the équipe in words and as a PDF, in their own room', async () => {
    const ward = await answered(1);
    const [text] = ward.bodies('mt').filter((body) => body.startsWith('Compte rendu de téléexpertise'));
    expect(text).toMatch(PATIENT);
    expect(text).toContain('Radiographie puis consultation');
    expect(text).toContain('Demandé par : Dr idel, infirmier');
    expect(files(ward, 'mt')).toHaveLength(1);
    const direct = await ward.direct('@mt:test');
    expect(ward.readBy('@mt:test').find(({ event }) => event === files(ward, 'mt')[0])?.roomId).toBe(direct);
    expect(files(ward, 'pharma')).toEqual([]);
    expect(files(ward, 'coord')).toEqual([]);
    await ward.close();
  });

  it('goes to no médecin traitant who is not of that équipe', async () => {
    const ward = await answered(1, ['idel', 'pharma']);
    expect(files(ward, 'idel')).toHaveLength(1);
    expect(files(ward, 'mt')).toEqual([]);
    expect(ward.bodies('mt').join('\n')).not.toMatch(PATIENT);
    await ward.close();
  });

  it('warns at the fifth of the year for one patient, each one for their own act', async () => {
    const ward = await answered(5);
    const said = ward.bodies('idel').join('\n');
    expect(said.match(/À vérifier/g)).toHaveLength(2);
    expect(said).toContain('À vérifier, Dr cardio1 : 5e TE2 cette année pour ce patient, 4 sont prévus.');
    expect(said).toContain('À vérifier, Dr idel : 5e RQD cette année pour ce patient, 4 sont prévus.');
    await ward.close();
  });
});
