/** Tariffs are dated data (FACTS §5): the day of the answer decides, in Paris. */
import { describe, expect, it } from 'vitest';
import { amountOf } from '../../care/request/billing.ts';
import { loadTariffs } from '../../config/load-tariffs.ts';
import { paris } from '../flows/stage.ts';

const TARIFFS = loadTariffs();

describe('the tariff of an act', () => {
  it.each([
    ['TE2 on the last day of 20 €', 'TE2', paris(2025, 12, 31, 23, 59), 20, undefined],
    ['TE2 on the first day of 23 €, a minute later', 'TE2', paris(2026, 1, 1, 0, 0), 23, 27.6],
    ['TE2 on the first day of 20 €', 'TE2', paris(2022, 4, 1, 0, 0), 20, undefined],
    ['TE2 before there was one', 'TE2', paris(2022, 3, 31, 23, 59), undefined, undefined],
    ['RQD', 'RQD', paris(2026, 11, 23, 9, 0), 10, 12],
    ['an act that nobody knows', 'XYZ', paris(2026, 11, 23, 9, 0), undefined, undefined],
  ])('%s', (_, code, at, euros, drom) => {
    expect(amountOf(TARIFFS, code, at)).toBe(euros);
    expect(amountOf(TARIFFS, code, at, true)).toBe(drom);
  });

  it('four a year for one patient, seven days to answer', () => {
    for (const code of ['TE2', 'RQD'])
      expect(TARIFFS.find((one) => one.code === code)).toMatchObject({ perYear: 4, within: 7 * 24 * 3_600_000 });
  });
});
