/**
 * Builds the directory's index from the national open file (about 1.9 million rows): read as a stream, sorted on disk, never
 * held in memory. A reader sees the old index or the new one, whole (shelf-pointer.ts).
 */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { indexWriter } from './build.ts';
import { loadJobs } from './jobs.ts';
import { linesOf, READING } from './lines.ts';
import type { Progress } from './lines.ts';
import { entryOfRows } from './rpps-entries.ts';
import { readRow, rowPicker } from './rpps-rows.ts';
import type { RppsRow } from './rpps-rows.ts';
import { switchTo } from './shelf-pointer.ts';
import type { IndexKind, Pointed } from './shelf-pointer.ts';
import { phraseOf } from './words.ts';

export type ImportResult = {
  /** Data rows read. */
  rows: number;
  /** Entries made of them: a person once per profession, an establishment. */
  entries: number;
  /** Rows that were cut or named nobody: counted, left out. */
  skipped: number;
};

export type ImportOptions = {
  onProgress?: (progress: Progress) => void;
  /** Largest share of rows, 0 to 1, that the file may have lost since the last import; 0.1 when absent, 1 accepts all. */
  maxShrink?: number;
  /** Machine time, epoch ms. */
  now?: () => number;
};

/** How many rows between two breaths of the event loop. */
const STEP = 20_000;

/** Where the last tables begin, in the time of a whole import. */
const FINISHING = 0.85;

/** Kept by SQLite for sorting, in KiB: enough for a few large runs, far below what the whole file would take. */
const CACHE_KIB = 16_384;

/** Why a file that has shrunk is refused: half a download has the right header too. */
class Shrunk extends Error {
  constructor(before: number, after: number, most: number) {
    const lost = Math.round((1 - after / before) * 100);
    super(
      `the file has ${after} rows, the index in use was made from ${before}: ${lost} % fewer, at most ${Math.round(most * 100)} % are expected. ` +
        'Nothing was changed. Is the download whole? If it is: --accept-shrunk',
    );
  }
}

async function stage(
  db: DatabaseSync,
  file: string,
  onProgress: (progress: Progress) => void,
): Promise<{ rows: number; skipped: number }> {
  db.exec('create temp table staged(sort text, pp text, profession text, cells text)');
  const insert = db.prepare('insert into staged values (?, ?, ?, ?)');
  let pick: ReturnType<typeof rowPicker> | undefined;
  let [rows, skipped, breath] = [0, 0, STEP];
  for await (const { lines, share } of linesOf(file)) {
    for (const line of lines) {
      if (line.trim() === '') continue;
      if (pick === undefined) {
        pick = rowPicker(line);
        continue;
      }
      rows++;
      const row = pick(line);
      if (row === undefined) skipped++;
      else insert.run(`${phraseOf(row.family)} ${phraseOf(row.given)}`, row.pp, row.profession, row.cells);
    }
    if (rows < breath) continue;
    breath = rows + STEP;
    onProgress({ step: 'read', rows, share: share * READING });
    await setImmediate();
  }
  if (pick === undefined) throw new Error(`${file} is empty: nothing was changed`);
  return { rows, skipped };
}

/**
 * Persons are numbered in alphabetical order, so that the first ones of a broad word make sense. One row's name sorts it: the
 * open file gives a person the same name on all rows.
 */
async function buildRpps(db: DatabaseSync, rows: number, onProgress: (progress: Progress) => void): Promise<number> {
  const writer = indexWriter(db);
  const jobs = loadJobs([]);
  const labels = new Map<string, string>();
  let group: RppsRow[] = [];
  let [pp, profession] = ['', ''];
  let [entries, n] = [0, 0];
  const put = (): void => {
    const found = entryOfRows(group, jobs);
    if (found === undefined) return;
    writer.put(found);
    entries++;
  };
  const sorted = db.prepare('select pp, profession, cells from staged order by sort, pp, profession, rowid');
  for (const row of sorted.iterate()) {
    if (row.pp !== pp || row.profession !== profession) {
      put();
      group = [];
      [pp, profession] = [row.pp as string, row.profession as string];
    }
    const read = readRow(row.cells as string);
    if (read.skillCode !== '' && !labels.has(read.skillCode)) labels.set(read.skillCode, read.skill);
    group.push(read);
    if (++n % STEP !== 0) continue;
    onProgress({ step: 'index', rows: n, share: READING + (n / rows) * (FINISHING - READING) });
    await setImmediate();
  }
  put();
  const job = db.prepare('insert or ignore into job values (?, ?)');
  for (const [code, label] of labels) job.run(code, label);
  db.exec('drop table staged');
  writer.finish({ rows });
  onProgress({ step: 'index', rows, share: 1 });
  return entries;
}

/** Opens a new file for `build`, in one transaction. */
async function inNewFile(path: string, build: (db: DatabaseSync) => Promise<void>): Promise<void> {
  const db = new DatabaseSync(path);
  try {
    // a crash only costs the unfinished file: no sync until it is whole; sorting goes to disk, not to memory
    db.exec(`pragma journal_mode=delete; pragma synchronous=off; pragma temp_store=file; pragma page_size=8192;
      pragma cache_size=-${CACHE_KIB}; pragma temp.cache_size=-${CACHE_KIB}; begin immediate`);
    await build(db);
    db.exec('commit');
  } finally {
    db.close();
  }
}

/** Refuses what the index in use makes look wrong. @throws Shrunk */
export function refuseShrunk(before: Pointed | undefined, rows: number, most: number): void {
  if (before !== undefined && rows < before.rows * (1 - most)) throw new Shrunk(before.rows, rows, most);
}

/** The same for every kind of file: counts, guard, switch. */
export async function importInto(
  folder: string,
  kind: IndexKind,
  file: string,
  options: ImportOptions,
  build: (db: DatabaseSync, before: Pointed | undefined) => Promise<ImportResult>,
): Promise<ImportResult> {
  const result: ImportResult = { rows: 0, entries: 0, skipped: 0 };
  const sourceTime = statSync(file).mtimeMs;
  const now = options.now ?? Date.now;
  await switchTo(
    folder,
    kind,
    async (path, before) => {
      await inNewFile(path, async (db) => void Object.assign(result, await build(db, before)));
      return { ...result, sourceTime };
    },
    now,
  );
  return result;
}

/**
 * @param file the open file, unzipped
 * @param folder where the indexes are; the one in use is untouched when anything fails
 * @throws when the file is not the open file (columns named), is empty, holds nobody, has shrunk too much, or the disk fails
 */
export async function importRpps(file: string, folder: string, options: ImportOptions = {}): Promise<ImportResult> {
  return importInto(folder, 'rpps', file, options, async (db, before) => {
    const onProgress = options.onProgress ?? ((): void => undefined);
    const { rows, skipped } = await stage(db, file, onProgress);
    if (rows === skipped) throw new Error(`${file} names nobody: nothing was changed`);
    refuseShrunk(before, rows, options.maxShrink ?? 0.1);
    const entries = await buildRpps(db, rows, onProgress);
    return { rows, entries, skipped };
  });
}
