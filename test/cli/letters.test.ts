/** `relais letters report`: counts in a period, shares of the discharges, nobody named. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { DAY } from '../../care/relay/civil-time.ts';
import { emptyDecision } from '../../care/relay/decision.ts';
import type { LetterFile } from '../../care/stay/letter.ts';
import { printLetterReport } from '../../cli/letters.ts';
import { withStore } from '../../cli/configured.ts';
import { ENV, installation } from '../config/installation.ts';
import { paris } from '../flows/stage.ts';

const at = paris(2026, 12, 1, 10);

function letter(stayId: string, over: Partial<LetterFile>): LetterFile {
  return {
    stayId,
    dischargedAt: at,
    void: false,
    announcedAhead: undefined,
    hasTeam: true,
    receivedAt: undefined,
    receivedBy: undefined,
    asked: [],
    unit: undefined,
    unitCode: undefined,
    source: 'ch-modele',
    ...over,
  };
}

test('same day, later, never; known 24 h before; what was taken back or lies outside is not counted', async () => {
  const config = installation();
  mkdirSync(join(dirname(config), 'var'));
  const files = [
    letter('a', { receivedAt: at + 7 * 3_600_000, announcedAhead: 30 * 3_600_000 }),
    letter('b', { receivedAt: at + DAY, announcedAhead: 23 * 3_600_000 }),
    letter('c', { hasTeam: false }),
    letter('d', { receivedAt: at - DAY }),
    letter('e', { void: true }),
    letter('f', { dischargedAt: paris(2026, 11, 30, 23, 59) }),
  ];
  await withStore(config, ENV, async ({ store }) => {
    const writes = files.map((state) => ({
      kind: 'letter' as const,
      id: state.stayId,
      version: 0,
      state,
      keys: [`month:${state.stayId === 'f' ? '2026-11' : '2026-12'}`],
    }));
    await store.commit({ ...emptyDecision(), files: writes }, at);
    return 0;
  });
  const lines: string[] = [];
  const period = { config, from: '2026-12-01', to: '2026-12-31' };
  expect(await printLetterReport({ ...period, json: true }, ENV, (line) => lines.push(line))).toBe(0);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    discharges: 4,
    sameDay: 2,
    later: 1,
    never: 1,
    announced: 1,
    withTeam: 3,
  });
  await printLetterReport(period, ENV, (line) => lines.push(line));
  expect(lines.join('\n')).toMatch(/letter on the day +2 {2}50 %/);
  expect(await printLetterReport({ config, from: 'hier' }, ENV, () => undefined)).toBe(1);
});
