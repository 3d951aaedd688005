/** An account's keys, made once by matrix-js-sdk on the very store that the transport uses afterwards, or restored. */
import { ClientEvent, createClient } from 'matrix-js-sdk';
import type { MatrixClient } from 'matrix-js-sdk';
import type { CryptoApi, GeneratedSecretStorageKey } from 'matrix-js-sdk/lib/crypto-api/index.js';
import { accountPaths, storeName } from './credentials.ts';
import type { Identity } from './credentials.ts';
import type { Tokens } from './http.ts';
import { quietLogger } from './quiet.ts';
import { readRecoveryKey, restore } from './recovery-key.ts';
import { mountSqliteIdb } from './sqlite-idb.ts';

export type KeysParts = {
  directory: string;
  identity: Identity;
  tokens: Pick<Tokens, 'fresh'>;
  password: string | undefined;
  /** Restores instead of making. */
  recoveryKey: string | undefined;
  onProgress: (line: string) => void;
  /** Told before anything of the account's own is published. */
  beginning: () => void;
};

/** The account has keys that this device does not hold. */
class KeysElsewhere extends Error {
  constructor(userId: string) {
    super(
      `${userId} already has cross-signing keys: it was provisioned before. Run \`relais recover\` with its recovery key.`,
    );
    this.name = 'KeysElsewhere';
  }
}

/**
 * May be called again after it was cut off anywhere: cross-signing keys that are published stay the account's.
 * @returns the recovery key; undefined when one was given
 * @throws KeysElsewhere
 */
export async function makeKeys(parts: KeysParts): Promise<string | undefined> {
  const { directory, identity, tokens, onProgress } = parts;
  const { unmount } = await mountSqliteIdb(accountPaths(directory).crypto, storeName(identity));
  let secretKey = parts.recoveryKey === undefined ? undefined : readRecoveryKey(parts.recoveryKey);
  const client = createClient({
    baseUrl: identity.homeserver,
    userId: identity.userId,
    deviceId: identity.deviceId,
    accessToken: identity.accessToken,
    logger: quietLogger,
    fetchFn: async (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${await tokens.fresh()}`);
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
    // The machine must know what is published before private keys are restored: else the SDK fails to import them.
    await crypto.userHasCrossSigningKeys(identity.userId, true);
    const published = await isPublished(client);
    if (secretKey !== undefined) {
      await restore(client, crypto, secretKey, onProgress);
      return undefined;
    }
    if (published && !(await holdsPrivateKeys(crypto))) throw new KeysElsewhere(identity.userId);
    parts.beginning();
    if (published) await crypto.crossSignDevice(identity.deviceId);
    else await crossSign(crypto, parts);
    onProgress('making secret storage and key backup');
    const made = await crypto.createRecoveryKeyFromPassphrase();
    secretKey = made.privateKey;
    await storeSecrets(crypto, made);
    if (made.encodedPrivateKey === undefined) throw new Error('matrix-js-sdk gave no recovery key');
    return made.encodedPrivateKey;
  } finally {
    client.stopClient();
    unmount();
  }
}

/** Asked of the homeserver: the SDK takes keys that were made here, and never published, for published ones. */
async function isPublished(client: MatrixClient): Promise<boolean> {
  const userId = client.getSafeUserId();
  const { master_keys: masters } = await client.downloadKeysForUsers([userId]);
  return masters?.[userId] !== undefined;
}

async function holdsPrivateKeys(crypto: CryptoApi): Promise<boolean> {
  const { masterKey, selfSigningKey, userSigningKey } = (await crypto.getCrossSigningStatus()).privateKeysCachedLocally;
  return masterKey && selfSigningKey && userSigningKey;
}

/** Nothing is published: keys that were made here and not published yet are made anew, nobody has seen them. */
async function crossSign(crypto: CryptoApi, { identity, password, onProgress }: KeysParts): Promise<void> {
  onProgress('making cross-signing keys');
  await crypto.bootstrapCrossSigning({
    setupNewCrossSigning: true,
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
}

/** Whoever had begun it, nobody was shown the recovery key: it begins anew, with the same cross-signing keys in it. */
async function storeSecrets(crypto: CryptoApi, made: GeneratedSecretStorageKey): Promise<void> {
  await crypto.bootstrapSecretStorage({
    createSecretStorageKey: async () => made,
    setupNewSecretStorage: true,
    setupNewKeyBackup: true,
  });
}
