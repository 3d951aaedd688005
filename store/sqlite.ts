/**
 * Everything that only SQLite knows: how it is opened, how a transaction begins, how a second serving process is refused.
 * The rest of store/ is one code path for SQLite and PostgreSQL.
 */
import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  Kysely,
  SqliteDialect,
  SqliteDriver,
  sql,
  type DatabaseConnection,
  type SqliteDatabase,
  type SqliteStatement,
} from 'kysely';
import { diskFailure } from '../care/relay/store-failure.ts';
import type { Engine } from './engine.ts';
import { type Flush, openFlush } from './flush.ts';
import type { Transaction } from './ground.ts';
import type { Tables } from './tables.ts';

const words = { counter: 'integer primary key autoincrement', bytes: 'blob', text: 'text' };

const IN_MEMORY = ':memory:';
/** How long a writer waits for another process (the command line beside the server) before it gives up. */
const BUSY_MS = 10_000;
const SQLITE_BUSY = 5;
const STATEMENTS_KEPT = 500;

/**
 * Makes the file (0600, it holds health data) and its folder when they are not there.
 *
 * @returns the path without links, so that two names of one file meet the same lock
 */
function prepareFile(path: string): string {
  if (path === IN_MEMORY) return path;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  makePrivate(path); // SQLite gives its -wal and -shm files the mode of this one
  return realpathSync(path);
}

/**
 * Makes an empty file, and never opens one that is there: closing *any* handle of a file drops all the locks that this
 * process holds on it (POSIX), and two stores of one process would then write at once.
 */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** @param path a file on a local disk, made when it is not there; or `:memory:` */
export function sqliteEngine(path: string): Engine {
  const { file, db } = meaning(() => {
    const prepared = prepareFile(path);
    return { file: prepared, db: openSqlite(prepared) };
  });
  const transaction: Transaction = (work) => db.transaction().execute(work);
  const common = { db, transaction, words, takeServingLock: async () => takeServingLock(file) };
  if (file === IN_MEMORY)
    return { ...common, soon: transaction, durable: async () => undefined, close: () => db.destroy() };
  let flush: Flush | undefined;
  return {
    ...common,
    soon: (work) =>
      db.connection().execute(async (connection) => {
        // The pragma belongs to the connection and holds for what commits next: it is FULL again before anybody else writes.
        await sql`pragma synchronous=normal`.execute(connection);
        try {
          return await connection.transaction().execute(work);
        } finally {
          await sql`pragma synchronous=full`.execute(connection);
        }
      }),
    durable: () => (flush ??= openFlush(`${file}-wal`)).durable(),
    close: async () => {
      try {
        await flush?.durable();
      } finally {
        flush?.close();
        await db.destroy();
      }
    },
  };
}

/** A full disk is no fault of what was being written: the caller must know the one from the other. */
function meaning<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskFailure(error, 'the database') ?? error;
  }
}

function openSqlite(path: string): Kysely<Tables> {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  // FULL: in WAL mode the default loses acknowledged messages at a power cut. secure_delete: an emptied envelope leaves
  // no bytes in the free pages either (a protected stay leaves no payload behind).
  database.exec(
    'pragma journal_mode=wal; pragma synchronous=full; pragma secure_delete=on; pragma trusted_schema=off;',
  );
  return new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) });
}

/**
 * The lock is the kernel's, on a file beside the database: a row with a date would have to be believed or timed out. The
 * database itself stays unlocked: the command line reads it beside the server.
 */
function takeServingLock(path: string): () => Promise<void> {
  if (path === IN_MEMORY) return async () => undefined;
  const beside = `${path}.serving`;
  makePrivate(beside);
  const lock = new DatabaseSync(beside, { timeout: 0 });
  try {
    lock.exec('pragma locking_mode=exclusive; begin exclusive');
  } catch (cause) {
    lock.close();
    if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) throw cause;
    throw new Error(
      `Another Relais is serving ${path}: stop it first, it gives its place back as soon as its process ends. ` +
        'Two of them would say everything twice.',
      { cause },
    );
  }
  return async () => lock.close();
}

class NodeSqliteDialect extends SqliteDialect {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: forKysely(database) });
    this.#database = database;
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#database);
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: forKysely(database) });
    this.#database = database;
  }

  /** Kysely begins deferred: a transaction that reads and then writes fails at once when another process wrote between. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** A full disk rolls back by itself; a second rollback would throw and hide the first error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
  }
}

/** node:sqlite in the shape that Kysely expects (better-sqlite3's), with the prepared statements kept. */
function forKysely(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(query) {
      const known = kept.get(query);
      if (known) return known;
      const statement = shaped(meaning(() => database.prepare(query)));
      if (kept.size >= STATEMENTS_KEPT) kept.clear();
      kept.set(query, statement);
      return statement;
    },
  };
}

function shaped(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => meaning(() => statement.all(...values(parameters))),
    run: (parameters) => meaning(() => statement.run(...values(parameters))),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}
