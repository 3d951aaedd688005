/**
 * The promise of the README: `npm run demo -- --once` plays the hospital day on a real Synapse with real clients, ends by
 * itself, and its last line counts zeros where zeros are meant.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { Figures } from '../../demo/counting.ts';
import { clearMessages, encryptedMessages, searchFiles } from '../support/leaks.ts';

const DEMO = resolve(import.meta.dirname, '..', '..', 'demo', 'main.ts');

it('plays the hospital day: nothing lost, nothing twice, nothing in clear, in order', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relais-demo-'));
  const run = spawn(process.execPath, [DEMO, '--once', '--folder', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  run.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  run.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const code = await new Promise((done) => run.once('close', done));
  expect(code, out).toBe(0);
  const figures = JSON.parse(out.trim().split('\n').at(-1) ?? '') as Figures & { seconds: number };
  expect(figures).toMatchObject({ undecryptable: 0, clearTextInEncryptedRooms: 0, duplicates: 0, outOfOrder: 0 });
  expect(figures.delivered).toBeGreaterThanOrEqual(20);
  expect(figures.commandsAnswered).toBeGreaterThanOrEqual(28);
  expect(figures.requestsAnswered).toBeGreaterThanOrEqual(1);
  expect(figures.escalations).toBeGreaterThanOrEqual(1);
  expect(figures.announcedBeforeDischarge).toBeGreaterThanOrEqual(1);
  expect(out).not.toMatch(/DISCRET/); // the protected patient of the day
  nothingLeaks(folder);
  await rm(folder, { recursive: true, force: true });
});

/** The day's patients, as any of their messages writes them; none of these is a word of ours or of a professional's name. */
const PATIENTS =
  /jeanne|marcel|odette|specimen|discret|louise|chantillon|12\/05\/1941|19410512|1941-05-12|VEN1000|NDA1000/i;

/**
 * Invariants 4 and 5, by the homeserver's own base: no message in clear in a room that is encrypted; and no patient in any
 * base, log or metric, so in no state event, room name, event type or reaction either.
 */
function nothingLeaks(folder: string): void {
  const { looked, found } = searchFiles(folder, PATIENTS);
  for (const needed of ['homeserver.db', 'relais.sqlite', 'relais.log', 'homeserver.log', 'metrics.prom'])
    expect(looked).toContain(needed);
  expect(found).toEqual([]);
  const server = join(folder, 'homeserver');
  expect(clearMessages(server)).toBe(0);
  expect(encryptedMessages(server, '@relais:relais.test')).toBeGreaterThanOrEqual(20);
}
