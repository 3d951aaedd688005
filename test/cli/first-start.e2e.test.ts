/** kill -9 during the very first steps: the next call goes on, and the account keeps the one identity that it has shown. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Persona } from '../../demo/client.ts';
import { type FaultProxy, openFaultProxy } from '../support/fault-proxy.ts';
import { useHomeserver } from '../support/homeserver.ts';
import { runCli } from '../support/cli.ts';
import { minuteOf, movement, openServed, type Served, transfersRead } from '../support/served.ts';

const CLI = resolve(import.meta.dirname, '..', '..', 'cli', 'relais.ts');
const bench = useHomeserver();
let claire: Persona;
let proxy: FaultProxy;
let served: Served;

beforeAll(async () => {
  claire = await bench.persona('claire');
  proxy = await openFaultProxy(bench.homeserver.url);
  const people = [{ id: 'claire', matrix: claire.userId, name: 'Dr Claire Modèle', role: 'medecin-traitant' }];
  const teams = [{ ipp: '40001', members: ['claire'] }];
  served = await openServed(bench, 'first', { people, teams, homeserver: proxy.url, provision: false });
});
afterAll(async () => {
  await served.relais.stop();
  await proxy.stop();
});

type Point = { at: RegExp; when: 'before' | 'handled' };

/** Kills the process at the first request that matches: before the homeserver sees it, or once it has handled it. */
async function killedAt({ at, when }: Point, child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  let hit = false;
  const from = proxy.passed.length;
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  proxy.rule = ({ method, path }) => {
    if (hit || !at.test(`${method} ${path}`)) return undefined;
    hit = true;
    return when === 'handled' ? { handled: kill } : { hold: kill().then(() => new Promise(() => undefined)) };
  };
  const [code, signal] = (await ended) as [number | null, string | null];
  proxy.rule = undefined;
  const met = proxy.passed.slice(from).map(({ method, path }) => `${method} ${path}`);
  expect({ at: String(at), code, signal, met }).toEqual({ at: String(at), code: null, signal: 'SIGKILL', met });
}

const run = (...args: string[]): ChildProcess =>
  spawn(process.execPath, [CLI, ...args, '-c', served.config], {
    env: { PATH: process.env['PATH'], ...served.env },
    stdio: 'ignore',
  });

type Published = { devices: string[]; master: string | undefined };

async function published(): Promise<Published> {
  type Answer = Record<'device_keys' | 'master_keys', Record<string, Record<string, unknown>> | undefined>;
  const query = { device_keys: { [served.bot]: [] } };
  const answer = (await bench.as(claire, 'POST', 'keys/query', query)) as Answer;
  const master = answer.master_keys?.[served.bot]?.['keys'] as Record<string, string> | undefined;
  return { devices: Object.keys(answer.device_keys?.[served.bot] ?? {}), master: Object.values(master ?? {})[0] };
}

it('provisioning killed at five points: one device with keys, one identity, and a recovery key that works', async () => {
  const points: Point[] = [
    { at: /POST .*\/login$/, when: 'handled' },
    { at: /POST .*\/keys\/device_signing\/upload$/, when: 'before' },
    { at: /POST .*\/keys\/device_signing\/upload$/, when: 'handled' },
    { at: /PUT .*m\.secret_storage\.default_key$/, when: 'handled' },
    { at: /POST .*\/room_keys\/version$/, when: 'handled' },
  ];
  let shown: Published = { devices: [], master: undefined };
  for (const point of points) {
    await killedAt(point, run('provision', '-u', 'first'));
    const now = await published();
    if (shown.master !== undefined) expect(now).toEqual(shown);
    expect(now.devices.length).toBeLessThanOrEqual(1);
    shown = now;
  }
  expect(shown.master).toBeDefined();
  // A server that is started meanwhile says what is missing.
  const early = await runCli(['serve', '-c', served.config], served.env);
  expect(early).toMatchObject({ code: 1, out: expect.stringContaining('run `relais provision` first') as string });

  const done = await runCli(['provision', '-c', served.config, '-u', 'first'], served.env);
  expect(done).toMatchObject({ code: 0 });
  expect(await published()).toEqual(shown);
  served.recoveryKey = /Recovery key: (.*)/.exec(done.out)?.[1] ?? '';
  expect(await runCli(['provision', '-c', served.config, '-u', 'first'], served.env)).toMatchObject({ code: 1 });
});

it('serve killed at three points of its first start: everything acknowledged is said once; the recovery key recovers', async () => {
  const { relais } = served;
  const before = await published();
  await relais.command(['clock', '2026-11-26 08:00']);
  await relais.start();
  for (const n of [0, 1, 2]) await served.acknowledged(movement('40001', n === 0 ? 'A01' : 'A02', n));
  await relais.kill(); // most likely in the middle of the room's making
  const points: Point[] = [
    { at: /PUT .*fr\.relais\.generation/, when: 'handled' },
    { at: /GET .*\/sync$/, when: 'handled' },
    { at: /PUT .*\/send\/m\.room\.encrypted\//, when: 'handled' },
  ];
  for (const point of points) await killedAt(point, run('serve'));
  await relais.start();
  const wanted = [1, 2].map(minuteOf);
  await claire.until('all of it', () => transfersRead(claire, served.bot, '40001').length >= 2, 60_000);
  await relais.quiet(0);
  expect(transfersRead(claire, served.bot, '40001')).toEqual(wanted);
  expect(await published()).toEqual(before);
  await relais.stop();

  const key = { RELAIS_RECOVERY_KEY: served.recoveryKey };
  expect(await relais.command(['recover', '-u', 'first', '--end-other-devices'], key)).toContain('is ready');
  expect((await published()).master).toBe(before.master);
  expect(await relais.command(['doctor']).catch(String)).toMatch(/ok +device +published and cross-signed/);
});
