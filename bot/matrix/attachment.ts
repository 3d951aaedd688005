/**
 * Files of encrypted rooms: AES-256-CTR and SHA-256 as Matrix' EncryptedFile v2 has them, by node:crypto (ten times the
 * speed of the crypto library's own, which holds the whole file in memory), streamed.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { EncryptedFile } from '../../care/relay/transport.ts';
import { TransportFailure } from '../../care/relay/transport.ts';

const CIPHER = 'aes-256-ctr';
const KEY_BYTES = 32;
const IV_BYTES = 16;
const HASH_BYTES = 32;

/** What opens a file, without where it is. */
export type FileKeys = Omit<EncryptedFile, 'url'>;

/** Bytes go by, at most `limit` of them. @throws TransportFailure `message` at the first byte too many */
export async function* atMost(bytes: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > limit) throw new TransportFailure('message', `the file is larger than ${limit} bytes`);
    yield chunk;
  }
}

/** Encrypts into a file at `path`, which never holds a clear byte. @throws what reading `bytes` throws */
export async function encryptInto(path: string, bytes: AsyncIterable<Uint8Array>): Promise<FileKeys> {
  const key = randomBytes(KEY_BYTES);
  // The second half counts the blocks: clients that count in 64 bits need it to begin at zero.
  const iv = Buffer.concat([randomBytes(IV_BYTES / 2), Buffer.alloc(IV_BYTES / 2)]);
  const hash = createHash('sha256');
  await pipeline(
    bytes,
    createCipheriv(CIPHER, key, iv),
    async function* (encrypted: AsyncIterable<Buffer>) {
      for await (const chunk of encrypted) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path, { mode: 0o600, flags: 'wx' }),
  );
  return {
    v: 'v2',
    key: { kty: 'oct', alg: 'A256CTR', ext: true, key_ops: ['encrypt', 'decrypt'], k: key.toString('base64url') },
    iv: unpadded(iv),
    hashes: { sha256: unpadded(hash.digest()) },
  };
}

/** @throws TransportFailure `message` when the encrypted bytes at `path` are not those that were sent */
export async function checkHash(path: string, file: FileKeys): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  if (!timingSafeEqual(hash.digest(), Buffer.from(file.hashes.sha256, 'base64')))
    throw new TransportFailure('message', 'the file is not the one that was sent: its hash differs');
}

/** Only after `checkHash`: this cipher decrypts anything into something, and who changes a bit changes that bit. */
export function decryptFrom(path: string, file: FileKeys): AsyncIterable<Uint8Array> {
  const decipher = createDecipheriv(CIPHER, Buffer.from(file.key.k, 'base64url'), Buffer.from(file.iv, 'base64'));
  const encrypted = createReadStream(path);
  encrypted.once('error', (error) => decipher.destroy(error));
  decipher.once('close', () => encrypted.destroy());
  return encrypted.pipe(decipher);
}

/** The `file` of an event's content, written by anybody. @throws TransportFailure `message` when it is not a v2 file */
export function readEncryptedFile(value: unknown): EncryptedFile {
  type Any = Record<string, unknown> | undefined;
  const file = value as Any;
  const [key, hashes] = [file?.['key'] as Any, file?.['hashes'] as Any];
  const holds = (text: unknown, encoding: 'base64' | 'base64url', length: number): boolean =>
    typeof text === 'string' && Buffer.from(text, encoding).length === length;
  const sound =
    file?.['v'] === 'v2' &&
    typeof file['url'] === 'string' &&
    key?.['kty'] === 'oct' &&
    key['alg'] === 'A256CTR' &&
    holds(key['k'], 'base64url', KEY_BYTES) &&
    holds(file['iv'], 'base64', IV_BYTES) &&
    holds(hashes?.['sha256'], 'base64', HASH_BYTES);
  if (!sound) throw new TransportFailure('message', 'the event carries no encrypted file that can be read');
  return value as EncryptedFile;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
