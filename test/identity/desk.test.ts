import { expect, test } from 'vitest';
import { nextMorning } from '../../care/identity/desk.ts';
import { paris } from '../flows/stage.ts';

test.each<[string, number, number]>([
  ['a Monday morning', paris(2026, 1, 12, 8), paris(2026, 1, 13, 9)],
  ['a Friday', paris(2026, 1, 16, 17), paris(2026, 1, 19, 9)],
  ['the eve of a holiday', paris(2026, 5, 13, 10), paris(2026, 5, 15, 9)], // Ascension, 14 May
  ['the eve of summer time', paris(2026, 3, 27, 23), paris(2026, 3, 30, 9)],
])('the desk is reminded after %s on the next working day at nine', (_when, now, due) => {
  expect(nextMorning(now)).toBe(due);
});
