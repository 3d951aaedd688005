/** Look-ups in the words of all shelves: never in their rows, which are a hundred times more. */
import type { Shelf } from './shelf.ts';

/** Where a word was found. */
export type Column = 'name' | 'given' | 'town' | 'place';

export type Known = { term: string; column: Column; n: number };

/** Communes that a phrase may mean: their keys (words.ts, townKey), the largest one's name. */
export type Towns = { keys: string[]; label: string };

export interface Vocabulary {
  /** The columns that hold exactly this word. */
  exact(word: string): Known[];
  /** The most frequent words of each column that begin like this, most frequent first. */
  startingWith(prefix: string): Known[];
  /** Words at the smallest distance (given, at most `most` edits), most frequent first, at most 8. */
  nearest(word: string, most: number): { distance: number; known: Known[] } | undefined;
  /** Communes of this whole name, or beginning with it when it is several words (`le cateau`). */
  town(phrase: string): Towns | undefined;
  /** The largest towns that have this word in their name. */
  townsWith(word: string): Towns | undefined;
}

export const LETTER: Record<Column, string> = { name: 'n', given: 'f', town: 't', place: 'p' };
const COLUMN: Record<string, Column> = { n: 'name', f: 'given', t: 'town', p: 'place' };

/** Words that a beginning stands for: three letters may begin ten thousand, and all their rows would be merged. */
const MOST_BEGUN = 200;

type TermRow = { kind: string; term: string; n: number };
type TownRow = { key: string; label: string; n: number };

const known = (rows: unknown[]): Known[] =>
  (rows as TermRow[]).map(({ kind, term, n }) => ({ term, column: COLUMN[kind] ?? 'name', n }));

/** One per word and column, counts added. */
function merged(all: Known[]): Known[] {
  const sums = new Map<string, Known>();
  for (const one of all) {
    const key = `${one.column} ${one.term}`;
    sums.set(key, { ...one, n: one.n + (sums.get(key)?.n ?? 0) });
  }
  return [...sums.values()].sort((a, b) => b.n - a.n);
}

/** Said by the largest one's name. */
function together(found: TownRow[]): Towns | undefined {
  const largest = found.reduce<TownRow | undefined>((best, row) => (best && best.n >= row.n ? best : row), undefined);
  return largest && { keys: [...new Set(found.map(({ key }) => key))], label: largest.label };
}

/** @param shelves open indexes; where several know a word, counts add up */
export function vocabularyOf(shelves: readonly Shelf[]): Vocabulary {
  const exact = (word: string): Known[] => merged(shelves.flatMap((shelf) => known(shelf.exactTerm.all(word))));
  const towns = (phrase: string): TownRow[] => {
    const whole = shelves.flatMap((shelf) => shelf.townFolded.all(phrase));
    // one word alone must be the whole name: every `Martin` would be a Martin-Église otherwise
    const begun = phrase.includes(' ') ? shelves.flatMap((shelf) => shelf.townFrom.all({ phrase })) : [];
    return [...whole, ...begun] as TownRow[];
  };
  return {
    exact,
    startingWith: (from) =>
      merged(
        shelves.flatMap((shelf) =>
          ['n', 'f', 't', 'p'].flatMap((kind) => known(shelf.termsFrom.all({ kind, from, most: MOST_BEGUN }))),
        ),
      ),
    town: (phrase) => together(towns(phrase)),
    townsWith: (word) => together(shelves.flatMap((shelf) => shelf.townWith.all(word)) as TownRow[]),
    nearest: (word, most) => {
      for (let edits = 1; edits <= most; edits++) {
        const near = shelves.flatMap((shelf) => shelf.lookalikes.nearest(word, edits) ?? []);
        const least = Math.min(...near.map(({ distance }) => distance));
        const words = new Set(near.filter(({ distance }) => distance === least).flatMap((one) => one.words));
        if (words.size > 0) return { distance: least, known: merged([...words].flatMap(exact)).slice(0, 8) };
      }
      return undefined;
    },
  };
}
