/**
 * Who the bot is: account, device, token and the password of its crypto store belong together, in one file of the
 * account's directory. A device id with another store, or an older one, is a security fault, not a convenience.
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export type Identity = {
  homeserver: string;
  userId: string;
  deviceId: string;
  accessToken: string;
  /** Where the homeserver gives one: stays valid until the access token that it was changed for is first used. */
  refreshToken?: string;
  /** When the access token is to be changed, before it expires: machine time, epoch ms. */
  renewAt?: number;
  /** Encrypts the crypto store; random, made once, never empty. */
  storePassword: string;
};

/** What is where in an account's directory. */
export const accountPaths = (directory: string) => ({
  identity: join(directory, 'identity.json'),
  /** The same, of a provisioning that is under way or was cut off: its keys may be published already. */
  unfinished: join(directory, 'identity.unfinished.json'),
  /** Holds the crypto store and nothing else: a foreign SQLite file beside it broke its opening. */
  crypto: join(directory, 'crypto'),
  state: join(directory, 'state.sqlite'),
});

type Which = 'identity' | 'unfinished';

/** Name of the crypto store: one per device, so that several accounts can run in one process. */
export const storeName = (identity: Pick<Identity, 'userId' | 'deviceId'>): string =>
  `relais ${identity.userId} ${identity.deviceId}`;

type Sealed = { sealed: 'aes-256-gcm'; salt: string; iv: string; tag: string; text: string };

/**
 * Atomic and readable by its owner only: a half-written identity would orphan the device.
 * @param secret seals the file when given (from the environment); without it, the file's mode is its only protection
 */
export async function saveIdentity(
  directory: string,
  identity: Identity,
  secret?: string,
  which: Which = 'identity',
): Promise<void> {
  const path = accountPaths(directory)[which];
  const part = `${path}.part`;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await rm(part, { force: true }); // its mode would be kept
  const file = await open(part, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(secret === undefined ? identity : seal(identity, secret), null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await renamed(directory, part, path);
}

/** The unfinished one becomes the account's. */
export async function finishIdentity(directory: string): Promise<void> {
  const { unfinished, identity } = accountPaths(directory);
  await renamed(directory, unfinished, identity);
}

async function renamed(directory: string, from: string, to: string): Promise<void> {
  await rename(from, to);
  const folder = await open(directory, 'r');
  await folder.sync().finally(() => folder.close()); // the rename itself
}

/** @throws Error that says what to do when there is none, or when it cannot be opened */
export async function loadIdentity(directory: string, secret?: string, which: Which = 'identity'): Promise<Identity> {
  const path = accountPaths(directory)[which];
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Error(`${directory} holds no Matrix identity: run \`relais provision\` first`);
    throw error;
  });
  const stored = JSON.parse(text) as Identity | Sealed;
  const identity = 'sealed' in stored ? unseal(stored, secret, path) : stored;
  for (const key of ['homeserver', 'userId', 'deviceId', 'accessToken', 'storePassword'] as const) {
    if (typeof identity[key] !== 'string' || identity[key] === '') throw new Error(`${path} has no ${key}`);
  }
  return identity;
}

export async function hasIdentity(directory: string, which: Which = 'identity'): Promise<boolean> {
  return readFile(accountPaths(directory)[which]).then(
    () => true,
    () => false,
  );
}

function seal(identity: Identity, secret: string): Sealed {
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', scryptSync(secret, salt, 32), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(identity), 'utf8'), cipher.final()]);
  const [s, i, tag, t] = [salt, iv, cipher.getAuthTag(), text].map((bytes) => bytes.toString('base64'));
  return { sealed: 'aes-256-gcm', salt: s ?? '', iv: i ?? '', tag: tag ?? '', text: t ?? '' };
}

function unseal(sealed: Sealed, secret: string | undefined, path: string): Identity {
  if (secret === undefined) throw new Error(`${path} is sealed: give the secret that it was provisioned with`);
  const [salt, iv, tag, text] = [sealed.salt, sealed.iv, sealed.tag, sealed.text].map((part) =>
    Buffer.from(part, 'base64'),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const decipher = createDecipheriv('aes-256-gcm', scryptSync(secret, salt, 32), iv);
  decipher.setAuthTag(tag);
  try {
    return JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')) as Identity;
  } catch (cause) {
    throw new Error(`${path} does not open with this secret`, { cause });
  }
}
