/** Periods as a coordinator types them, a Wednesday of November. */
import { describe, expect, it } from 'vitest';
import { readPeriod } from '../../config/texts/read-period.ts';
import { paris } from '../flows/stage.ts';

const NOW = paris(2026, 11, 25, 10, 30);

describe('a period', () => {
  it.each([
    ['ce mois', paris(2026, 11, 1, 0), paris(2026, 12, 1, 0), 'novembre 2026', ''],
    ['mois dernier', paris(2026, 10, 1, 0), paris(2026, 11, 1, 0), 'octobre 2026', ''],
    ['cardio en octobre', paris(2026, 10, 1, 0), paris(2026, 11, 1, 0), 'octobre 2026', 'cardio'],
    ['Décembre', paris(2025, 12, 1, 0), paris(2026, 1, 1, 0), 'décembre 2025', ''],
    ['août 2025', paris(2025, 8, 1, 0), paris(2025, 9, 1, 0), 'août 2025', ''],
    ['2026', paris(2026, 1, 1, 0), paris(2027, 1, 1, 0), '2026', ''],
    ['l’année dernière', paris(2025, 1, 1, 0), paris(2026, 1, 1, 0), '2025', ''],
    ['cette année dermato', paris(2026, 1, 1, 0), paris(2027, 1, 1, 0), '2026', 'dermato'],
    ['trimestre dernier', paris(2026, 7, 1, 0), paris(2026, 10, 1, 0), '3e trimestre 2026', ''],
    ['ce trimestre', paris(2026, 10, 1, 0), paris(2027, 1, 1, 0), '4e trimestre 2026', ''],
    ['T1', paris(2026, 1, 1, 0), paris(2026, 4, 1, 0), '1er trimestre 2026', ''],
    ['2e trimestre 2025', paris(2025, 4, 1, 0), paris(2025, 7, 1, 0), '2e trimestre 2025', ''],
    ['30 jours', paris(2026, 10, 27, 0), paris(2026, 11, 26, 0), '30 derniers jours', ''],
    ['cardio sur les 7 derniers jours', paris(2026, 11, 19, 0), paris(2026, 11, 26, 0), '7 derniers jours', 'cardio'],
    ['cette semaine', paris(2026, 11, 23, 0), paris(2026, 11, 30, 0), 'cette semaine', ''],
    ['semaine dernière', paris(2026, 11, 16, 0), paris(2026, 11, 23, 0), 'semaine dernière', ''],
  ])('%s', (typed, from, to, said, rest) => {
    expect(readPeriod(typed, NOW)).toEqual({
      from,
      to,
      said,
      rest,
    });
  });

  it.each(['', 'cardio', 'maintenant', 'marsouin', '0 jours', 'ecg 12 dérivations'])('is none in « %s »', (typed) => {
    expect(readPeriod(typed, NOW)).toBeUndefined();
  });

  it('in January, last quarter and last month are those of the year before', () => {
    const january = paris(2027, 1, 5, 9);
    expect(readPeriod('trimestre dernier', january)?.said).toBe('4e trimestre 2026');
    expect(readPeriod('mois dernier', january)?.said).toBe('décembre 2026');
  });
});
