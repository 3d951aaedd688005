/** One open index: its statements, its words, its towns. A search looks on several shelves of the same shape. */
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { INDEX_VERSION } from './build.ts';
import { lookalikesOf } from './lookalikes.ts';
import type { Lookalikes } from './lookalikes.ts';

/** A row that may be an answer: what it is scored by. */
export type Row = { n: number; id: string; liberal: number; keys: string };

export type Shelf = {
  db: DatabaseSync;
  lookalikes: Lookalikes;
  find: StatementSync;
  byId: StatementSync;
  entry: StatementSync;
  exactTerm: StatementSync;
  termsFrom: StatementSync;
  townFolded: StatementSync;
  townFrom: StatementSync;
  townWith: StatementSync;
};

/** @throws when the file has another shape, with its cure; the database is closed then */
export function shelfOf(db: DatabaseSync): Shelf {
  const version = db.prepare('pragma user_version').get()?.user_version;
  if (version !== INDEX_VERSION) {
    db.close();
    throw new Error('the directory index has another shape: import the open files again');
  }
  const lists = db.prepare('select length, words from lookalike').all() as { length: number; words: string }[];
  return {
    db,
    lookalikes: lookalikesOf(lists),
    // no `order by`: FTS5 gives rows in their order, which is alphabetical
    find: db.prepare(`select p.n, p.id, p.liberal, p.keys from search s join person p on p.n = s.rowid
      where search match :expression limit :most`),
    byId: db.prepare('select n, id, liberal, keys from person where id = ?'),
    entry: db.prepare('select entry from person where n = ?'),
    exactTerm: db.prepare("select kind, term, n from vocab where term = ? and kind in ('n', 'f', 'p', 't')"),
    termsFrom: db.prepare(
      "select kind, term, n from vocab where kind = :kind and term >= :from and term < :from || '{' order by n desc limit :most",
    ),
    townFolded: db.prepare('select key, label, n from town where folded = ?'),
    townFrom: db.prepare("select key, label, n from town where folded >= :phrase || ' ' and folded < :phrase || '!'"),
    townWith: db.prepare(
      "select key, label, n from town where ' ' || folded || ' ' like '% ' || ? || ' %' order by n desc limit 20",
    ),
  };
}

/** An index file, opened for reading. */
export function openShelf(path: string): Shelf {
  const db = new DatabaseSync(path, { readOnly: true });
  db.exec('pragma cache_size=-16384');
  return shelfOf(db);
}
