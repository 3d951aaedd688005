/** What a recovery key opens, checked on every count before anything is changed, and the restoring of a new device. */
import type { MatrixClient } from 'matrix-js-sdk';
import type { CryptoApi } from 'matrix-js-sdk/lib/crypto-api/index.js';
import { decodeRecoveryKey } from 'matrix-js-sdk/lib/crypto-api/recovery-key.js';
import { publicKeyOf } from './signature.ts';

const LEFT = 'Nothing was changed.';
const CROSS_SIGNING = [
  'm.cross_signing.master',
  'm.cross_signing.self_signing',
  'm.cross_signing.user_signing',
] as const;

/** @throws Error when it is mistyped: it holds a check sum */
export function readRecoveryKey(typed: string): Uint8Array<ArrayBuffer> {
  try {
    return decodeRecoveryKey(typed.trim());
  } catch (cause) {
    throw new Error(
      `This is no recovery key: it is 12 groups of 4 letters and digits, and one of them is mistyped. ${LEFT}`,
      { cause },
    );
  }
}

/**
 * Signs this device and gives it the past. In this order only.
 * @throws Error with nothing changed on the homeserver when the key is not the account's
 */
export async function restore(
  client: MatrixClient,
  crypto: CryptoApi,
  key: Uint8Array<ArrayBuffer>,
  onProgress: (line: string) => void,
): Promise<void> {
  onProgress('checking the recovery key');
  await checkRecoveryKey(client, key);
  onProgress('signing this device with the recovery key');
  await crypto.bootstrapCrossSigning({
    // never reached after the checks: the last lock on a reset
    authUploadDeviceSigningKeys: async () => {
      throw new Error(`The cross-signing keys would be made anew: refused. ${LEFT}`);
    },
  });
  if ((await crypto.getKeyBackupInfo()) === null) {
    onProgress('the homeserver has no key backup any more: the past stays unreadable, a new backup is begun');
    await crypto.resetKeyBackup();
    return;
  }
  onProgress('fetching the keys of the past');
  await crypto.loadSessionBackupPrivateKeyFromSecretStorage();
  await crypto.checkKeyBackupAndEnable();
  const { imported, total } = await crypto.restoreKeyBackup();
  onProgress(`${imported} of ${total} keys restored`);
}

/**
 * matrix-js-sdk answers missing private keys by making new ones, and writes them over the old in the secret storage even
 * before it asks for the password. So that it cannot come to this, every key is opened and compared first.
 */
async function checkRecoveryKey(client: MatrixClient, key: Uint8Array<ArrayBuffer>): Promise<void> {
  const userId = client.getSafeUserId();
  const { master_keys: masters } = await client.downloadKeysForUsers([userId]);
  const [master] = Object.values(masters?.[userId]?.keys ?? {});
  if (master === undefined)
    throw new Error(
      `${userId} has no cross-signing keys: there is nothing to recover, run \`relais provision\`. ${LEFT}`,
    );
  const info = await client.secretStorage.getKey();
  if (info === null) throw new Error(`${userId} has no secret storage: its keys cannot be recovered. ${LEFT}`);
  if (!(await client.secretStorage.checkKey(key, info[1])))
    throw new Error(
      `The recovery key does not open the secret storage of ${userId}: it is another account’s, or an older one. ${LEFT}`,
    );
  for (const name of CROSS_SIGNING) {
    const kept = await client.secretStorage.get(name).catch(() => undefined);
    if (kept === undefined) throw new Error(`The secret storage of ${userId} does not hold ${name}. ${LEFT}`);
    if (name === 'm.cross_signing.master' && publicKeyOf(kept) !== master)
      throw new Error(
        `The secret storage of ${userId} holds another master key than the one that is published. ${LEFT}`,
      );
  }
}
