/** Base64 as senders write it: with line breaks, without padding. Web API only: it also runs at the edge. */

/** @returns undefined for what is no base64, or empty */
export function decodeBase64(text: string): Uint8Array | undefined {
  const clean = text.replaceAll(/\s+/g, '').replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (clean === '' || clean.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(clean)) return undefined;
  const binary = atob(clean);
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
