/**
 * Matrix limits an event to 65,536 bytes (Client-Server API, "Size limits"), as the server keeps it: ciphertext in
 * base64, signatures and references included. What is too long loses its formatting first, then its end, visibly.
 */
import type { Message } from '../care/relay/message.ts';
import { messageCut } from '../config/texts/rooms.ts';

/**
 * Bytes of content before encryption: × 4/3 for base64 makes 57,344; the rest is for the envelope of the ciphertext, the
 * relation repeated outside, and what the server adds.
 */
export const MOST_CONTENT_BYTES = 43_000;

/** `html` is missing where only the plain body fits. */
export type Fitted = { plain: string; html: string | undefined };

/**
 * @param contentOf the event's content with these words: they may stand in it several times (an edit repeats them)
 * @returns the content, at most `MOST_CONTENT_BYTES` as JSON in UTF-8
 */
export function fit<C>(said: Message, contentOf: (words: Fitted) => C): C {
  const whole = contentOf({ plain: said.plain, html: said.html });
  if (fits(whole)) return whole;
  const bare = contentOf({ plain: said.plain, html: undefined });
  if (fits(bare)) return bare;
  let [least, most] = [0, said.plain.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(contentOf(cut(said.plain, middle)))) least = middle;
    else most = middle - 1;
  }
  return contentOf(cut(said.plain, least));
}

function cut(plain: string, length: number): Fitted {
  const head = plain.slice(0, length);
  // At a line's end where there is one not far: half a phone number looks like a whole one.
  const line = head.lastIndexOf('\n');
  const kept = (line > length / 2 ? head.slice(0, line) : head).toWellFormed();
  const missing = plain.slice(kept.length).replace(/^\n/, '').split('\n').length;
  return { plain: `${kept}\n${messageCut(missing).plain}`, html: undefined };
}

const encoder = new TextEncoder();
const fits = (content: unknown): boolean => encoder.encode(JSON.stringify(content)).length <= MOST_CONTENT_BYTES;
