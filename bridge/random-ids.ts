import type { Ids } from '../care/relay/clock.ts';

/** Read aloud on a phone without doubt: no 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V. */
const LETTERS = '3467ACDEFGHJKMNPQRTWXY9';

export const randomIds: Ids = {
  next: () => crypto.randomUUID(),
  code(length) {
    // Rejection keeps every letter equally likely.
    const limit = 256 - (256 % LETTERS.length);
    let out = '';
    while (out.length < length) {
      const [byte = 255] = crypto.getRandomValues(new Uint8Array(1));
      if (byte < limit) out += LETTERS[byte % LETTERS.length] ?? '';
    }
    return out;
  },
};
