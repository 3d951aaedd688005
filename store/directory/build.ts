/**
 * The shape of an index, the same for persons, establishments and what the coordination knows: `person` (what is shown,
 * and the keys that a match is scored by), `search` (FTS5 over the keys), `vocab` and `lookalike` (words, for beginnings and
 * typing faults: the vocabulary is compared, never the rows), `town` (whole names), `job` (labels that no public list has).
 *
 * A key is a letter and a word: `n` family name, `f` given name, `t` word of a town, `v` whole town (`vcambrai59`), `c` postcode, `d` department,
 * `p` word of a place, `j` code of a job. The letter stands for FTS5's columns, so that no position and no copy of the text is
 * kept (`detail=none`, contentless): half the size, and 1.9 million rows are indexed in seconds.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DirectoryEntry } from '../../care/people/directory.ts';
import { LONGEST_WORD } from './lookalikes.ts';
import { departmentOf, phraseOf, townKey, wordsOf } from './words.ts';

/** In the file and in its name: an index of another shape is made again rather than misread. */
export const INDEX_VERSION = 3;

const SHAPE = `
pragma user_version = ${INDEX_VERSION};
create table person(n integer primary key, id text not null, liberal integer not null, keys text not null, entry text not null) strict;
create virtual table search using fts5(keys, content='', detail=none, columnsize=0, tokenize='ascii');
create table town(key text primary key, folded text not null, label text not null, postcode text not null, n integer not null,
  lat real, lon real) strict, without rowid;
create table vocab(kind text not null, term text not null, n integer not null, primary key(kind, term)) strict, without rowid;
create table lookalike(length integer primary key, words text not null) strict;
create table job(code text primary key, label text not null) strict, without rowid;
create table about(name text primary key, value integer not null) strict, without rowid;
`;

/** Words kept in memory by FTS5 before they are written as a segment. */
const HASH_BYTES = 16_777_216;

type Place = DirectoryEntry['places'][number];

/** What one entry is found by. `families`, `givens`, `places`: texts; `jobs`: codes as codeToken gives them. */
export type Findable = {
  entry: DirectoryEntry;
  liberal: boolean;
  families: string[];
  givens: string[];
  jobs: string[];
  places: string[];
};

type Town = { folded: string; label: string; postcode: string; n: number; lat: number | null; lon: number | null };

export type IndexWriter = {
  /** In the order in which equals are shown. */
  put(found: Findable): void;
  /** An entry of another index, found by its keys of there and by more. */
  copy(entry: DirectoryEntry, keys: string[], liberal: boolean): void;
  /** Coordinates of a town that entries lie in (mean of those given). */
  locate(key: string, lat: number, lon: number): void;
  /** Tables that are made from the others once these are complete. */
  finish(about: Record<string, number>): void;
};

/** @param db open, in a transaction, without the tables of an index */
export function indexWriter(db: DatabaseSync): IndexWriter {
  db.exec(SHAPE);
  // one merge at the end instead of one at each mebibyte: half the time of the whole import
  db.exec(`insert into search(search, rank) values ('hashsize', ${HASH_BYTES}), ('automerge', 0)`);
  const person = db.prepare('insert into person(n, id, liberal, keys, entry) values (?, ?, ?, ?, ?)');
  const search = db.prepare('insert into search(rowid, keys) values (?, ?)');
  const towns = new Map<string, Town>();
  const placed = new Map<string, { lat: number; lon: number; n: number }>();
  const townKeys = new Map<string, string[]>();
  let n = 0;

  /** Kept per commune: there are 36,000 of them, and two million rows. */
  function keysOfTown(place: Place): string[] {
    const { town, postcode = '' } = place;
    const known = townKeys.get(`${postcode}|${town ?? ''}`);
    if (known !== undefined) {
      const first = towns.get(known[0]?.slice(1) ?? '');
      if (first !== undefined) first.n++;
      return known;
    }
    const keys: string[] = [];
    if (town !== undefined) {
      const key = townKey(town, postcode);
      const before = towns.get(key);
      if (before !== undefined) before.n++;
      else towns.set(key, { folded: phraseOf(town), label: town, postcode, n: 1, lat: null, lon: null });
      keys.push(`v${key}`, ...wordsOf(town).map((word) => `t${word}`));
    }
    if (/^\d{5}$/.test(postcode)) keys.push(`c${postcode}`, `d${departmentOf(postcode)}`);
    townKeys.set(`${postcode}|${town ?? ''}`, keys);
    return keys;
  }

  function insert(entry: DirectoryEntry, keys: Iterable<string>, liberal: boolean): void {
    const all = [...keys].join(' ');
    n++;
    person.run(n, entry.id, liberal ? 1 : 0, all, JSON.stringify(entry));
    search.run(n, all);
  }

  return {
    put({ entry, liberal, families, givens, jobs, places }) {
      const keys = new Set<string>();
      for (const name of families) for (const word of wordsOf(name)) keys.add(`n${word}`);
      for (const name of givens) for (const word of wordsOf(name)) keys.add(`f${word}`);
      for (const job of jobs) keys.add(`j${job}`);
      for (const place of entry.places) for (const key of keysOfTown(place)) keys.add(key);
      for (const place of places) for (const word of wordsOf(place)) keys.add(`p${word}`);
      insert(entry, keys, liberal);
    },
    copy(entry, keys, liberal) {
      for (const place of entry.places) keysOfTown(place);
      insert(entry, new Set(keys), liberal);
    },
    locate(key, lat, lon) {
      const sum = placed.get(key) ?? { lat: 0, lon: 0, n: 0 };
      placed.set(key, { lat: sum.lat + lat, lon: sum.lon + lon, n: sum.n + 1 });
    },
    finish(about) {
      for (const [key, sum] of placed) {
        const town = towns.get(key);
        if (town !== undefined) [town.lat, town.lon] = [sum.lat / sum.n, sum.lon / sum.n];
      }
      const town = db.prepare('insert into town values (?, ?, ?, ?, ?, ?, ?)');
      for (const [key, t] of towns) town.run(key, t.folded, t.label, t.postcode, t.n, t.lat, t.lon);
      const said = db.prepare('insert into about values (?, ?)');
      for (const [name, value] of Object.entries({ ...about, entries: n })) said.run(name, value);
      addVocabulary(db);
    },
  };
}

/** Words of two letters and more; those that may be mistyped, glued together by length, the most frequent first. */
function addVocabulary(db: DatabaseSync): void {
  db.exec(`
    insert into search(search) values ('optimize');
    create index person_id on person(id);
    create index town_folded on town(folded);
    create virtual table temp.terms using fts5vocab(main, search, row);
    insert into vocab(kind, term, n)
      select substr(term, 1, 1), substr(term, 2), doc from terms
      where length(term) > 2 and substr(term, 1, 1) in ('n', 'f', 'p', 't') order by 1, 2;
    drop table temp.terms;
  `);
  const insert = db.prepare('insert into lookalike values (?, ?)');
  let list: string[] = [];
  const put = (): void => {
    const [first] = list;
    if (first !== undefined) insert.run(first.length, list.join(''));
    list = [];
  };
  const words: StatementSync = db.prepare(
    `select term from vocab where length(term) between 4 and ${LONGEST_WORD} and term not glob '*[0-9]*'
     group by term order by length(term), sum(n) desc`,
  );
  for (const row of words.iterate()) {
    const term = row.term as string;
    if (term.length !== list[0]?.length) put();
    list.push(term);
  }
  put();
}
