/** Look-ups in the index's words: never in its rows, which are a hundred times more. */
import type { DatabaseSync } from 'node:sqlite';
import { distance, trigrams } from './directory-words.ts';

/** Where a word of the index was found. */
export type Column = 'name' | 'town' | 'place';

export type Known = { term: string; column: Column; n: number };

export interface Vocabulary {
  /** The columns that hold exactly this word. */
  exact(word: string): Known[];
  /** The most frequent word of each column that begins like this. */
  startingWith(prefix: string): Known[];
  /** Words at the smallest distance (given, at most `most` edits), most frequent first, at most 8. */
  nearest(word: string, most: number): { distance: number; known: Known[] } | undefined;
  /** A town by its whole name, or by its first words when there are several (`le cateau`): the label of the largest. */
  town(phrase: string): string | undefined;
  /** A town that has this word in its name. */
  townWith(word: string): string | undefined;
}

/** Words that share most pieces with the one typed; more are not compared letter by letter. */
const CANDIDATES = 200;

/** @param db an index, opened for reading */
export function vocabularyOf(db: DatabaseSync): Vocabulary {
  const exact = db.prepare('select term, col, sum(n) as n from vocab where term = ? group by col');
  const prefix = db.prepare(
    "select term, col, max(n) as n from vocab where term >= :from and term < :from || '{' group by col",
  );
  const near = db.prepare(`
    select v.term, v.col, v.n from gram g join vocab v on v.id = g.term
    where g.gram in (select value from json_each(:grams)) and length(v.term) between :short and :long
    group by v.id order by count(*) desc, v.n desc limit ${CANDIDATES}`);
  const town = db.prepare('select label from town where folded = :phrase');
  const townBeginning = db.prepare(`
    select label from town where folded = :phrase or (folded >= :phrase || ' ' and folded < :phrase || '!')
    order by folded <> :phrase, n desc limit 1`);
  const townWith = db.prepare(
    "select label from town where ' ' || folded || ' ' like '% ' || ? || ' %' order by n desc limit 1",
  );
  const known = (rows: Record<string, unknown>[]): Known[] =>
    rows.map((row) => ({ term: row.term as string, column: row.col as Column, n: row.n as number }));
  const label = (row: Record<string, unknown> | undefined): string | undefined => row?.label as string | undefined;
  return {
    exact: (word) => known(exact.all(word)),
    startingWith: (start) => known(prefix.all({ from: start })),
    // one word alone must be the whole name: every `Martin` would be a Martin-Église otherwise
    town: (phrase) => label(phrase.includes(' ') ? townBeginning.get({ phrase }) : town.get({ phrase })),
    townWith: (word) => label(townWith.get(word)),
    nearest: (word, most) => {
      if (most === 0) return undefined;
      const lengths = { short: word.length - most, long: word.length + most };
      const rows = known(near.all({ grams: JSON.stringify(trigrams(word)), ...lengths }));
      const measured = rows.map((row) => ({ row, edits: distance(word, row.term, most) }));
      const least = Math.min(...measured.map(({ edits }) => edits));
      if (least > most) return undefined;
      const best = measured.filter(({ edits }) => edits === least).map(({ row }) => row);
      return { distance: least, known: best.sort((a, b) => b.n - a.n).slice(0, 8) };
    },
  };
}
