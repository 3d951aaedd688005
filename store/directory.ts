/** The directory of professionals, read from the index that directory-import.ts builds (care/people/directory.ts). */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import type { Directory, DirectoryEntry, DirectorySearch } from '../care/people/directory.ts';
import { INDEX_VERSION } from './directory-index.ts';
import { loadJobs } from './directory-jobs.ts';
import type { Jobs } from './directory-jobs.ts';
import { understand } from './directory-meaning.ts';
import type { Match, Meaning } from './directory-meaning.ts';
import { vocabularyOf } from './directory-vocabulary.ts';
import type { Vocabulary } from './directory-vocabulary.ts';
import { phraseOf } from './directory-words.ts';

/** Row ids looked at before sorting: a broad word must not stop the whole bot (ranked, `medecin` took 98 ms of 1 M). */
export const MOST_CANDIDATES = 500;

export type OpenDirectory = Directory & { close: () => void };

type Row = { rowid: number; liberal: number; name: string; job: string; town: string; place: string };

type Opened = {
  /** Which file this is: an import renames another one into its place. */
  mark: string;
  db: DatabaseSync;
  vocabulary: Vocabulary;
  jobs: Jobs;
  find: StatementSync;
  byNumber: StatementSync;
  entry: StatementSync;
};

function markOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new Error(`no directory index at ${path}: import the RPPS open file first`);
  return `${stat.dev}:${stat.ino}:${stat.mtimeMs}:${stat.size}`;
}

function openIndex(path: string, synonymsFolder: URL | undefined): Opened {
  const mark = markOf(path);
  const db = new DatabaseSync(path, { readOnly: true });
  const version = db.prepare('pragma user_version').get()?.user_version;
  if (version !== INDEX_VERSION) {
    db.close();
    throw new Error(`the directory index at ${path} has another shape: import the RPPS open file again`);
  }
  const extra = db.prepare('select code, label from job').all() as { code: string; label: string }[];
  return {
    mark,
    db,
    vocabulary: vocabularyOf(db),
    jobs: loadJobs(extra, synonymsFolder),
    find: db.prepare(`
      select s.rowid, p.liberal, family || ' ' || given as name, job, town, place
      from search s join person p on p.id = s.rowid where search match :expression order by s.rowid limit :most`),
    byNumber: db.prepare('select entry from person where rpps = ?'),
    entry: db.prepare('select entry from person where id = ?'),
  };
}

const FTS_COLUMNS: Record<Match['column'], string> = {
  job: 'job',
  name: '{family given}',
  town: 'town',
  place: 'place',
};

function ftsOf(match: Match): string {
  const phrases = match.phrases.map((phrase) => `"${phrase}"${match.prefix ? ' *' : ''}`); // folded: no quote is left
  return `${FTS_COLUMNS[match.column]} : (${phrases.join(' OR ')})`;
}

/** The index's expression of a query: every word counts, in any order. `sure` keeps whole words where there are some. */
function expressionOf(meanings: Meaning[], sure: boolean): string {
  return meanings
    .map(({ exact, loose }) => (sure && exact.length > 0 ? exact : [...exact, ...loose]))
    .map((all) => `(${all.map(ftsOf).join(' OR ')})`)
    .join(' AND ');
}

function holds(row: Row, match: Match): boolean {
  const text = ` ${row[match.column]} `;
  return match.phrases.some((phrase) => text.includes(match.prefix ? ` ${phrase}` : ` ${phrase} `));
}

function scoreOf(row: Row, meanings: Meaning[]): number {
  const best = (meaning: Meaning): number =>
    Math.max(
      0,
      ...[...meaning.exact, ...meaning.loose].filter((match) => holds(row, match)).map((match) => match.weight),
    );
  // among equals, who practises in town comes before who is employed: they are asked for an appointment
  return meanings.reduce((sum, meaning) => sum + best(meaning), row.liberal);
}

function rank(index: Opened, meanings: Meaning[]): Row[] {
  if (meanings.length === 0) return [];
  const rows = new Map<number, Row>();
  for (const sure of [true, false]) {
    if (rows.size >= MOST_CANDIDATES) break;
    const found = index.find.all({ expression: expressionOf(meanings, sure), most: MOST_CANDIDATES });
    for (const row of found as unknown as Row[]) if (rows.size < MOST_CANDIDATES) rows.set(row.rowid, row);
  }
  const scored = [...rows.values()].map((row) => ({ row, score: scoreOf(row, meanings) }));
  scored.sort((a, b) => b.score - a.score || a.row.rowid - b.row.rowid);
  return scored.map(({ row }) => row);
}

/** The place that was asked for comes first among a person's places. */
function placesFirst(entry: DirectoryEntry, meanings: Meaning[]): DirectoryEntry {
  const towns = meanings.flatMap((m) => [...m.exact, ...m.loose]).filter((match) => match.column === 'town');
  const asked = (place: DirectoryEntry['places'][number]): boolean => {
    const text = ` ${phraseOf(`${place.postcode ?? ''} ${place.town ?? ''}`)} `;
    return towns.some((match) => match.phrases.some((phrase) => text.includes(` ${phrase}`)));
  };
  return { ...entry, places: [...entry.places.filter(asked), ...entry.places.filter((place) => !asked(place))] };
}

function byNumber(index: Opened, number: string): DirectorySearch {
  const rpps = number.length === 12 ? number.slice(1) : number; // IDNPS: 8 and the RPPS number (FACTS §2.7)
  const entries = index.byNumber.all(rpps).map((row) => JSON.parse(row.entry as string) as DirectoryEntry);
  if (entries.length === 0)
    return { entries, total: 0, understood: [], unknown: [{ word: number, nearest: undefined }] };
  return {
    entries,
    total: entries.length,
    understood: [{ words: number, as: 'name', label: `RPPS ${rpps}` }],
    unknown: [],
  };
}

function search(index: Opened, words: string, limit: number): DirectorySearch {
  const number = words.replaceAll(/\s/g, '');
  if (/^\d{9}(?:\d{2,3})?$/.test(number)) return byNumber(index, number);
  const { meanings, understood, unknown } = understand(words, index);
  const rows = rank(index, meanings);
  const entries = rows.slice(0, limit).map(({ rowid }) => {
    const entry = JSON.parse(index.entry.get(rowid)?.entry as string) as DirectoryEntry;
    return placesFirst(entry, meanings);
  });
  return { entries, total: rows.length, understood, unknown };
}

/**
 * Opens an index for reading. An import that replaces the file is seen at the next search. `total` is at most
 * MOST_CANDIDATES: that number means "at least".
 * @param synonymsFolder where annuaire-synonymes.psv is; config/data when absent
 * @throws when there is no index, when it has another shape, or when the synonyms have faults (all at once)
 */
export function openDirectory(indexPath: string, synonymsFolder?: URL): OpenDirectory {
  let index = openIndex(indexPath, synonymsFolder);
  const current = (): Opened => {
    if (markOf(indexPath) === index.mark) return index;
    const next = openIndex(indexPath, synonymsFolder);
    index.db.close();
    index = next;
    return index;
  };
  return {
    search: async (words, limit) => search(current(), words, limit),
    size: async () => current().db.prepare('select count(*) as n from person').get()?.n as number,
    close: () => index.db.close(),
  };
}
