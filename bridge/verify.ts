/**
 * Who is speaking? HMAC-SHA256 over "<source>\n<timestamp>\n" and the body's bytes, in three headers. Web Crypto only, so
 * that the same file runs on Node and at the edge.
 */
export const SOURCE_HEADER = 'x-relais-source';
export const TIMESTAMP_HEADER = 'x-relais-timestamp';
export const SIGNATURE_HEADER = 'x-relais-signature';

/** How far a signature's timestamp may be from machine time, in seconds, both ways. */
export const FRESH_SECONDS = 300;

const encoder = new TextEncoder();

function signedBytes(source: string, timestamp: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = encoder.encode(`${source}\n${timestamp}\n`);
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

async function hmacKey(secret: string, use: 'sign' | 'verify'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [use]);
}

/** Bytes as lower-case hexadecimal. */
function toHex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** SHA-256 of a body, hexadecimal: the envelope's digest. */
export async function digestOf(body: Uint8Array): Promise<string> {
  return toHex(await crypto.subtle.digest('SHA-256', new Uint8Array(body)));
}

/**
 * The `X-Relais-Signature` of a request, for those who send (demo, tests, `relais send`).
 * @param timestamp unix seconds, as it is written in `X-Relais-Timestamp`
 */
export async function sign(secret: string, source: string, timestamp: string, body: Uint8Array): Promise<string> {
  const key = await hmacKey(secret, 'sign');
  return `sha256=${toHex(await crypto.subtle.sign('HMAC', key, signedBytes(source, timestamp, body)))}`;
}

/** Does the signature hold? Constant time: `crypto.subtle.verify` compares. An empty secret never holds. */
export async function signatureHolds(
  secret: string,
  source: string,
  timestamp: string,
  body: Uint8Array,
  signature: string,
): Promise<boolean> {
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(signature)?.[1];
  if (hex === undefined || secret === '') return false;
  const claimed = Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  return crypto.subtle.verify('HMAC', await hmacKey(secret, 'verify'), claimed, signedBytes(source, timestamp, body));
}

/**
 * @param timestamp header as received
 * @param machineNow machine time, epoch ms; never civil time, which a demo steps
 */
export function isFresh(timestamp: string, machineNow: number): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(machineNow / 1000 - Number(timestamp)) <= FRESH_SECONDS;
}
