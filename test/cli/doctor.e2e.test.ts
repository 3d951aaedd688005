/** relais doctor beside a running server, on a real homeserver: silent about what is sound, and a cure for each fault. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accountPaths, loadIdentity } from '../../bot/matrix/credentials.ts';
import { examineAccount } from '../../bot/matrix/examine.ts';
import type { Finding } from '../../bot/matrix/examine.ts';
import { doctor } from '../../cli/doctor.ts';
import { PASSWORD, useHomeserver } from '../support/homeserver.ts';
import { runCli } from '../support/cli.ts';
import { ENV, RELAIS, installation } from '../config/installation.ts';

const bench = useHomeserver();
let other: string;
beforeAll(async () => (other = await mkdtemp(join(tmpdir(), 'relais-doctor-'))));
afterAll(() => rm(other, { recursive: true, force: true }));

const SECRET = ENV.SEAL;
const env = { ...ENV, PASSWORD };

/** A provisioned installation whose configuration is the tests' small one. */
async function installed(user: string): Promise<{ config: string; directory: string; recoveryKey: string }> {
  await bench.homeserver.register(user, PASSWORD);
  const directory = bench.folder(user);
  const config = installation({
    'relais.yaml': RELAIS.replace(
      'https://matrix.example.fr, directory: account',
      `"${bench.homeserver.url}", directory: "${directory}"`,
    ),
  });
  const said = await runCli(['provision', '-c', config, '-u', user, '--password-env', 'PASSWORD'], env);
  expect(said).toMatchObject({ code: 0 });
  const recoveryKey = /Recovery key: (.*)/.exec(said.out)?.[1] ?? '';
  return { config, directory, recoveryKey };
}

const look = (directory: string, more: Partial<Parameters<typeof examineAccount>[0]> = {}): Promise<Finding[]> =>
  examineAccount({ directory, secret: SECRET, homeserver: bench.homeserver.url, now: Date.now, ...more });
const faults = async (found: Promise<Finding[]>): Promise<string[]> =>
  (await found).filter((f) => f.level !== 'ok').map((f) => `${f.level} ${f.about}: ${f.says} → ${f.cure ?? ''}`);

it('by the command line: provisioned, looked at while it runs, recovered, looked at again', async () => {
  const { config, directory, recoveryKey } = await installed('relais40');
  expect(await runCli(['provision', '-c', config, '-u', 'relais40', '--password-env', 'PASSWORD'], env)).toMatchObject({
    code: 1,
  });
  const bot = await bench.run(directory, undefined, { secret: SECRET });
  const beside = await runCli(['doctor', '-c', config], env);
  expect(beside.out).toMatch(/ok +device +published and cross-signed/);
  expect(beside.out).toMatch(/ok +recovery/);
  expect(beside.out).toMatch(/ok +backup +version 1, \d+ keys, signed by the account/);
  expect(beside.out).toContain('a server runs on this account');
  expect(beside.out).not.toContain('PROBLEM');
  await bot.stop();

  const lost = { ...env, RELAIS_RECOVERY_KEY: recoveryKey };
  const recovered = await runCli(['recover', '-c', config, '-u', 'relais40', '--password-env', 'PASSWORD'], lost);
  expect(recovered).toMatchObject({ code: 0 });
  expect(recovered.out).toContain('Other devices of this account remain');
  const typed = await runCli(
    ['recover', '-c', config, '-u', 'relais40', '--password-env', 'PASSWORD', '--end-other-devices'],
    env,
    `${recoveryKey}\n`,
  );
  expect(typed).toMatchObject({ code: 0 });
  expect(typed.out).not.toContain('remain');
  expect(recovered.out + recovered.err + typed.out + typed.err).not.toContain(recoveryKey);
  expect(await faults(look(directory))).toEqual([]);
});

it('what is wrong with the account is said with its cure', async () => {
  const { directory } = await installed('relais41');
  const said = async (fault: RegExp, more: Parameters<typeof look>[1] = {}, at = directory): Promise<void> =>
    expect((await faults(look(at, more))).join('\n')).toMatch(fault);
  expect(await faults(look(directory))).toEqual([]);
  await said(/problem identity: .*no Matrix identity.* → relais provision/, {}, other);
  await said(/problem clock: \d+ s ahead of the homeserver → run NTP/, { now: () => Date.now() + 310_000 });
  await said(/warning clock: \d+ s behind/, { now: () => Date.now() - 60_000 });
  await said(/problem homeserver: .* does not answer \(ECONNREFUSED\)/, { homeserver: 'http://127.0.0.1:2' });
  await said(/problem identity: made for/, { homeserver: 'http://127.0.0.1:2' });

  const identity = await loadIdentity(directory, SECRET);
  const as = (method: string, path: string, body: unknown): Promise<Response> =>
    fetch(`${identity.homeserver}/_matrix/client/v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${identity.accessToken}` },
      body: JSON.stringify(body),
    });
  const data = `user/${encodeURIComponent(identity.userId)}/account_data`;
  await as('PUT', `${data}/fr.relais.generation.${identity.deviceId}`, { n: 9 });
  await said(/problem generation: .*old copy → .*relais recover/);
  await as('PUT', `${data}/m.cross_signing.master`, {});
  await said(/problem recovery: .*m\.cross_signing\.master →/);
  await as('POST', 'room_keys/version', {
    algorithm: 'm.megolm_backup.v1.curve25519-aes-sha2',
    auth_data: { public_key: 'AAAA', signatures: {} },
  });
  await said(/problem backup: version 2, 0 keys, not signed by the account/);
  await as('POST', 'logout', {});
  await said(/problem token: refused \(M_UNKNOWN_TOKEN\) → stop Relais, then relais recover/);
  await chmod(accountPaths(directory).identity, 0o644);
  await said(/warning identity: .*read by others \(644\)/);
});

it('the exit code: 0, 1 for warnings only, 2 for problems', async () => {
  const { config } = await installed('relais42');
  const lines: string[] = [];
  expect(await doctor(config, env, (line) => lines.push(line))).toBe(1);
  expect(lines.join('\n')).toMatch(/WARNING +store .* is not there yet\n +→ relais serve makes it/);
  expect(await runCli(['lane', 'list', '-c', config], env)).toMatchObject({ code: 0 }); // opens the store, so makes it
  expect(await doctor(config, env, () => undefined)).toBe(0);
  await writeFile(config, 'environment: nowhere\n');
  expect(await runCli(['doctor', '-c', config], env)).toMatchObject({ code: 2, out: '' });
});
