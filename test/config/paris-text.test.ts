import { describe, expect, it } from 'vitest';
import { parseParis } from '../../config/paris-text.ts';

describe('parseParis', () => {
  it('reads a day and an hour of Paris', () => {
    expect(parseParis('2026-11-26 14:00')).toBe(Date.UTC(2026, 10, 26, 13));
    expect(parseParis('2028-02-29')).toBe(Date.UTC(2028, 1, 28, 23));
  });

  it.each(['2026-13-45 10:00', '2026-02-29', '2026-11-26 24:00', '2026-11-26 14:60', 'tomorrow'])(
    'refuses %s rather than another day',
    (text) => {
      expect(() => parseParis(text)).toThrow('write 2026-11-26 14:00');
    },
  );
});
