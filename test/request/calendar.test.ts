import { describe, expect, test } from 'vitest';
import { fromParis, HOUR, parisDate } from '../../care/relay/civil-time.ts';
import {
  easterSunday,
  isPublicHoliday,
  isWorkingDay,
  openStretches,
  publicHolidays,
  union,
} from '../../care/request/calendar.ts';
import { holidayList } from './oracle.ts';

const noon = (year: number, month: number, day: number): number => fromParis({ year, month, day, hour: 12, minute: 0 });

describe('holidays', () => {
  test.each([2023, 2024, 2025, 2026, 2027, 2028])('%i: those that are published', (year) => {
    for (const region of ['france', 'alsace-moselle'] as const) {
      const computed = publicHolidays(year, region).map(
        (h) => `${String(h.month).padStart(2, '0')}-${String(h.day).padStart(2, '0')}`,
      );
      expect(computed).toEqual(holidayList(year, region));
    }
  });

  test('eleven a year, thirteen in Alsace-Moselle, also when two fall on one date', () => {
    for (let year = 1990; year <= 2100; year += 1) {
      expect(publicHolidays(year, 'france')).toHaveLength(11);
      expect(publicHolidays(year, 'alsace-moselle')).toHaveLength(13);
    }
  });

  test.each([
    [1818, 3, 22], // the earliest possible
    [1943, 4, 25], // the latest possible
    [1954, 4, 18], // exception of the computus
    [1981, 4, 19], // the other one
    [2000, 4, 23],
    [2008, 3, 23],
    [2038, 4, 25],
    [2100, 3, 28],
  ])('Easter %i is %i/%i', (year, month, day) => {
    expect(easterSunday(year)).toEqual({ month, day });
  });

  test('a day is that of Paris, from its first to its last minute', () => {
    const first = fromParis({ year: 2026, month: 11, day: 11, hour: 0, minute: 0 });
    expect([first - 1, first, first + 24 * HOUR - 1, first + 24 * HOUR].map((i) => isPublicHoliday(i))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('working days', () => {
    expect(isWorkingDay(noon(2026, 11, 20))).toBe(true);
    expect(isWorkingDay(noon(2026, 11, 21))).toBe(false);
    expect(isWorkingDay(noon(2026, 5, 14))).toBe(false);
    expect(isWorkingDay(noon(2026, 4, 3), 'france')).toBe(true);
    expect(isWorkingDay(noon(2026, 4, 3), 'alsace-moselle')).toBe(false);
  });
});

describe('open stretches', () => {
  const first = (
    policy: Parameters<typeof openStretches>[0],
    from: number,
    count: number,
  ): { from: number; to: number }[] => {
    const found = [];
    for (const stretch of openStretches(policy, from)) {
      found.push(stretch);
      if (found.length === count) break;
    }
    return found;
  };

  test('several periods a day, overlapping ones joined, holidays closed', () => {
    const opening = [
      { day: 3, from: 9 * 60, to: 12 * 60 },
      { day: 3, from: 11 * 60, to: 13 * 60 },
      { day: 3, from: 14 * 60, to: 18 * 60 },
    ];
    const policy = { clock: 'opening-hours', holidays: 'france', opening } as const;
    const found = first({ ...policy, opening: [...opening] }, noon(2026, 11, 4), 4);
    expect(found.map((s) => [parisDate(s.from), (s.to - s.from) / HOUR])).toEqual([
      ['2026-11-04', 1], // from noon on
      ['2026-11-04', 4],
      ['2026-11-18', 4], // not on 11 November, a Wednesday
      ['2026-11-18', 4],
    ]);
  });

  test('an hour that does not come does not count, an hour that comes twice counts twice', () => {
    const sunday = { clock: 'opening-hours', holidays: 'france', opening: [{ day: 7, from: 90, to: 210 }] } as const;
    const length = (year: number, month: number, day: number): number =>
      first({ ...sunday, opening: [...sunday.opening] }, fromParis({ year, month, day, hour: 0, minute: 0 }), 2)
        .filter((s) => parisDate(s.from).endsWith(`-${String(day).padStart(2, '0')}`))
        .reduce((sum, s) => sum + s.to - s.from, 0) / HOUR;
    expect(length(2026, 3, 22)).toBe(2);
    expect(length(2026, 3, 29)).toBe(1);
    expect(length(2026, 10, 25)).toBe(3);
  });

  test('without any hour it says so instead of waiting for ever', () => {
    const policy = { clock: 'opening-hours', holidays: 'france', opening: [{ day: 1, from: 60, to: 60 }] } as const;
    expect(() => first({ ...policy, opening: [...policy.opening] }, 0, 1)).toThrow(RangeError);
  });

  test('union sorts, joins and drops', () => {
    const stretches = [
      { from: 5, to: 7 },
      { from: 1, to: 3 },
      { from: 3, to: 4 },
      { from: 9, to: 9 },
      { from: 6, to: 6.5 },
    ];
    expect(union(stretches)).toEqual([
      { from: 1, to: 4 },
      { from: 5, to: 7 },
    ]);
  });
});
