import { describe, expect, test } from 'vitest';
import { DAY, fromParis, HOUR, MINUTE } from '../../care/relay/civil-time.ts';
import { sayBirthDate, sayDateTime, sayDay, sayMoment, saySpan } from '../../config/texts/dates.ts';

const at = (year: number, month: number, day: number, hour = 0, minute = 0): number =>
  fromParis({ year, month, day, hour, minute });
const now = at(2026, 11, 22, 9);

describe('writing dates', () => {
  test.each([
    [at(2026, 11, 25, 10, 30), 'mercredi 25 novembre', 'mercredi 25 novembre à 10h30'],
    [at(2026, 12, 1, 8, 5), 'mardi 1er décembre', 'mardi 1er décembre à 8h05'],
    [at(2027, 1, 1), 'vendredi 1er janvier 2027', 'vendredi 1er janvier 2027 à 0h'],
    [at(2026, 11, 22, 23, 59), 'dimanche 22 novembre', 'dimanche 22 novembre à 23h59'],
    [at(2026, 8, 15, 14), 'samedi 15 août', 'samedi 15 août à 14h'],
    [at(2026, 3, 29, 3), 'dimanche 29 mars', 'dimanche 29 mars à 3h'],
  ])('%i', (instant, day, dateTime) => {
    expect(sayDay(instant, now)).toBe(day);
    expect(sayDateTime(instant, now)).toBe(dateTime);
  });

  test('the year of now is that of Paris: at 23:30 UTC on 31 December it is already the next', () => {
    expect(sayDay(at(2027, 1, 4), Date.UTC(2026, 11, 31, 23, 30))).toBe('lundi 4 janvier');
  });

  test('a date without an hour stays without an hour', () => {
    const moment = { at: at(2026, 11, 30), precision: 'day' } as const;
    expect(sayMoment(moment, now)).toBe('lundi 30 novembre');
    expect(sayMoment({ at: at(2026, 11, 30, 10), precision: 'minute' }, now)).toBe('lundi 30 novembre à 10h');
  });

  test.each([
    [0, 'moins d’une minute'],
    [45 * MINUTE, '45 min'],
    [59.7 * MINUTE, '1 h'],
    [3 * HOUR, '3 h'],
    [90 * MINUTE, '1 h 30'],
    [-65 * MINUTE, '1 h 05'],
    [48 * HOUR, '48 h'],
    [72 * HOUR, '72 h'],
    [5 * DAY, '5 jours'],
  ])('%i ms is %s', (ms, said) => expect(saySpan(ms)).toBe(said));

  test('birth dates', () => {
    expect(sayBirthDate('1976-03-15')).toBe('15/03/1976');
    expect(sayBirthDate('1976')).toBe('1976');
  });
});
