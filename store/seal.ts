/** The sealer: AES-256-GCM for what is kept, HMAC-SHA256 for what is looked up (DESIGN §5). */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { NotOpened, type Sealer } from '../care/relay/seal.ts';

/** First byte of everything sealed: which key it was sealed with, so that a later key can be introduced beside this one. */
const KEY_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SHORTEST_SECRET = 32;
/** 26 characters of 5 bits: 130 bits, no collision in any territory, and short enough to read in a log. */
const BLIND_LENGTH = 26;

/**
 * Sealing and look-ups use two keys derived apart, so that a look-up id never says anything about the sealing key.
 *
 * @param secret RELAIS_SECRET as text, at least 32 characters; the same at every start
 * @throws Error with the cure when the secret is too short
 */
export function sealerFromSecret(secret: string): Sealer {
  if (secret.length < SHORTEST_SECRET) {
    throw new Error(
      `The secret that seals the database has ${secret.length} characters, it needs at least ${SHORTEST_SECRET}: ` +
        'make one with `openssl rand -base64 48`, and keep a copy apart from the backups.',
    );
  }
  const sealingKey = derive(secret, 'relais seal v1');
  const blindKey = derive(secret, 'relais blind v1');
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce);
      cipher.setAAD(Buffer.from(context, 'utf8'));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return new Uint8Array(Buffer.concat([Buffer.of(KEY_VERSION), nonce, body, cipher.getAuthTag()]));
    },
    open(sealed, context) {
      if (sealed[0] !== KEY_VERSION || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) {
        throw new NotOpened(`${context} is not sealed in a way that this version knows`);
      }
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
      // The length is checked by hand and given: node accepts truncated tags otherwise, and a 4-byte tag can be guessed.
      const decipher = createDecipheriv('aes-256-gcm', sealingKey, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context, 'utf8'));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        const body = decipher.update(sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new NotOpened(`${context} cannot be opened: another secret, another row, or damaged bytes`, { cause });
      }
    },
    blind(text) {
      return base32(createHmac('sha256', blindKey).update(text, 'utf8').digest()).slice(0, BLIND_LENGTH);
    },
  };
}

/** A key object, made once: with bare bytes node makes one at every call, five times the cost of a look-up id. */
function derive(secret: string, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'utf8'), Buffer.alloc(0), purpose, 32)));
}

/** RFC 4648 alphabet in lower case, without padding: an id that a URL, a file name and a Matrix alias all accept. */
function base32(bytes: Uint8Array): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((value >> bits) & 31);
    }
  }
  return bits > 0 ? text + alphabet.charAt((value << (5 - bits)) & 31) : text;
}
