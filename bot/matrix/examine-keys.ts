/** The bot's keys as the homeserver publishes them: device, cross-signing, secret storage, backup. Signatures are verified. */
import type { Identity } from './credentials.ts';
import { RECOVER } from './examine.ts';
import type { Ask, Say } from './examine.ts';
import { isSignedBy } from './signature.ts';
import type { Signed } from './signature.ts';

type Keys = Signed & { keys?: Record<string, string> };
type KeysOf<T> = Record<string, T> | undefined;

const SECRETS = [
  'm.cross_signing.master',
  'm.cross_signing.self_signing',
  'm.cross_signing.user_signing',
  'm.megolm_backup.v1',
];
const SAFE = 'keep this disk safe meanwhile: “The recovery key” in docs/operations.md';

/** @param say told of each part, sound or not */
export async function examineKeys(identity: Identity, ask: Ask, say: Say): Promise<void> {
  const { userId, deviceId } = identity;
  const { body } = await ask('client/v3/keys/query', { device_keys: { [userId]: [] } });
  const devices = (body['device_keys'] as KeysOf<Record<string, Keys>>)?.[userId] ?? {};
  const master = (body['master_keys'] as KeysOf<Keys>)?.[userId];
  const selfSigning = (body['self_signing_keys'] as KeysOf<Keys>)?.[userId];
  const device = devices[deviceId];
  const masterKey = publicKey(master);
  const selfKey = publicKey(selfSigning);
  if (device === undefined) say('problem', 'device', 'the homeserver does not publish its keys', RECOVER);
  else if (masterKey === undefined || selfKey === undefined)
    say('problem', 'device', 'the account has no cross-signing keys: clients hide or refuse what it says', RECOVER);
  else if (!isSignedBy(selfSigning ?? {}, userId, masterKey) || !isSignedBy(device, userId, selfKey))
    say('problem', 'device', 'it is not signed by the account’s cross-signing keys: clients refuse it', RECOVER);
  else say('ok', 'device', 'published and cross-signed');
  const others = Object.keys(devices).filter((id) => id !== deviceId);
  if (others.length > 0)
    say(
      'warning',
      'device',
      `the account has other devices, which get the keys too: ${others.join(', ')}`,
      'end those that are not in use, in a Matrix client or by relais recover --end-other-devices',
    );
  await examineSecrets(userId, ask, say);
  const own = device?.keys?.[`ed25519:${deviceId}`];
  await examineBackup(userId, [masterKey, own], ask, say);
}

const publicKey = (keys: Keys | undefined): string | undefined => Object.values(keys?.keys ?? {})[0];

/** What a recovery would open. */
async function examineSecrets(userId: string, ask: Ask, say: Say): Promise<void> {
  const data = async (type: string): Promise<Record<string, unknown>> =>
    (await ask(`client/v3/user/${encodeURIComponent(userId)}/account_data/${encodeURIComponent(type)}`)).body;
  const id = (await data('m.secret_storage.default_key'))['key'];
  if (typeof id !== 'string') {
    say('problem', 'recovery', 'the account has no secret storage: the loss of the disk would lose its keys', SAFE);
    return;
  }
  const missing: string[] = [];
  for (const secret of SECRETS) {
    const { encrypted } = (await data(secret)) as { encrypted?: Record<string, unknown> };
    if (encrypted?.[id] === undefined) missing.push(secret);
  }
  if (missing.length > 0) say('problem', 'recovery', `the secret storage does not hold ${missing.join(', ')}`, SAFE);
  else say('ok', 'recovery', 'the secret storage holds what the recovery key opens');
}

async function examineBackup(userId: string, trusted: (string | undefined)[], ask: Ask, say: Say): Promise<void> {
  const { status, body } = await ask('client/v3/room_keys/version');
  if (status !== 200) {
    say(
      'problem',
      'backup',
      'there is no key backup on the homeserver: a new device could not read the past',
      'relais recover begins a new one',
    );
    return;
  }
  const signed = trusted.some((key) => key !== undefined && isSignedBy(body['auth_data'] as Signed, userId, key));
  const says = `version ${String(body['version'])}, ${String(body['count'])} keys`;
  if (signed) say('ok', 'backup', `${says}, signed by the account`);
  else
    say(
      'problem',
      'backup',
      `${says}, not signed by the account: somebody has replaced it`,
      'ask who did; Relais sends it no key',
    );
}
