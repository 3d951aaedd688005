import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, it } from 'vitest';
import { canonicalJson, isSignedBy, publicKeyOf } from '../../bot/matrix/signature.ts';

it('canonical JSON: keys in order, no white space, nothing escaped without need', () => {
  expect(canonicalJson({ b: [1, { d: null, c: true }], a: 'é"' })).toBe('{"a":"é\\"","b":[1,{"c":true,"d":null}]}');
});

it('a signature is of the whole object but of what is added to it, by that key, for that user', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = privateKey.export({ format: 'jwk' });
  const key = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
    .toString('base64')
    .replaceAll('=', '');
  expect(publicKeyOf(Buffer.from(jwk.d ?? '', 'base64url').toString('base64'))).toBe(key);
  const signature = sign(null, Buffer.from('{"a":1}'), privateKey).toString('base64').replaceAll('=', '');
  const signed = { a: 1, signatures: { '@u:hs': { 'ed25519:K': signature } }, unsigned: { seen: true } };
  const changed = { ...signed, a: 2 };
  expect(isSignedBy(signed, '@u:hs', key)).toBe(true);
  expect(isSignedBy(changed, '@u:hs', key)).toBe(false);
  expect(isSignedBy(signed, '@v:hs', key)).toBe(false);
  expect(isSignedBy(signed, '@u:hs', publicKeyOf(Buffer.alloc(32, 1).toString('base64')))).toBe(false);
  expect(isSignedBy(signed, '@u:hs', 'no key')).toBe(false);
});
