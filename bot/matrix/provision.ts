/**
 * Makes the bot's device, once: log in, cross-sign it, secret storage, key backup. matrix-js-sdk does it, on the very
 * store that the transport uses afterwards. In a process of its own (`relais provision`), because the SDK keeps caches
 * that a serving process does not want.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { ClientEvent, createClient } from 'matrix-js-sdk';
import type { MatrixClient } from 'matrix-js-sdk';
import type { CryptoApi, GeneratedSecretStorageKey } from 'matrix-js-sdk/lib/crypto-api/index.js';
import { accountPaths, hasIdentity, saveIdentity, storeName } from './credentials.ts';
import type { Identity } from './credentials.ts';
import { readRecoveryKey, restore } from './recovery-key.ts';
import { granted, openSession } from './session.ts';
import { quietLogger, silenceSdk } from './quiet.ts';
import { mountSqliteIdb } from './sqlite-idb.ts';
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
  const { directory, onProgress = () => undefined } = options;
  silenceSdk();
  if (options.recoveryKey !== undefined) readRecoveryKey(options.recoveryKey); // a typing mistake makes no device
  if (await hasIdentity(directory))
    throw new Error(`${directory} already holds a Matrix identity: it is provisioned, or choose another directory`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const state = openState(accountPaths(directory).state); // its lock: two provisionings at once would mix their keys
  try {
    if (await hasIdentity(directory)) throw new Error(`${directory} has just been provisioned by another process`);
    await rm(accountPaths(directory).crypto, { recursive: true, force: true }); // of a provisioning cut off before its end: never used
    await mkdir(accountPaths(directory).crypto, { mode: 0o700 });
    onProgress('logging in');
    const identity = await logIn(options);
    try {
      const made = await makeKeys(identity, options, onProgress);
      await saveIdentity(directory, made.identity, options.secret);
      onProgress('done');
      return { userId: identity.userId, deviceId: identity.deviceId, recoveryKey: made.recoveryKey };
    } catch (error) {
      // no device is left behind that nobody can use; a token was not ours to end
      if (options.token === undefined)
        await plainClient(identity)
          .logout(true)
          .catch(() => undefined);
      throw error;
    }
  } finally {
    state.close();
  }
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

async function makeKeys(
  identity: Identity,
  options: ProvisionOptions,
  onProgress: (line: string) => void,
): Promise<{ identity: Identity; recoveryKey: string | undefined }> {
  const { unmount } = await mountSqliteIdb(accountPaths(options.directory).crypto, storeName(identity));
  let secretKey = options.recoveryKey === undefined ? undefined : readRecoveryKey(options.recoveryKey);
  // what is renewed here is written once, with the rest of the identity: until then the account is not usable anyway
  const session = openSession({
    identity,
    save: async () => undefined,
    now: options.now ?? Date.now,
    log: () => undefined,
  });
  const client = createClient({
    baseUrl: identity.homeserver,
    userId: identity.userId,
    deviceId: identity.deviceId,
    accessToken: identity.accessToken,
    logger: quietLogger,
    fetchFn: async (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${await session.fresh()}`);
      return fetch(url, { ...init, headers });
    },
    cryptoCallbacks: {
      getSecretStorageKey: async ({ keys }) => {
        const [id] = Object.keys(keys);
        return id === undefined || secretKey === undefined ? null : [id, secretKey];
      },
    },
  });
  try {
    await client.initRustCrypto({ cryptoDatabasePrefix: storeName(identity), storagePassword: identity.storePassword });
    const crypto = client.getCrypto();
    if (crypto === undefined) throw new Error('matrix-js-sdk gave no crypto');
    const synced = new Promise((resolve) => client.once(ClientEvent.Sync, resolve));
    await client.startClient({ initialSyncLimit: 1, disablePresence: true });
    await synced;
    const hasKeys = await crypto.userHasCrossSigningKeys(identity.userId, true);
    if (secretKey !== undefined) {
      await restore(client, crypto, secretKey, onProgress);
      return { identity: session.current(), recoveryKey: undefined };
    }
    if (hasKeys)
      throw new Error(
        `${identity.userId} already has cross-signing keys: it was provisioned before. Run \`relais recover\` with its recovery key.`,
      );
    onProgress('making cross-signing keys, secret storage and key backup');
    const made = await crypto.createRecoveryKeyFromPassphrase();
    secretKey = made.privateKey;
    await bootstrap(crypto, made, identity, options.password);
    if (made.encodedPrivateKey === undefined) throw new Error('matrix-js-sdk gave no recovery key');
    return { identity: session.current(), recoveryKey: made.encodedPrivateKey };
  } finally {
    client.stopClient();
    unmount();
  }
}

async function bootstrap(
  crypto: CryptoApi,
  made: GeneratedSecretStorageKey,
  identity: Identity,
  password: string | undefined,
): Promise<void> {
  await crypto.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: async (upload) => {
      await upload(null).catch((refused: unknown) => {
        // a first upload needs no password on Synapse, elsewhere it may
        if (password === undefined) throw refused;
        const { session } = (refused as { data?: { session?: string } }).data ?? {};
        return upload({
          type: 'm.login.password',
          identifier: { type: 'm.id.user', user: identity.userId },
          password,
          ...(session !== undefined && { session }),
        });
      });
    },
  });
  await crypto.bootstrapSecretStorage({
    createSecretStorageKey: async () => made,
    setupNewSecretStorage: true,
    setupNewKeyBackup: true,
  });
}
