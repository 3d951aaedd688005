/** Periods as a coordinator types them, a Wednesday of November. */
import { describe, expect, it } from 'vitest';
import { readPeriod } from '../../config/texts/read-period.ts';
import { paris } from '../flows/stage.ts';

const NOW = paris(2026, 11, 25, 10, 30);

describe('a period', () => {
  it.each([
    ['ce mois', [2026, 11, 1], [2026, 12, 1], 'novembre 2026', ''],
    ['mois dernier', [2026, 10, 1], [2026, 11, 1], 'octobre 2026', ''],
    ['cardio en octobre', [2026, 10, 1], [2026, 11, 1], 'octobre 2026', 'cardio'],
    ['Décembre', [2025, 12, 1], [2026, 1, 1], 'décembre 2025', ''],
    ['août 2025', [2025, 8, 1], [2025, 9, 1], 'août 2025', ''],
    ['2026', [2026, 1, 1], [2027, 1, 1], '2026', ''],
    ['l’année dernière', [2025, 1, 1], [2026, 1, 1], '2025', ''],
    ['cette année dermato', [2026, 1, 1], [2027, 1, 1], '2026', 'dermato'],
    ['trimestre dernier', [2026, 7, 1], [2026, 10, 1], '3e trimestre 2026', ''],
    ['ce trimestre', [2026, 10, 1], [2027, 1, 1], '4e trimestre 2026', ''],
    ['T1', [2026, 1, 1], [2026, 4, 1], '1er trimestre 2026', ''],
    ['2e trimestre 2025', [2025, 4, 1], [2025, 7, 1], '2e trimestre 2025', ''],
    ['30 jours', [2026, 10, 27], [2026, 11, 26], '30 derniers jours', ''],
    ['cardio sur les 7 derniers jours', [2026, 11, 19], [2026, 11, 26], '7 derniers jours', 'cardio'],
    ['cette semaine', [2026, 11, 23], [2026, 11, 30], 'cette semaine', ''],
    ['semaine dernière', [2026, 11, 16], [2026, 11, 23], 'semaine dernière', ''],
  ] as const)('%s', (typed, from, to, said, rest) => {
    expect(readPeriod(typed, NOW)).toEqual({
      from: paris(...from, 0),
      to: paris(...to, 0),
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
