/**
 * Makes the bot's device, once: log in, cross-sign it, secret storage, key backup. In a process of its own (`relais
 * provision`), because matrix-js-sdk keeps caches that a serving process does not want.
 *
 * Cut off anywhere, the next call goes on with the same device: who it is, is on disk before its keys are made, and the
 * recovery key is shown before the account counts as provisioned. Otherwise a kill after the publication of the keys
 * would leave an account that nobody can recover.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { createClient } from 'matrix-js-sdk';
import type { MatrixClient } from 'matrix-js-sdk';
import { TransportFailure } from '../../care/relay/transport.ts';
import { makeKeys } from './account-keys.ts';
import { accountPaths, finishIdentity, hasIdentity, loadIdentity, saveIdentity } from './credentials.ts';
import type { Identity } from './credentials.ts';
import { openHttp } from './http.ts';
import { quietLogger, silenceSdk } from './quiet.ts';
import { readRecoveryKey } from './recovery-key.ts';
import { granted, openSession } from './session.ts';
import { openState } from './state.ts';

export type ProvisionOptions = {
  homeserver: string;
  /** Local part or full user id; with a token, what the token says. */
  user: string;
  /** To be kept in `directory`, which must hold no identity yet. */
  directory: string;
  /** Seals the identity file. */
  secret?: string;
  /** An account that was provisioned before: the new device is signed and given the past with it (see recover.ts). */
  recoveryKey?: string;
  /** Shows the new recovery key to a person, before the account counts as provisioned. */
  onRecoveryKey?: (key: string) => void;
  onProgress?: (line: string) => void;
  /** Machine time. */
  now?: () => number;
} & ({ password: string; token?: undefined } | { token: string; password?: undefined });

export type Provisioned = {
  userId: string;
  deviceId: string;
  /** To be shown once and kept by a person; Relais stores it nowhere. Undefined when one was given. */
  recoveryKey: string | undefined;
};

/**
 * @throws Error when the directory already holds an identity, when the account already has keys and no recovery key is
 *   given, when the token's device is already used elsewhere, and when the homeserver refuses
 */
export async function provision(options: ProvisionOptions): Promise<Provisioned> {
  const { directory } = options;
  silenceSdk();
  if (options.recoveryKey !== undefined) readRecoveryKey(options.recoveryKey); // a typing mistake makes no device
  if (await hasIdentity(directory))
    throw new Error(`${directory} already holds a Matrix identity: it is provisioned, or choose another directory`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const state = openState(accountPaths(directory).state); // its lock: two provisionings at once would mix their keys
  try {
    if (await hasIdentity(directory)) throw new Error(`${directory} has just been provisioned by another process`);
    return await finish(options, (await cutOff(options)) ?? (await begin(options)));
  } finally {
    state.close();
  }
}

/** A provisioning that was cut off before its end, and whose device still lives. */
async function cutOff(options: ProvisionOptions): Promise<Identity | undefined> {
  const { directory, secret, homeserver, user } = options;
  if (options.recoveryKey !== undefined || !(await hasIdentity(directory, 'unfinished'))) return undefined;
  const identity = await loadIdentity(directory, secret, 'unfinished');
  const isSame = identity.userId === user || identity.userId.startsWith(`@${user}:`) || options.token !== undefined;
  if (identity.homeserver !== homeserver || !isSame)
    throw new Error(
      `${directory} holds a provisioning of ${identity.userId} on ${identity.homeserver} that was cut off: finish it with that account, or choose another directory`,
    );
  try {
    await openHttp(homeserver, sessionOf(options, identity)).text('GET', ['account', 'whoami']);
  } catch (failure) {
    // ended meanwhile: its keys are of no use any more
    if (failure instanceof TransportFailure && failure.kind === 'account') return undefined;
    throw failure;
  }
  return loadIdentity(directory, secret, 'unfinished'); // its tokens may have changed
}

async function begin(options: ProvisionOptions): Promise<Identity> {
  const { directory, secret, onProgress = () => undefined } = options;
  const { crypto, unfinished } = accountPaths(directory);
  await rm(unfinished, { force: true });
  await rm(crypto, { recursive: true, force: true });
  await mkdir(crypto, { mode: 0o700 });
  onProgress('logging in');
  const identity = await logIn(options);
  await saveIdentity(directory, identity, secret, 'unfinished');
  return identity;
}

async function finish(options: ProvisionOptions, identity: Identity): Promise<Provisioned> {
  const { directory, onProgress = () => undefined } = options;
  const { userId, deviceId } = identity;
  const published = { may: false };
  try {
    const recoveryKey = await makeKeys({
      directory,
      identity,
      tokens: sessionOf(options, identity),
      password: options.password,
      recoveryKey: options.recoveryKey,
      onProgress,
      beginning: () => (published.may = true),
    });
    if (recoveryKey !== undefined) options.onRecoveryKey?.(recoveryKey);
    await finishIdentity(directory);
    onProgress('done');
    return { userId, deviceId, recoveryKey };
  } catch (error) {
    if (published.may) {
      onProgress('cut off: the device is kept, call again to go on with it');
      throw error;
    }
    await rm(accountPaths(directory).unfinished, { force: true });
    // no device is left behind that nobody can use; a token was not ours to end
    if (options.token === undefined)
      await plainClient(identity)
        .logout(true)
        .catch(() => undefined);
    throw error;
  }
}

/** A renewed token is on disk before it is used. */
function sessionOf(options: ProvisionOptions, identity: Identity): ReturnType<typeof openSession> {
  return openSession({
    identity,
    save: (renewed) => saveIdentity(options.directory, renewed, options.secret, 'unfinished'),
    now: options.now ?? Date.now,
    log: () => undefined,
  });
}

async function logIn(options: ProvisionOptions): Promise<Identity> {
  const { homeserver } = options;
  const storePassword = randomBytes(32).toString('base64url');
  if (options.token !== undefined) {
    const who = await createClient({ baseUrl: homeserver, accessToken: options.token, logger: quietLogger }).whoami();
    if (who.device_id === undefined) throw new Error('this token belongs to no device: make one by logging in');
    const identity = {
      homeserver,
      userId: who.user_id,
      deviceId: who.device_id,
      accessToken: options.token,
      storePassword,
    };
    const { device_keys: devices } = await plainClient(identity).downloadKeysForUsers([who.user_id]);
    // its store is elsewhere: with an empty one, nobody could write to this device any more
    if (devices[who.user_id]?.[who.device_id] !== undefined)
      throw new Error('this token’s device already has keys: make a new token');
    return identity;
  }
  const askedAt = (options.now ?? Date.now)();
  const login = await createClient({ baseUrl: homeserver, logger: quietLogger }).loginRequest({
    refresh_token: true, // a homeserver that knows none ignores it
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: options.user },
    password: options.password,
    initial_device_display_name: 'Relais',
  });
  const { user_id: userId, device_id: deviceId, access_token: accessToken } = login;
  return granted({ homeserver, userId, deviceId, accessToken, storePassword }, login, askedAt);
}

export const plainClient = ({ homeserver, userId, deviceId, accessToken }: Identity): MatrixClient =>
  createClient({ baseUrl: homeserver, userId, deviceId, accessToken, logger: quietLogger });
