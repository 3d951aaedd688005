/**
 * The promise of the README: `npm run demo -- --once` plays the hospital day on a real Synapse with real clients, ends by
 * itself, and its last line counts zeros where zeros are meant.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import type { Figures } from '../../demo/counting.ts';

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
  expect(figures.commandsAnswered).toBeGreaterThanOrEqual(6);
  expect(figures.requestsAnswered).toBeGreaterThanOrEqual(1);
  expect(figures.escalations).toBeGreaterThanOrEqual(1);
  expect(figures.announcedBeforeDischarge).toBeGreaterThanOrEqual(1);
  expect(out).not.toMatch(/DISCRET/); // the protected patient of the day
  await nothingLeaks(folder);
  await rm(folder, { recursive: true, force: true });
});

/** The day's patients, as any of their messages writes them; none of these is a word of ours or of a professional's name. */
const PATIENTS =
  /jeanne|marcel|odette|specimen|discret|louise|chantillon|12\/05\/1941|19410512|1941-05-12|VEN1000|NDA1000/i;

/** Invariant 5: in the homeserver's base, in ours, in every log, no patient stands in clear. */
async function nothingLeaks(folder: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((f) => f.isFile());
  const read = files.filter((f) => /\.(db|db-wal|sqlite|sqlite-wal|log|serving)$/.test(f.name));
  const names = read.map((f) => f.name);
  for (const needed of ['homeserver.db', 'relais.sqlite', 'relais.log', 'homeserver.log'])
    expect(names).toContain(needed);
  for (const file of read) {
    const bytes = await readFile(join(file.parentPath, file.name));
    const found = PATIENTS.exec(bytes.toString('latin1'));
    expect(found?.[0], `${file.name} names a patient`).toBeUndefined();
  }
}
