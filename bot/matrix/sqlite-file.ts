/** One IndexedDB database in one SQLite file of which this process is the only user. */
import { closeSync, fdatasync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { grouped } from '../../care/relay/grouped.ts';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { diskFailure, StoreFailure } from '../../care/relay/store-failure.ts';

type IndexShape = { table: string; keyPath: string | string[]; unique: boolean; multiEntry: boolean };
type StoreShape = { table: string; keyPath: string | string[] | null; indexes: Record<string, IndexShape> };
/** What IndexedDB keeps about a database, beside its records. `tables`: how many were ever named. */
export type Shape = { version: number; tables: number; stores: Record<string, StoreShape> };

/** Another process has the file open. Two crypto machines on one store use the same ratchet index twice. */
export class StoreInUse extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path} is in use by another process: one account runs in one process only. Stop the other one first.`, {
      cause,
    });
    this.name = 'StoreInUse';
  }
}

/** Opens a SQLite file for this process alone, durable at each COMMIT. @throws StoreInUse */
export function openExclusive(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    // EXCLUSIVE before WAL: the lock is then taken at the first access and kept until the file is closed
    db.exec(
      'PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN IMMEDIATE; COMMIT;',
    );
    return db;
  } catch (error) {
    db.close();
    if (String(error).includes('locked')) throw new StoreInUse(path, error);
    throw error;
  }
}

const sync = promisify(fdatasync);

/**
 * Flushes the write-ahead log of an open file in another thread, once for everybody who waits: with `synchronous=FULL`
 * each commit stops the whole process for as long as the disk takes.
 * @param written changes with each write: what has not changed since the last flush is not flushed again
 */
export function walFlush(path: string, written: () => unknown): { durable(): Promise<void>; close(): void } {
  if (path === ':memory:') return { durable: async () => undefined, close: () => undefined };
  // SQLite's locks are on the database and its -shm: closing this file drops none
  const log = openSync(`${path}-wal`, 'r+');
  let kept = written();
  const flush = grouped(async () => {
    const now = written();
    await sync(log).catch((error: unknown) => {
      stopAtOnce(error);
    });
    kept = now;
  });
  return {
    durable: async () => {
      if (written() !== kept) await flush();
    },
    close: () => closeSync(log),
  };
}

/**
 * The disk took what was written and did not keep it: what is on it is not known any more, and the crypto machine's memory is
 * ahead of it. Going on would use a ratchet index twice; only a start from what is on the disk is safe.
 */
function stopAtOnce(error: unknown): never {
  console.error('the disk did not keep the crypto store: stopping at once', error);
  process.abort();
}

/** When what the machine calls complete is on disk: then, or once somebody has asked (`durable`); a kill loses nothing either way. */
export type OnDisk = 'at commit' | 'when asked';

export class SqliteFile {
  readonly db: DatabaseSync;
  shape: Shape;
  #saved: string;
  #inTransaction = false;
  readonly #statements = new Map<string, StatementSync>();
  readonly #onFailure: (failure: StoreFailure) => void;
  #failure: StoreFailure | undefined;
  readonly #flush: ReturnType<typeof walFlush>;
  #commits = 0;

  /**
   * @param onFailure told once, when the disk takes no more. From then on nothing is written any more: the memory of the
   *   crypto machine may be ahead of the disk, and only what is on the disk is safe to go on from
   * @throws StoreInUse
   */
  constructor(
    path: string,
    onDisk: OnDisk = 'at commit',
    onFailure: (failure: StoreFailure) => void = () => undefined,
  ) {
    this.db = openExclusive(path);
    this.#onFailure = onFailure;
    this.db.exec('CREATE TABLE IF NOT EXISTS idb_shape(id INTEGER PRIMARY KEY CHECK(id = 1), json TEXT NOT NULL)');
    const row = this.db.prepare('SELECT json FROM idb_shape').get() as { json: string } | undefined;
    this.#saved = row?.json ?? JSON.stringify({ version: 0, tables: 0, stores: {} } satisfies Shape);
    this.shape = JSON.parse(this.#saved) as Shape;
    if (onDisk === 'when asked') this.db.exec('PRAGMA synchronous=NORMAL');
    this.#flush = walFlush(path, () => this.#commits);
  }

  /** Everything committed so far is on disk when it resolves. */
  durable(): Promise<void> {
    return this.#flush.durable();
  }

  /** Prepared once. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.db.prepare(sql)));
    return statement;
  }

  /** Schema statements; prepared ones are forgotten because they may name what is dropped. */
  define(sql: string): void {
    this.begin();
    this.#statements.clear();
    this.db.exec(sql);
  }

  begin(): void {
    if (this.#inTransaction) return;
    if (this.#failure) throw this.#failure;
    this.watched(() => this.db.exec('BEGIN IMMEDIATE'));
    this.#inTransaction = true;
  }

  /** On disk when it returns, or after the next `durable`. */
  commit(): void {
    const json = JSON.stringify(this.shape);
    if (json !== this.#saved) {
      this.begin();
      const save = this.statement(
        'INSERT INTO idb_shape VALUES(1, ?) ON CONFLICT(id) DO UPDATE SET json = excluded.json',
      );
      this.watched(() => save.run(json));
    }
    if (this.#inTransaction) {
      this.watched(() => this.db.exec('COMMIT'));
      this.#commits += 1;
    }
    this.#inTransaction = false;
    this.#saved = json;
  }

  /** Writes. @throws StoreFailure, and every later write does */
  watched<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      const words = 'the crypto store';
      const failure = diskFailure(error, words) ?? new StoreFailure(`${words} cannot be written`, { cause: error });
      if (this.#failure === undefined) this.#onFailure(failure);
      this.#failure ??= failure;
      throw failure;
    }
  }

  rollback(): void {
    // A full disk rolls back by itself.
    if (this.#inTransaction && this.db.isTransaction) this.db.exec('ROLLBACK');
    this.#inTransaction = false;
    this.#statements.clear();
    this.shape = JSON.parse(this.#saved) as Shape;
  }

  close(): void {
    this.#flush.close();
    this.#statements.clear();
    this.db.close(); // the last one out: SQLite writes the log into the file, and syncs both
  }
}
