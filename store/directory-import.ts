/**
 * Builds the directory's index from the national open file (about 1.9 million rows): read as a stream, grouped on disk,
 * never held in memory. The new file is complete and synced before a rename puts it in the place of the old one, so a
 * reader sees the one or the other; `journal_mode=delete`, because a rename under a WAL reader showed old rows (DESIGN §5).
 */
import { createReadStream, openSync, closeSync, fsyncSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { buildIndex } from './directory-index.ts';
import { rowReader } from './directory-rows.ts';
import type { RppsRow } from './directory-rows.ts';

export type ImportResult = {
  /** Data rows read. */
  rows: number;
  /** Persons found in them. */
  people: number;
  /** Rows that were cut or named nobody: counted, left out. */
  skipped: number;
};

/** A line this long is no row of the open file; reading on would only fill the memory. */
const LONGEST_LINE = 100_000;

/** How many rows between two `onProgress`, and between two breaths of the event loop. */
const STEP = 20_000;

async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8' })) {
    const lines = (rest + (chunk as string)).split('\n'); // node:readline also cuts at U+2028, which an address may hold
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE)
      throw new Error(`a line is longer than ${LONGEST_LINE} characters: not the open file`);
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest !== '') yield rest;
}

const COLUMNS = [
  'pp',
  'rpps',
  'professionCode',
  'profession',
  'title',
  'family',
  'given',
  'skillCode',
  'skill',
  'liberal',
  'structure',
  'place',
  'street',
  'postcode',
  'town',
  'phone',
] as const satisfies (keyof RppsRow)[];

async function stage(
  db: DatabaseSync,
  file: string,
  onProgress: (rows: number) => void,
): Promise<{ rows: number; skipped: number }> {
  db.exec(`create temp table staged(${COLUMNS.join(', ')})`);
  const insert = db.prepare(`insert into staged values (${COLUMNS.map((column) => `:${column}`).join(', ')})`);
  let read: ReturnType<typeof rowReader> | undefined;
  let [rows, skipped] = [0, 0];
  for await (const line of linesOf(file)) {
    if (line.trim() === '') continue;
    if (read === undefined) {
      read = rowReader(line);
      continue;
    }
    rows++;
    const row = read(line);
    if (row === undefined) skipped++;
    else insert.run({ ...row, liberal: row.liberal ? 1 : 0 });
    if (rows % STEP === 0) {
      onProgress(rows);
      await setImmediate();
    }
  }
  if (read === undefined) throw new Error(`${file} is empty: nothing was changed`);
  onProgress(rows);
  return { rows, skipped };
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * @param file the open file, unzipped
 * @param indexPath where the index is read from; replaced at the end, untouched when anything fails
 * @throws when the file is not the open file (columns named), is empty, holds nobody, or the disk fails
 */
export async function importRpps(
  file: string,
  indexPath: string,
  options: { onProgress?: (rows: number) => void } = {},
): Promise<ImportResult> {
  const building = `${indexPath}.building-${process.pid}`;
  rmSync(building, { force: true });
  try {
    const db = new DatabaseSync(building);
    let counts: { rows: number; skipped: number };
    let people: number;
    try {
      // a crash only costs the unfinished file: no sync until it is whole; sorting goes to disk, not to memory
      db.exec('pragma journal_mode=delete; pragma synchronous=off; pragma temp_store=file; begin immediate');
      counts = await stage(db, file, options.onProgress ?? (() => undefined));
      people = await buildIndex(db, setImmediate);
      if (people === 0) throw new Error(`${file} names nobody: nothing was changed`);
      db.exec('commit');
    } finally {
      db.close();
    }
    sync(building);
    renameSync(building, indexPath);
    sync(dirname(indexPath));
    return { ...counts, people };
  } finally {
    rmSync(building, { force: true });
    rmSync(`${building}-journal`, { force: true });
  }
}
