/** The format of encrypted files, against a vector of the specification's own clients and against the crypto library. */
import { Attachment, EncryptedAttachment, initAsync } from '@matrix-org/matrix-sdk-crypto-wasm';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atMost, checkHash, decryptFrom, encryptInto, readEncryptedFile } from '../../bot/matrix/attachment.ts';
import type { EncryptedFile } from '../../care/relay/transport.ts';

const folder = mkdtempSync(join(tmpdir(), 'relais-attachment-'));
beforeAll(() => initAsync());
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const newPath = (): string => join(folder, String(++made));

async function* inPieces(whole: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}

async function all(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** From the tests of matrix-encrypt-attachment, which Element was built on. */
const VECTOR: { clear: string; encrypted: string; file: EncryptedFile }[] = [
  {
    clear: '',
    encrypted: '',
    file: {
      v: 'v2',
      url: 'mxc://a/b',
      hashes: { sha256: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU' },
      key: {
        alg: 'A256CTR',
        kty: 'oct',
        key_ops: ['encrypt', 'decrypt'],
        ext: true,
        k: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      },
      iv: 'AAAAAAAAAAAAAAAAAAAAAA',
    },
  },
  {
    clear: 'SGVsbG8sIFdvcmxk',
    encrypted: '5xJZTt5cQicm+9f4',
    file: {
      v: 'v2',
      url: 'mxc://a/b',
      hashes: { sha256: 'YzF08lARDdOCzJpzuSwsjTNlQc4pHxpdHcXiD/wpK6k' },
      key: {
        alg: 'A256CTR',
        kty: 'oct',
        key_ops: ['encrypt', 'decrypt'],
        ext: true,
        k: '__________________________________________8',
      },
      iv: '//////////8AAAAAAAAAAA',
    },
  },
];

describe('an encrypted file', () => {
  test.each(VECTOR)('opens the vector of $encrypted', async ({ clear, encrypted, file }) => {
    const path = newPath();
    writeFileSync(path, Buffer.from(encrypted, 'base64'));
    await checkHash(path, readEncryptedFile(file));
    expect((await all(decryptFrom(path, file))).toString('base64')).toBe(clear);
  });

  test.each([0, 1, 15, 16, 17, 1_000_003])(
    'of %i bytes is read by the crypto library, and the reverse',
    async (size) => {
      const clear = Buffer.alloc(size, 'Éloïse ');
      const path = newPath();
      const keys = await encryptInto(path, inPieces(clear, 4_099));
      if (size > 15) expect(readFileSync(path).includes('Éloïse')).toBe(false);
      const info = JSON.stringify({ ...keys, url: 'mxc://a/b' });
      expect(Buffer.from(Attachment.decrypt(new EncryptedAttachment(readFileSync(path), info))).equals(clear)).toBe(
        true,
      );

      const theirs = Attachment.encrypt(clear);
      const other = newPath();
      writeFileSync(other, theirs.encryptedData);
      const described = JSON.parse(theirs.mediaEncryptionInfo ?? '') as EncryptedFile;
      const file = readEncryptedFile({ ...described, url: 'mxc://a/b' });
      await checkHash(other, file);
      expect((await all(decryptFrom(other, file))).equals(clear)).toBe(true);
    },
  );

  test('never has the same key twice, and counts its blocks from zero', async () => {
    const keys = [
      await encryptInto(newPath(), inPieces(Buffer.of(1), 1)),
      await encryptInto(newPath(), inPieces(Buffer.of(1), 1)),
    ];
    expect(keys[0]?.key.k).not.toBe(keys[1]?.key.k);
    for (const { iv } of keys) expect(Buffer.from(iv, 'base64').subarray(8)).toEqual(Buffer.alloc(8));
  });

  test('that was changed, even by one bit, is refused', async () => {
    const path = newPath();
    const keys = await encryptInto(path, inPieces(Buffer.from('ECG'), 2));
    await checkHash(path, keys);
    const changed = readFileSync(path);
    changed[1] = (changed[1] ?? 0) ^ 1;
    writeFileSync(path, changed);
    await expect(checkHash(path, keys)).rejects.toMatchObject({ kind: 'message' });
  });

  test('that is too large is refused at the first byte too many', async () => {
    let asked = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked += 1;
        yield new Uint8Array(10);
      }
    };
    await expect(encryptInto(newPath(), atMost(endless(), 95))).rejects.toMatchObject({ kind: 'message' });
    expect(asked).toBeLessThan(1_000);
    expect((await all(atMost(inPieces(new Uint8Array(95), 10), 95))).length).toBe(95);
  });

  const [, { file }] = VECTOR as [unknown, { file: EncryptedFile }];
  test.each([
    ['nothing', undefined],
    ['another version', { ...file, v: 'v1' }],
    ['a short key', { ...file, key: { ...file.key, k: 'AAAA' } }],
    ['another cipher', { ...file, key: { ...file.key, alg: 'A256GCM' } }],
    ['a short counter', { ...file, iv: 'AAAA' }],
    ['no hash', { ...file, hashes: {} }],
    ['a short hash', { ...file, hashes: { sha256: 'AAAA' } }],
  ])('described with %s is refused', (_what, value) => {
    expect(() => readEncryptedFile(value)).toThrow('no encrypted file that can be read');
  });
});
