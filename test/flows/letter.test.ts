/** The lettre de liaison: awaited on the day, asked of the ward, and measured. Story 1 of the product, as a whole. */
import { describe, expect, test } from 'vitest';
import { letterReport } from '../../care/stay/letter-report.ts';
import { letterDueAt } from '../../care/stay/letter.ts';
import type { Person } from '../../care/people/person.ts';
import type { SourcePolicy } from '../../care/stay/verdict.ts';
import type { Fields } from '../formats/hl7v2/fixtures.ts';
import { mdm } from './documents.ts';
import { openWard, paris, POLICY, ts, type Ward } from './stage.ts';

const desk = (id: string, group: string): Person => ({
  id,
  matrix: `@${id}:test`,
  name: id,
  role: 'secretariat',
  groups: [group],
});
const PERSONS = [desk('pneumo', 'secretariat-pneumo'), desk('general', 'secretariat-general')];
const POLICY_WITH_DESKS: SourcePolicy = {
  ...POLICY,
  name: 'CH Val',
  documents: { default: 'none', byType: new Map([['11490-0', 'attachment']]) },
  secretariats: [
    { units: ['2210'], group: 'secretariat-pneumo' },
    { units: undefined, group: 'secretariat-general' },
  ],
};

const openDesk = (start: [number, number, number, number, number], team?: string[]): Promise<Ward> =>
  openWard({ start, policy: POLICY_WITH_DESKS, persons: PERSONS, ...(team ? { team } : {}) });

/** An HL7 movement that happens and is recorded now. */
async function moves(ward: Ward, trigger: string, id: string, over: Fields = {}): Promise<void> {
  const local = stamp(ward.now());
  await ward.adt(trigger, {
    ...over,
    EVN: { 2: local, 6: local, ...over['EVN'] },
    ZBE: { 1: `${id}^CH_VAL^1.2^ISO`, 2: local, ...over['ZBE'] },
  });
}

function stamp(instant: number): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Paris',
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(instant);
  return parts.replaceAll(/\D/g, '');
}

const last = (ward: Ward, id: string): string =>
  ward
    .bodies(id)
    .filter((body) => !body.startsWith('* '))
    .at(-1) ?? '';
const HOME: Fields = { ZFM: { 1: '8', 2: '8' } };

describe('Monday discharge', () => {
  /** Up to Saturday: planned on Thursday for Monday, moved to Tuesday. */
  async function planned(): Promise<Ward> {
    const ward = await openDesk([2026, 11, 26, 14, 0]);
    await moves(ward, 'A01', 'M1');
    await ward.until(paris(2026, 11, 26, 15));
    await moves(ward, 'A16', 'M2', { ...HOME, EVN: { 3: ts(2026, 11, 30, 10) }, PV2: { 9: ts(2026, 11, 30, 10) } });
    for (const id of ['mt', 'idel']) expect(last(ward, id)).toMatch(/Sortie prévue[^]*lundi 30 novembre/);
    await ward.until(paris(2026, 11, 27, 12, 5));
    expect(last(ward, 'idel')).toContain('Rappel : sortie prévue');
    await ward.until(paris(2026, 11, 28, 10));
    const before = ward.bodies('mt').filter((body) => !body.startsWith('* ')).length;
    await moves(ward, 'A16', 'M3', { ...HOME, EVN: { 3: ts(2026, 12, 1, 10) }, PV2: { 9: ts(2026, 12, 1, 10) } });
    expect(ward.bodies('mt').filter((body) => !body.startsWith('* ')).length).toBe(before + 1);
    expect(last(ward, 'mt')).toMatch(/Sortie déplacée[^]*mardi 1er décembre|Sortie déplacée[^]*1 décembre/);
    await ward.until(paris(2026, 12, 1, 10, 45));
    return ward;
  }

  test('Tuesday the patient leaves; at 18:00 no letter: the ward’s secretariat is told; the letter comes: the doctor has it', async () => {
    const ward = await planned();
    await moves(ward, 'A03', 'M4', { ...HOME, PV1: { 45: ts(2026, 12, 1, 10, 40) } });
    expect(last(ward, 'mt')).toContain('Sortie de l’hôpital');
    await ward.until(paris(2026, 12, 1, 17, 59));
    expect(ward.bodies('pneumo')).toEqual([]);
    await ward.until(paris(2026, 12, 1, 18));
    expect(last(ward, 'pneumo')).toMatch(/Lettre de liaison non reçue — Mme Lucie INVENTEE/);
    expect(ward.bodies('general')).toEqual([]);
    for (const id of ['mt', 'idel', 'pharma']) expect(ward.bodies(id).join()).not.toContain('non reçue');
    await ward.until(paris(2026, 12, 1, 18, 30));
    await ward.adt('T02', mdm('T02', { at: ts(2026, 12, 1, 18, 30) }));
    const doctor = ward.readBy('@mt:test').map((h) => h.event.content);
    expect(doctor.at(-1)).toMatchObject({ msgtype: 'm.file', filename: 'lettre-de-liaison-de-sortie.pdf' });
    expect(doctor.at(-2)).toMatchObject({ 'm.mentions': { user_ids: ['@mt:test'] } });
    expect(last(ward, 'pneumo')).toContain('Lettre de liaison reçue');
    expect(await letterReport(ward.store, paris(2026, 12, 1, 0), paris(2026, 12, 31, 0))).toEqual({
      discharges: 1,
      sameDay: 1,
      later: 0,
      never: 0,
      announced: 1,
      withTeam: 1,
    });
    await ward.close();
  });

  test('variant: the patient dies, and every task falls silent', async () => {
    const ward = await planned();
    await moves(ward, 'A03', 'M4', { PV1: { 41: 'D', 45: ts(2026, 12, 1, 10, 40) }, ZFM: { 2: '9' } });
    expect(last(ward, 'mt')).toContain('Décès');
    const before = ward.bodies('mt').length;
    await ward.until(paris(2026, 12, 8, 12));
    expect(ward.bodies('mt').length).toBe(before);
    expect(ward.bodies('pneumo')).toEqual([]);
    expect((await letterReport(ward.store, paris(2026, 12, 1, 0), paris(2026, 12, 2, 0))).discharges).toBe(0);
    await ward.close();
  });
});

describe('the letter', () => {
  async function left(hour: number, minute = 0, over: Fields = {}): Promise<Ward> {
    const ward = await openDesk([2026, 12, 1, hour, minute]);
    await moves(ward, 'A01', 'M1');
    await moves(ward, 'A03', 'M4', { PV1: { 45: ts(2026, 12, 1, hour, minute) }, ...over });
    return ward;
  }

  test('that came in time, or even before the discharge: nobody is asked', async () => {
    const early = await openDesk([2026, 12, 1, 9, 0]);
    await moves(early, 'A01', 'M1');
    await early.adt('T02', mdm('T02', { at: ts(2026, 12, 1, 9) }));
    await moves(early, 'A03', 'M4');
    const inTime = await left(10);
    await inTime.adt('T02', mdm('T02', { at: ts(2026, 12, 1, 15) }));
    for (const ward of [early, inTime]) {
      await ward.until(paris(2026, 12, 3, 12));
      expect(ward.bodies('pneumo')).toEqual([]);
      expect(await letterReport(ward.store, paris(2026, 12, 1, 0), paris(2026, 12, 1, 0))).toMatchObject({
        discharges: 1,
        sameDay: 1,
      });
      await ward.close();
    }
  });

  test('a doctor who writes « lettre reçue » in the patient’s room closes the question', async () => {
    const ward = await left(10);
    await ward.until(paris(2026, 12, 1, 18));
    const [room] = [...ward.transport.rooms.values()].filter((one) => one.spec.name.startsWith('R-'));
    await ward.says(room?.id ?? '', '@mt:test', '!lettre');
    expect(last(ward, 'mt')).toContain('!lettre reçue');
    await ward.says(room?.id ?? '', '@mt:test', '!lettre reçue');
    expect(last(ward, 'mt')).toContain('Lettre de liaison notée reçue par Dr mt');
    expect(last(ward, 'pneumo')).toMatch(/reçue[^]*Dr mt/);
    await ward.says(room?.id ?? '', '@mt:test', '/lettre recue');
    expect(last(ward, 'mt')).toContain('Aucune lettre de liaison n’est attendue');
    await ward.types('mt', 'lettre recue');
    expect(last(ward, 'mt')).toContain('salon du patient');
    await ward.close();
  });

  test('a discharge that is taken back is no longer asked about, and is not counted', async () => {
    const ward = await left(10);
    await ward.until(paris(2026, 12, 1, 18));
    await ward.until(paris(2026, 12, 2, 9));
    await moves(ward, 'A13', 'M4', { ZBE: { 4: 'CANCEL', 6: 'A03' } });
    expect(last(ward, 'pneumo')).toContain('plus attendue');
    expect((await letterReport(ward.store, paris(2026, 12, 1, 0), paris(2026, 12, 2, 0))).discharges).toBe(0);
    await ward.close();
  });

  test('a letter that is withdrawn is awaited again', async () => {
    const ward = await left(10);
    await ward.adt('T02', mdm('T02', { at: ts(2026, 12, 1, 11) }));
    await ward.adt('T11', mdm('T11', { status: 'D', at: ts(2026, 12, 1, 12) }));
    await ward.until(paris(2026, 12, 1, 18));
    expect(last(ward, 'pneumo')).toContain('non reçue');
    await ward.close();
  });

  test('another unit asks the other desk; an emergency visit and a patient protected since ask nobody', async () => {
    const other = await left(10, 0, { ZBE: { 7: 'Autre^^^^^CH_VAL^UF^^^4530' } });
    const emergency = await openDesk([2026, 12, 1, 9, 0]);
    await moves(emergency, 'A04', 'M1', { PV1: { 2: 'E' } });
    await moves(emergency, 'A03', 'M4', { PV1: { 2: 'E' } });
    const secret = await left(10);
    await secret.adt('A31', { PD1: { 12: 'Y' }, ZBE: null, EVN: { 2: ts(2026, 12, 1, 11) } });
    for (const ward of [other, emergency, secret]) await ward.until(paris(2026, 12, 2, 12));
    expect(last(other, 'general')).toContain('non reçue');
    for (const ward of [emergency, secret]) expect([...ward.bodies('general'), ...ward.bodies('pneumo')]).toEqual([]);
    for (const ward of [other, emergency, secret]) await ward.close();
  });

  test('nobody follows the patient in town: the ward is asked all the same', async () => {
    const ward = await openDesk([2026, 12, 1, 10, 0], []);
    await moves(ward, 'A01', 'M1');
    await moves(ward, 'A03', 'M4');
    await ward.until(paris(2026, 12, 1, 18));
    expect(last(ward, 'pneumo')).toContain('non reçue');
    expect(await letterReport(ward.store, paris(2026, 12, 1, 0), paris(2026, 12, 1, 0))).toMatchObject({
      never: 1,
      withTeam: 0,
      announced: 0,
    });
    await ward.close();
  });

  test('down at 18:00: asked at the return, once', async () => {
    const ward = await left(10);
    await ward.jump(paris(2026, 12, 2, 8));
    expect(ward.bodies('pneumo').length).toBe(1);
    await ward.close();
  });
});

describe('when it is due', () => {
  test.each([
    ['a Tuesday morning', [2026, 12, 1, 10, 45], [2026, 12, 1, 18]],
    ['before 17:00', [2026, 12, 1, 16, 59], [2026, 12, 1, 18]],
    ['after 17:00: the next morning', [2026, 12, 1, 17, 0], [2026, 12, 2, 10]],
    ['Friday evening: Monday', [2026, 12, 4, 19, 0], [2026, 12, 7, 10]],
    ['Saturday: Monday', [2026, 12, 5, 11, 0], [2026, 12, 7, 10]],
    ['before Christmas', [2026, 12, 24, 18, 0], [2026, 12, 28, 10]],
    ['on the day the clocks change', [2026, 10, 25, 11, 0], [2026, 10, 26, 10]],
  ] as [string, Parameters<typeof paris>, Parameters<typeof paris>][])('%s', (_what, at, due) => {
    expect(letterDueAt(paris(...at))).toBe(paris(...due));
  });
});
