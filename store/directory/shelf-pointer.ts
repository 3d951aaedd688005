/**
 * Which index files are in use. Each import builds a file under a new name, then one row of `pointer.sqlite` switches to it:
 * renaming it over the old one showed old rows to a reader in WAL mode (DESIGN §5). Everything is in `journal_mode=delete`.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { INDEX_VERSION } from './build.ts';

export type IndexKind = 'rpps' | 'finess';

export type Pointed = {
  kind: IndexKind;
  /** Name of the file in the folder. */
  file: string;
  /** Data rows of the source that made it. */
  rows: number;
  entries: number;
  /** Of the source, epoch ms: a newer source is worth another import. */
  sourceTime: number;
  /** Machine time of the switch, epoch ms. */
  at: number;
};

const VERSION = `-v${INDEX_VERSION}-`;
const POINTER = 'pointer.sqlite';
const LOCK = 'import.lock';
const WAIT_MS = 5_000;

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Reads which files are in use, at each search: some microseconds. */
export function openPointer(folder: string): { read: () => Pointed[]; close: () => void } {
  let db: DatabaseSync | undefined;
  const open = (): DatabaseSync | undefined => {
    const path = join(folder, POINTER);
    if (db === undefined && existsSync(path)) db = new DatabaseSync(path, { readOnly: true, timeout: WAIT_MS });
    return db;
  };
  return {
    // an index of another version is as good as none: it is made again, and nobody waits for an operator to say so
    read: () =>
      ((open()?.prepare('select * from pointer order by kind desc').all() ?? []) as unknown as Pointed[]).filter(
        ({ file }) => file.includes(VERSION),
      ),
    close: () => db?.close(),
  };
}

/** One import at a time, whatever the process; the lock is the kernel's and dies with it. */
function lockImports(folder: string): () => void {
  const lock = new DatabaseSync(join(folder, LOCK), { timeout: 0 });
  try {
    lock.exec('pragma locking_mode=exclusive; begin exclusive');
  } catch (cause) {
    lock.close();
    throw new Error('another import of the directory is running: let it end, then import again', { cause });
  }
  return () => lock.close();
}

/**
 * Runs one import: `build` fills a new file, given by its path, and the pointer switches to it once it is whole and synced.
 * When anything fails the index in use is untouched and the new file is gone.
 * @param check called before the switch with what is in use; throws to refuse
 */
export async function switchTo(
  folder: string,
  kind: IndexKind,
  build: (path: string, before: Pointed | undefined) => Promise<Pick<Pointed, 'rows' | 'entries' | 'sourceTime'>>,
  now: () => number,
): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unlock = lockImports(folder);
  try {
    const pointer = new DatabaseSync(join(folder, POINTER), { timeout: WAIT_MS });
    try {
      pointer.exec(`pragma journal_mode=delete; pragma synchronous=full;
        create table if not exists pointer(kind text primary key, file text not null, rows integer not null,
          entries integer not null, sourceTime integer not null, at integer not null) strict`);
      const pointed = (): Pointed[] => pointer.prepare('select * from pointer').all() as unknown as Pointed[];
      clean(folder, pointed());
      const file = `${kind}${VERSION}${randomUUID().slice(0, 8)}.sqlite`;
      const path = join(folder, file);
      try {
        const made = await build(
          path,
          pointed().find((one) => one.kind === kind),
        );
        sync(path);
        sync(folder);
        pointer.prepare('insert or replace into pointer values (:kind, :file, :rows, :entries, :sourceTime, :at)').run({
          kind,
          file,
          rows: made.rows,
          entries: made.entries,
          sourceTime: Math.floor(made.sourceTime),
          at: now(),
        });
      } finally {
        clean(folder, pointed());
      }
    } finally {
      pointer.close();
    }
  } finally {
    unlock();
  }
}

/** Files that no pointer names: replaced ones (whoever reads one keeps it until it looks again), and those of a crash. */
function clean(folder: string, inUse: Pointed[]): void {
  for (const name of readdirSync(folder)) {
    if (/^(?:rpps|finess)-/.test(name) && !inUse.some(({ file }) => name === file))
      rmSync(join(folder, name), { force: true });
  }
}
