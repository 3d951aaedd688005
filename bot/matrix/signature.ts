/** Ed25519 signatures of Matrix objects (device keys, cross-signing keys, key backups), verified without a crypto store. */
import { createPrivateKey, createPublicKey, verify } from 'node:crypto';

export type Signed = { signatures?: Record<string, Record<string, string>>; unsigned?: unknown };

const unpadded = (base64: string): string => base64.replaceAll('=', '');

/** Object keys in order, no white space: what is signed. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const parts = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, of]) => `${JSON.stringify(key)}:${canonicalJson(of)}`);
  return `{${parts.join(',')}}`;
}

/** @param publicKey base64; a key that is none signs nothing */
export function isSignedBy(object: Signed, userId: string, publicKey: string): boolean {
  const signed = { ...object };
  delete signed.signatures;
  delete signed.unsigned;
  const text = Buffer.from(canonicalJson(signed));
  return Object.values(object.signatures?.[userId] ?? {}).some((signature) => {
    try {
      const x = Buffer.from(publicKey, 'base64').toString('base64url');
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      return verify(null, text, key, Buffer.from(signature, 'base64'));
    } catch {
      return false;
    }
  });
}

/** @param seed private key, base64 @returns its public key, base64 without padding as Matrix writes it */
export function publicKeyOf(seed: string): string {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'base64')]);
  const { x = '' } = createPublicKey(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  return unpadded(Buffer.from(x, 'base64url').toString('base64'));
}
