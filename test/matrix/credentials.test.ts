import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { accountPaths, hasIdentity, loadIdentity, saveIdentity } from '../../bot/matrix/credentials.ts';

const identity = {
  homeserver: 'https://hs',
  userId: '@relais:hs',
  deviceId: 'DEV',
  accessToken: 'syt_token',
  storePassword: 'random',
};
let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'relais-identity-'))));
afterEach(() => rmSync(directory, { recursive: true }));

it('is kept whole, for its owner only, and nothing is left beside it', async () => {
  const { identity: path } = accountPaths(directory);
  writeFileSync(`${path}.part`, 'half', { mode: 0o644 }); // of a process that was killed
  expect(await hasIdentity(directory)).toBe(false);
  await saveIdentity(directory, identity);
  expect(await hasIdentity(directory)).toBe(true);
  expect(await loadIdentity(directory)).toEqual(identity);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(['identity.json']);
});

it('sealed with a secret, it says nothing, and opens with that secret only', async () => {
  await saveIdentity(directory, identity, 'long secret');
  expect(readFileSync(accountPaths(directory).identity, 'utf8')).not.toMatch(/syt_token|random|relais:hs/);
  expect(await loadIdentity(directory, 'long secret')).toEqual(identity);
  await expect(loadIdentity(directory)).rejects.toThrow('sealed');
  await expect(loadIdentity(directory, 'another')).rejects.toThrow('does not open');
});

it('says what to do when there is none, or when a part is missing', async () => {
  await expect(loadIdentity(directory)).rejects.toThrow('relais provision');
  writeFileSync(accountPaths(directory).identity, JSON.stringify({ ...identity, storePassword: '' }));
  await expect(loadIdentity(directory)).rejects.toThrow('storePassword');
});
