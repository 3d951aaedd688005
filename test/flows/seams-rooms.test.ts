/** What is typed where two conversations, or two sorts of readers, meet. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { jpegPhoto } from '../bot/photos.ts';
import { offer } from '../request/offers.ts';
import { ONE_SLOT } from './one-slot.ts';
import { openWard, paris, type Ward } from './stage.ts';
import { moves, openTwo, roomsOf } from './two-patients.ts';

const AVIS = offer(`
id: avis-peau
title: Avis peau
family: avis
words: [peau]
ask: { who: [medecin-traitant], consent: not-needed, anonymous: always, urgent: accept }
about: nobody
form:
  - { key: question, type: text, required: true, share: before }
  - { key: photos, type: photo, most: 2 }
to: { group: avis-cardiologie, dispatch: first-accept }
`);

const last = (ward: Ward, id: string): string => ward.bodies(id).at(-1) ?? '';
async function photo(ward: Ward, body: string): Promise<void> {
  const room = await ward.direct('@mt:test');
  const { file, size } = await ward.transport.upload(Readable.from([jpegPhoto(6)]), 1_000_000);
  ward.transport.type(room, '@mt:test', {
    msgtype: 'm.image',
    body,
    file,
    info: { mimetype: 'image/jpeg', size },
  });
  await ward.settle();
}

describe('« oui »', () => {
  it('answers what was asked last: the place that is kept, not the form that is still open', async () => {
    const ward = await openWard({ slots: ONE_SLOT, offers: [AVIS] });
    for (const typed of ['avis peau', 'Tache du dos', 'passer']) await ward.types('mt', typed);
    await ward.until(paris(2026, 1, 12, 9, 6));
    for (const typed of ['!snp demain cardio', '!reserver 1']) await ward.types('mt', typed);
    expect(last(ward, 'mt')).toContain('Place gardée pour vous');
    await ward.types('mt', 'oui');
    expect(ward.bodies('mt').some((body) => body.startsWith('Réservé'))).toBe(true);
    expect(ward.bodies('cardio2')).toEqual([]);
    // The form is where it was.
    await ward.until(paris(2026, 1, 12, 9, 7));
    await ward.types('mt', 'reprendre');
    await ward.types('mt', 'oui');
    expect(ward.bodies('cardio2').join()).toContain('Tache du dos');
    await ward.close();
  });
});

describe('an anonymous asker', () => {
  it('is not named by the names of the files', async () => {
    const ward = await openWard({ offers: [AVIS] });
    await ward.types('mt', 'avis peau');
    await ward.types('mt', 'Tache du dos');
    await photo(ward, 'cabinet-du-Dr-mt.jpg');
    for (const typed of ['fini', 'oui']) await ward.types('mt', typed);
    const code = /D-\w+/.exec(last(ward, 'cardio1'))?.[0] ?? '';
    await ward.types('cardio1', `prendre ${code}`);
    const read = ward.readBy('@cardio1:test').map((h) => h.event.content);
    expect(read.some((c) => c['msgtype'] === 'm.image')).toBe(true);
    expect(JSON.stringify(read)).not.toContain('cabinet-du-Dr-mt');
    await ward.close();
  });
});

describe('a patient’s room', () => {
  it('obeys nobody whom it does not want: who was put out, and is there still, learns no name', async () => {
    const ward = await openTwo();
    await moves(ward, 'A01', 'M1', 8);
    const room = roomsOf(ward, 'mt')[0] ?? '';
    // Invited by hand, by a member: known to Relais, and not of this équipe.
    ward.transport.rooms.get(room)?.members.set('@coord:test', 'join');
    const before = ward.bodies('mt').length;
    await ward.says(room, '@coord:test', '!fiche mt');
    await ward.says(room, '@coord:test', '!lettre reçue');
    expect(ward.bodies('mt').slice(before).join('\n')).toContain('Vous n’êtes pas');
    await ward.close();
  });
});
