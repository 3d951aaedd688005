/** Paris on the wall, against the runtime's own formatting of every instant asked for. */
import { describe, expect, test } from 'vitest';
import { fromParis, parisDate, toParis } from '../../care/relay/civil-time.ts';
import { randomly } from '../formats/hl7v2/fixtures.ts';

const HOUR = 3_600_000;
const swedish = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'medium' });

/** `2026-03-29 03:00:00` */
function wall(instant: number): string {
  const { year, month, day, hour, minute, second } = toParis(instant);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(year)}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

describe('the clock on a wall in Paris', () => {
  test('at random instants of two centuries, and to the second around every change that they meet', () => {
    const random = randomly(1911);
    const [first, last] = [Date.UTC(1900, 0, 1), Date.UTC(2100, 0, 1)];
    const days = (last - first) / (24 * HOUR);
    for (let n = 0; n < 4_000; n += 1) {
      const instant = first + random(days) * 24 * HOUR + random(24 * HOUR);
      expect(wall(instant)).toBe(swedish.format(instant));
    }
  });

  test.each([
    ['1911-03-10T23:50:39Z'], // from the time of Paris itself to that of Greenwich
    ['1940-06-14T22:00:00Z'],
    ['1944-10-07T22:00:00Z'],
    ['1976-03-28T00:00:00Z'],
    ['1995-09-24T01:00:00Z'],
    ['2026-03-29T01:00:00Z'],
    ['2026-10-25T01:00:00Z'],
    ['2037-10-25T01:00:00Z'],
  ])('from one second before %s to one second after', (change) => {
    const at = Date.parse(change);
    for (let second = -2; second <= 2; second += 1) {
      expect(wall(at + second * 1000)).toBe(swedish.format(at + second * 1000));
      expect(wall(at + second * 1000 + 999)).toBe(swedish.format(at + second * 1000));
    }
    for (let hour = -48; hour <= 48; hour += 1) expect(wall(at + hour * HOUR)).toBe(swedish.format(at + hour * HOUR));
  });

  test('the last second of a year and the first of the next', () => {
    for (const year of [1945, 1976, 2026, 2027]) {
      for (const at of [-1000, -1, 0, 1000]) {
        expect(wall(Date.UTC(year, 0, 1) + at)).toBe(swedish.format(Date.UTC(year, 0, 1) + at));
      }
    }
  });
});

describe('a local time', () => {
  test('comes back as it was said, but for the hour that does not exist', () => {
    for (let hour = 0; hour < 365 * 24; hour += 1) {
      const local = { year: 2026, month: 1, day: 1, hour, minute: 30 };
      const back = toParis(fromParis(local));
      const said = new Date(Date.UTC(2026, 0, 1, hour, 30));
      const isGap = said.getTime() === Date.UTC(2026, 2, 29, 2, 30);
      expect([back.day, back.hour, back.minute]).toEqual([said.getUTCDate(), said.getUTCHours() + (isGap ? 1 : 0), 30]);
    }
  });

  test('of the hour that exists twice is the first of the two', () => {
    expect(fromParis({ year: 2026, month: 10, day: 25, hour: 2, minute: 30 })).toBe(Date.UTC(2026, 9, 25, 0, 30));
    expect(parisDate(Date.UTC(2026, 9, 24, 22, 0))).toBe('2026-10-25');
  });
});
