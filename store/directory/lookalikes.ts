/**
 * Typing faults: the words of the index that are a few edits away from the one typed. All the words are compared, in
 * memory: a list per length, and beside each word the set of its letters as 32 bits, which rules out nearly all of them
 * (an edit changes at most two letters of the set). Measured against tables of trigrams, where one frequent piece drew
 * 20,000 words: 40 ms there.
 */

export interface Lookalikes {
  /** Words at the smallest distance (at most `most` edits), most frequent first, at most 8; undefined when there are none. */
  nearest(word: string, most: number): { distance: number; words: string[] } | undefined;
}

type Bucket = { letters: Int32Array; codes: Uint8Array; text: string; count: number };

/** Longer words exist (companies glued together) and nobody mistypes them into something useful. */
export const LONGEST_WORD = 24;

const bitOf = (code: number): number => 1 << (code % 32);

function lettersOf(word: string): number {
  let bits = 0;
  for (let i = 0; i < word.length; i++) bits |= bitOf(word.charCodeAt(i));
  return bits;
}

function bitsIn(value: number): number {
  let v = value - ((value >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** `distance` of words.ts between two words of a few letters, on their codes and without a single allocation: it runs a million times. */
function editsOf(most: number): (a: Uint8Array, b: Uint8Array, from: number, length: number) => number {
  const width = LONGEST_WORD + 2;
  const rows = [new Uint8Array(width), new Uint8Array(width), new Uint8Array(width)];
  return (a, b, from, length) => {
    let [start, endA, endB] = [0, a.length, length];
    while (start < endA && start < endB && a[start] === b[from + start]) start++;
    while (endA > start && endB > start && a[endA - 1] === b[from + endB - 1]) {
      endA--;
      endB--;
    }
    const [n, m] = [endA - start, endB - start];
    if (n === 0 || m === 0) return Math.max(n, m);
    let [older, previous, row] = rows as [Uint8Array, Uint8Array, Uint8Array];
    for (let j = 0; j <= m; j++) previous[j] = j;
    for (let i = 1; i <= n; i++) {
      row[0] = i;
      let least = i;
      const [code, before] = [a[start + i - 1], a[start + i - 2]];
      for (let j = 1; j <= m; j++) {
        const at = from + start + j - 1;
        let best = (previous[j - 1] ?? 0) + (code === b[at] ? 0 : 1);
        if ((previous[j] ?? 0) + 1 < best) best = (previous[j] ?? 0) + 1;
        if ((row[j - 1] ?? 0) + 1 < best) best = (row[j - 1] ?? 0) + 1;
        if (i > 1 && j > 1 && code === b[at - 1] && before === b[at] && (older[j - 2] ?? 0) + 1 < best)
          best = (older[j - 2] ?? 0) + 1;
        row[j] = best;
        if (best < least) least = best;
      }
      if (least > most) return most + 1;
      [older, previous, row] = [previous, row, older];
    }
    return previous[m] ?? most + 1;
  };
}

/** @param lists words of one length each, letters a to z only, glued together, the most frequent first */
export function lookalikesOf(lists: { length: number; words: string }[]): Lookalikes {
  const buckets = new Map<number, Bucket>();
  for (const { length, words } of lists) {
    const count = words.length / length;
    const codes = Uint8Array.from(Buffer.from(words, 'latin1'));
    const letters = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      let bits = 0;
      for (let at = i * length; at < (i + 1) * length; at++) bits |= bitOf(codes[at] ?? 0);
      letters[i] = bits;
    }
    buckets.set(length, { letters, codes, text: words, count });
  }
  return {
    nearest: (word, most) => {
      if (most === 0 || word.length > LONGEST_WORD - most) return undefined;
      const [asked, codes] = [lettersOf(word), Uint8Array.from(Buffer.from(word, 'latin1'))];
      const edits = editsOf(most);
      let best = { distance: most, words: [] as { word: string; rank: number }[] };
      for (let length = word.length - most; length <= word.length + most; length++) {
        const bucket = buckets.get(length);
        if (bucket === undefined) continue;
        for (let i = 0; i < bucket.count; i++) {
          if (bitsIn((bucket.letters[i] ?? 0) ^ asked) > 2 * best.distance) continue;
          const found = edits(codes, bucket.codes, i * length, length);
          if (found > best.distance) continue;
          if (found < best.distance) best = { distance: found, words: [] };
          // how early in its list says how frequent: comparable enough between neighbouring lengths
          best.words.push({ word: bucket.text.slice(i * length, (i + 1) * length), rank: i });
        }
      }
      if (best.words.length === 0) return undefined;
      const words = best.words.sort((a, b) => a.rank - b.rank).map((one) => one.word);
      return { distance: best.distance, words: words.slice(0, 8) };
    },
  };
}
