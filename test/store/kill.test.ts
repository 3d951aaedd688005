/** Acknowledged means on disk (invariant 1): a process is killed with SIGKILL while it accepts, five times over. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import { clocks, envelope, sealer } from './fixtures.ts';

const ROUNDS = 5;
const folder = mkdtempSync(join(tmpdir(), 'relais-kill-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'relais.sqlite');
const script = fileURLToPath(new URL('accept-for-ever.ts', import.meta.url));

/** Starts the accepting process, kills it after `enough` acknowledgements, and gives all that it has printed. */
async function acknowledgedUntilKilled(round: number, enough: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, path, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const keys: string[] = [];
  for await (const key of createInterface({ input: child.stdout })) {
    keys.push(key);
    if (keys.length === 1) {
      await expect(openStore({ path, sealer, clocks, serving: true })).rejects.toThrow('Another Relais is serving');
    }
    if (keys.length === enough) child.kill('SIGKILL');
  }
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
  return keys;
}

test('nothing that was acknowledged is lost by kill -9', { timeout: 60_000 }, async () => {
  const acknowledged: string[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    acknowledged.push(...(await acknowledgedUntilKilled(round, round * 97)));
    const store = await openStore({ path, sealer, clocks, serving: true }); // the lock died with its process
    const again = await store.inbox.accept(acknowledged.map((key) => envelope(key, { lane: `in:${key.charAt(2)}` })));
    expect(again).toEqual(
      acknowledged.map(
        (key) => expect.objectContaining({ state: 'duplicate', acknowledgement: `AA ${key}` }) as unknown,
      ),
    );
    const kept = (await store.inbox.list({ limit: 1_000_000 })).filter((one) => one.lane === 'in:a').reverse();
    expect(kept.map((one) => one.seq)).toEqual(kept.map((_, index) => index + 1));
    await store.close();
  }
  expect(acknowledged.length).toBeGreaterThan(ROUNDS * 97);
});
