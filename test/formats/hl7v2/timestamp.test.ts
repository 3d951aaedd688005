/** TS of HL7: precision, offsets, both nights when the clocks change, impossible dates. */
import { describe, expect, test } from 'vitest';
import { civilMoment, plannedMoment, readTimestamp } from '../../../bridge/formats/hl7v2/timestamp.ts';

const at = (text: string): string | undefined => {
  const read = readTimestamp(text, 'PV2-9', []);
  return read && new Date(read.at).toISOString();
};

describe('precision', () => {
  test.each([
    ['2026', 'year', undefined],
    ['202601', 'month', undefined],
    ['20260113', 'day', 'day'],
    ['2026011311', 'hour', 'minute'],
    ['202601131130', 'minute', 'minute'],
    ['20260113113045', 'second', 'minute'],
    ['20260113113045.7031+0100', 'second', 'minute'],
  ])('%s', (text, precision, civil) => {
    const read = readTimestamp(text, 'PV2-9', []);
    expect(read?.precision).toBe(precision);
    expect(civilMoment(read)?.precision).toBe(civil);
  });

  test('a planned date padded with zeros is a day', () => {
    expect(plannedMoment(readTimestamp('20260113000000', 'PV2-9', []))).toEqual({
      at: Date.UTC(2026, 0, 12, 23, 0),
      precision: 'day',
    });
    expect(plannedMoment(readTimestamp('20260113000100', 'PV2-9', []))?.precision).toBe('minute');
  });
});

describe('Europe/Paris when there is no offset', () => {
  test.each([
    ['20260113110000', '2026-01-13T10:00:00.000Z'],
    ['20260713110000', '2026-07-13T09:00:00.000Z'],
    ['20260329015959', '2026-03-29T00:59:59.000Z'],
    ['20260329023000', '2026-03-29T01:30:00.000Z'], // does not exist: the same span after the change
    ['20260329030000', '2026-03-29T01:00:00.000Z'],
    ['20261025015959', '2026-10-24T23:59:59.000Z'],
    ['20261025023000', '2026-10-25T00:30:00.000Z'], // exists twice: the first
    ['20261025030000', '2026-10-25T02:00:00.000Z'],
    ['20261025', '2026-10-24T22:00:00.000Z'],
    ['20261026', '2026-10-25T23:00:00.000Z'],
  ])('%s', (text, instant) => {
    expect(at(text)).toBe(instant);
  });
});

test('an offset is obeyed, and tells the two autumn hours apart', () => {
  expect(at('20261025023000+0200')).toBe('2026-10-25T00:30:00.000Z');
  expect(at('20261025023000+0100')).toBe('2026-10-25T01:30:00.000Z');
  expect(at('20260116091200+0000')).toBe('2026-01-16T09:12:00.000Z');
  expect(at('20260116091200-0430')).toBe('2026-01-16T13:42:00.000Z');
  expect(readTimestamp('20260116+0900', 'PID-7', [])?.date).toBe('2026-01-16');
});

describe('refused with a warning that does not hold the value', () => {
  test.each([
    '201',
    '20',
    '2026013',
    '20260230',
    '20261301',
    '20260100',
    '00000000',
    '20260113240000',
    '20260113116000',
    'demain',
    '2026-01-13',
    '20260113110000+9900',
  ])('%s', (text) => {
    const warnings: string[] = [];
    expect(readTimestamp(text, 'PV2-9', warnings)).toBeUndefined();
    expect(warnings).toEqual(['PV2-9 is not a possible date: ignored']);
  });

  test('29 February only in leap years', () => {
    expect(at('20240229')).toBeDefined();
    expect(at('20260229')).toBeUndefined();
  });

  test('absent is not a fault', () => {
    const warnings: string[] = [];
    expect(readTimestamp(undefined, 'PV2-9', warnings)).toBeUndefined();
    expect(readTimestamp('  ', 'PV2-9', warnings)).toBeUndefined();
    expect(warnings).toEqual([]);
  });
});
