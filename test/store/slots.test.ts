import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DAY, HOUR, fromParis, toParis } from '../../care/relay/civil-time.ts';
import type { Slot } from '../../care/request/slot.ts';
import { openSlotsFile } from '../../store/slots-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'relais-creneaux-'));
afterAll(() => rmSync(folder, { recursive: true }));

const paris = (month: number, day: number, hour: number, minute = 0, year = 2026): number =>
  fromParis({ year, month, day, hour, minute });
const wall = (instant: number): string => {
  const l = toParis(instant);
  return `${l.day}/${l.month} ${l.hour}h${String(l.minute).padStart(2, '0')}`;
};

let n = 0;
function slotsOf(yaml: string): ReturnType<typeof openSlotsFile> {
  const path = join(folder, `c${++n}.yaml`);
  writeFileSync(path, yaml);
  return openSlotsFile(path);
}
const rule = (lines: string): string =>
  `creneaux:\n  - { id: r, par: Essai, specialite: mg, lieu: Cambrai, ${lines} }\n`;
const starts = (slots: Slot[]): string[] => slots.map((slot) => wall(slot.start));

describe('the demo file', () => {
  const demo = openSlotsFile('demo/data/creneaux.yaml');
  const monday = paris(11, 23, 15, 30);

  test('this evening’s general practice, soonest first', async () => {
    const slots = (await demo.offered(monday, paris(11, 23, 17))).filter((slot) =>
      demo.matches(slot.specialty, 'généraliste'),
    );
    expect(starts(slots)).toEqual(['23/11 16h00', '23/11 16h20', '23/11 16h40']);
    expect(slots[0]).toMatchObject({
      offeredBy: 'Maison de santé de l’Essai'.replace('’', "'"),
      places: 1,
      phone: '03 53 01 02 01',
    });
  });

  test.each([
    ['dermato', 2],
    ['peau', 2],
    ['dent', 1],
    ['dentaire', 1],
    ['chirurgien dentiste', 1],
    ['cardio', 1],
    ['ophtalmo', 0],
    ['me', 0],
    ['', 0],
  ])('a week of %j: %i slots', async (word, count) => {
    const week = await demo.offered(monday, monday + 7 * DAY);
    expect(week.filter((slot) => demo.matches(slot.specialty, word))).toHaveLength(count);
  });

  test('ids are unique and stable', async () => {
    const [once, twice] = [
      await demo.offered(monday, monday + 30 * DAY),
      await demo.offered(monday, monday + 30 * DAY),
    ];
    expect(twice).toEqual(once);
    expect(new Set(once.map((slot) => slot.id)).size).toBe(once.length);
  });
});

describe('rules', () => {
  test('[from, to): a slot that starts at `to` is not given', async () => {
    const slots = slotsOf(rule('jours: [lun], de: 09:00, a: 10:00, duree: 30'));
    expect(starts(await slots.offered(paris(11, 23, 9), paris(11, 23, 9, 30)))).toEqual(['23/11 9h00']);
  });

  test('validity and exceptions', async () => {
    const slots = slotsOf(
      rule('jours: [lun, mar], de: 09:00, a: 10:00, du: 2026-11-24, au: 2026-12-01, sauf: [2026-11-30]'),
    );
    expect(starts(await slots.offered(paris(11, 1, 0), paris(12, 31, 0)))).toEqual(['24/11 9h00', '1/12 9h00']);
  });

  test('a night belongs to the day it starts, and is found after midnight', async () => {
    const slots = slotsOf(rule('jours: [sam], de: 20:00, a: 08:00, duree: 240'));
    expect(starts(await slots.offered(paris(11, 29, 0), paris(11, 29, 12)))).toEqual(['29/11 0h00', '29/11 4h00']);
  });

  test('the two nights when the clock changes: hours of the wall', async () => {
    const slots = slotsOf(rule('jours: [sam, dim], de: 16:00, a: 17:00'));
    const spring = await slots.offered(paris(3, 28, 0), paris(3, 30, 0));
    expect(starts(spring)).toEqual(['28/3 16h00', '29/3 16h00']);
    expect((spring[1]?.start ?? 0) - (spring[0]?.start ?? 0)).toBe(23 * HOUR);
    const autumn = await slots.offered(paris(10, 24, 0), paris(10, 26, 0));
    expect(starts(autumn)).toEqual(['24/10 16h00', '25/10 16h00']);
    expect((autumn[1]?.start ?? 0) - (autumn[0]?.start ?? 0)).toBe(25 * HOUR);
  });

  test('a dated slot is given once', async () => {
    const slots = slotsOf(rule('date: 2026-12-24, de: 17:00, a: 19:00'));
    expect(starts(await slots.offered(paris(1, 1, 0), paris(12, 31, 0)))).toEqual(['24/12 17h00']);
  });

  test('one week in two, counted from that of du; over a new year too', async () => {
    const slots = slotsOf(rule('jours: [ven], de: 09:00, a: 10:00, du: 2026-12-14, semaines: 2'));
    expect(starts(await slots.offered(paris(12, 1, 0), paris(1, 31, 0, 0, 2027)))).toEqual([
      '18/12 9h00',
      '1/1 9h00',
      '15/1 9h00',
      '29/1 9h00',
    ]);
  });
});

describe('a wrong file', () => {
  test.each([
    ['both jours and date', rule('jours: [lun], date: 2026-12-24, de: 09:00, a: 10:00'), 'either jours or date'],
    ['neither', rule('de: 09:00, a: 10:00'), 'either jours or date'],
    ['an hour that is none', rule('jours: [lun], de: 25:00, a: 10:00'), 'not an hour of the day'],
    ['a day that is none', rule('date: 2026-02-30, de: 09:00, a: 10:00'), 'not a possible day'],
    [
      'a validity turned round',
      rule('jours: [lun], de: 09:00, a: 10:00, du: 2026-12-02, au: 2026-12-01'),
      'ends before it begins',
    ],
    ['one week in two of nothing', rule('jours: [ven], de: 09:00, a: 10:00, semaines: 2'), 'nothing says which weeks'],
    ['an unknown key', rule('jours: [lun], de: 09:00, a: 10:00, place: 3'), 'unknown key place'],
    [
      'an id twice',
      rule('jours: [lun], de: 09:00, a: 10:00') + rule('jours: [mar], de: 09:00, a: 10:00').slice(10),
      'already taken',
    ],
    ['no YAML', 'creneaux: [', 'not YAML'],
    ['no list', 'creneaux: 3\n', 'creneaux'],
  ])('%s', (_what, yaml, says) => {
    expect(() => slotsOf(yaml)).toThrow(says);
  });

  test('everything at once, with lines', () => {
    const yaml =
      'creneaux:\n  - id: a\n    par: x\n    lieu: z\n    jours: [lundi]\n    date: 2026-12-24\n    de: 9h\n    a: 10:00\n';
    expect(() => slotsOf(yaml)).toThrow(
      /specialite: missing[^]*line 7, .*de: not an hour[^]*jours\[0\][^]*either jours or date/,
    );
  });
});
