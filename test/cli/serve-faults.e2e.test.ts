/** What a running `relais serve` meets in its life: its device ended, its base away, its parent killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadIdentity, saveIdentity } from '../../bot/matrix/credentials.ts';
import type { Persona } from '../../demo/client.ts';
import { openFaultProxy } from '../support/fault-proxy.ts';
import { eventually, PASSWORD, useHomeserver } from '../support/homeserver.ts';
import { usePostgres } from '../support/postgres.ts';
import {
  minuteOf,
  movement,
  nameOf,
  openServed,
  type Served,
  type ServedOptions,
  transfersRead,
} from '../support/served.ts';

const bench = useHomeserver();
const postgres = usePostgres();
let claire: Persona;
const running: Served[] = [];

beforeAll(async () => {
  claire = await bench.persona('claire');
});
afterAll(async () => {
  for (const { relais } of running) await relais.stop();
});

async function configured(name: string, ipp: string, options: Partial<ServedOptions> = {}): Promise<Served> {
  const people = [{ id: 'claire', matrix: claire.userId, name: 'Dr Claire Modèle', role: 'medecin-traitant' }];
  const served = await openServed(bench, name, { people, teams: [{ ipp, members: ['claire'] }], ...options });
  running.push(served);
  return served;
}

async function started(name: string, ipp: string, options: Partial<ServedOptions> = {}): Promise<Served> {
  const served = await configured(name, ipp, options);
  await served.relais.start();
  await served.acknowledged(movement(ipp, 'A01', 0));
  await claire.seen((e) => e.sender === served.bot && String(e.content['body']).includes(nameOf(ipp)));
  return served;
}

/** Once each, in order, readable; nothing put aside. */
async function allRead(served: Served, ipp: string, wanted: number[]): Promise<void> {
  await claire.until('all of it', () => transfersRead(claire, served.bot, ipp).length >= wanted.length, 60_000);
  await served.relais.quiet(0);
  expect(transfersRead(claire, served.bot, ipp)).toEqual(wanted.map(minuteOf));
  expect(await served.relais.command(['quarantine', 'list'])).toContain('Nothing in quarantine');
  expect(claire.events.filter((e) => e.sender === served.bot && e.failure !== undefined)).toEqual([]);
}

const health = async (served: Served): Promise<number | undefined> =>
  fetch(`${served.relais.url}/health/ready`).then(
    ({ status }) => status,
    () => undefined,
  );

describe('the bot’s device', () => {
  it('ended from another session: the cure is said, exit code 3, and after recover all is said once', async () => {
    const ipp = '30001';
    const served = await started('revoked', ipp);
    const { relais } = served;
    const { deviceId } = await loadIdentity(join(served.folder, 'account'), served.env['RELAIS_SEAL_KEY']);
    const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
    const posting = (async (): Promise<void> => {
      for (const n of numbers) await served.acknowledged(movement(ipp, 'A02', n)).catch(() => undefined);
    })();
    await endDevice('revoked', deviceId);
    expect(await relais.ended()).toBe(3);
    const log = await served.log();
    expect(log.trim().split('\n').at(-1)).toMatch(/ended this device .*relais recover/);
    // Trying again says the same, and changes nothing.
    relais.begin();
    expect(await relais.ended()).toBe(3);

    const key = { RELAIS_RECOVERY_KEY: served.recoveryKey };
    expect(await relais.command(['recover', '--user', 'revoked', '--end-other-devices'], key)).toContain('is ready');
    await relais.start();
    await posting;
    await allRead(served, ipp, numbers);
  });

  it('kept, but its session ended (soft logout): the same device goes on with the password', async () => {
    const ipp = '30002';
    const served = await configured('soft', ipp, { more: { password_env: 'RELAIS_PASSWORD' } });
    const directory = join(served.folder, 'account');
    const seal = served.env['RELAIS_SEAL_KEY'];
    await served.relais.start();
    await served.acknowledged(movement(ipp, 'A01', 0));
    await claire.seen((e) => e.sender === served.bot && String(e.content['body']).includes(nameOf(ipp)));
    await served.relais.stop();
    // As the homeserver leaves it after a soft logout: the token is void, the refresh token too.
    const identity = await loadIdentity(directory, seal);
    const proxy = await openFaultProxy(bench.homeserver.url);
    let refusals = 0;
    proxy.rule = ({ path }) => {
      const ended =
        path.endsWith('/account/whoami') || refusals > 0 || path.endsWith('/login') || path.endsWith('/refresh');
      if (ended) return undefined;
      refusals += 1;
      return { answer: { status: 401, body: { errcode: 'M_UNKNOWN_TOKEN', soft_logout: true } } };
    };
    await saveIdentity(directory, { ...identity, homeserver: proxy.url, refreshToken: 'void' }, seal);
    const config = await readFile(served.config, 'utf8');
    await writeFile(served.config, config.replace(bench.homeserver.url, proxy.url));
    await served.relais.start();
    await served.acknowledged(movement(ipp, 'A02', 1));
    await allRead(served, ipp, [1]);
    expect(refusals).toBe(1);
    expect(proxy.passed.map(({ path }) => path.split('/').at(-1))).toEqual(
      expect.arrayContaining(['refresh', 'login']),
    );
    expect((await loadIdentity(directory, seal)).deviceId).toBe(identity.deviceId);
    await served.relais.stop();
    await proxy.stop();
  });
});

describe('PostgreSQL', () => {
  it('away at the start, and away for longer than it is waited for: 503, then all goes on', async () => {
    const ipp = '30003';
    const store = { url_env: 'RELAIS_STORE_URL' };
    const served = await configured('postgres', ipp, { store, env: { RELAIS_STORE_URL: postgres.url } });
    const { relais } = served;
    await postgres.crash();
    relais.begin();
    await eventually(async () => ((await health(served)) === 503 ? true : undefined));
    expect((await relais.post(movement(ipp, 'A01', 0), '/v1/hl7v2')).status).toBe(503);
    await postgres.start();
    await eventually(async () => ((await health(served)) === 200 ? true : undefined));
    await served.acknowledged(movement(ipp, 'A01', 0));
    await served.acknowledged(movement(ipp, 'A02', 1));

    await postgres.crash();
    const refused = await relais.post(movement(ipp, 'A02', 2), '/v1/hl7v2'); // after all the patience there is
    expect(refused).toMatchObject({
      status: 503,
      body: expect.stringContaining('PostgreSQL does not answer') as string,
    });
    expect(await health(served)).toBe(503);
    expect(await served.log()).toMatch(/waiting: PostgreSQL does not answer/);
    await postgres.start();
    await served.acknowledged(movement(ipp, 'A02', 2));
    await allRead(served, ipp, [1, 2]);
    expect(await health(served)).toBe(200);
  });
});

describe('on a leash', () => {
  it('ends when its parent is killed', async () => {
    const served = await configured('leash', '30004');
    const given = { config: served.config, port: Number(new URL(served.relais.url).port), source: 'ch', secret: '' };
    const parent = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('../support/serve-parent.ts', import.meta.url)),
        JSON.stringify({ ...given, env: served.env, log: join(served.folder, 'relais.log') }),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
    const pid = Number(line);
    expect(await health(served)).toBe(200);
    parent.kill('SIGKILL');
    await eventually(() => (isAlive(pid) ? undefined : true));
    await served.relais.start(); // its place, its port and its account are free
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** As somebody else who has the password does, in a Matrix client's list of sessions. */
async function endDevice(user: string, device: string): Promise<void> {
  const base = `${bench.homeserver.url}/_matrix/client/v3`;
  const login = { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password: PASSWORD };
  const post = async (path: string, body: unknown, token?: string): Promise<Record<string, unknown>> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`${base}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await answer.json()) as Record<string, unknown>;
  };
  const token = String((await post('login', login))['access_token']);
  const { session } = await post('delete_devices', { devices: [device] }, token);
  await post('delete_devices', { devices: [device], auth: { ...login, session } }, token);
}
