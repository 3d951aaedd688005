/**
 * Everything that only PostgreSQL knows: its words, what its server must promise, which errors are races to run again and
 * which mean that the server is away. The rest of store/ is one code path for SQLite and PostgreSQL.
 */
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, type PostgresQueryResult } from 'kysely';
import pg from 'pg';
import { StoreFailure } from '../care/relay/store-failure.ts';
import type { Engine } from './engine.ts';
import type { Transaction } from './ground.ts';
import { connected, isAway, PATIENCE_MS, sessionOptions, whatItMeans } from './postgres-session.ts';
import { openServingLock, type ServingLock } from './postgres-serving.ts';
import type { Tables } from './tables.ts';

const words = {
  counter: 'bigint generated always as identity primary key',
  bytes: 'bytea',
  // Not the database's language: a system upgrade that sorts accents anew would silently damage the indexes.
  text: 'text collate "C"',
};

const CONNECTIONS = 8;
/** Serialisation failure, deadlock, and a key that another process inserted between our look and our insert. */
const RACES = new Set(['40001', '40P01', '23505']);
const TURNS = 10;

/** Connects when it is first used. @param url `postgres://…` */
export function postgresEngine(url: string): Engine {
  const pool = new ServingPool(url);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const transaction = transactions(db);
  return {
    db,
    transaction,
    // its server groups the commits of its connections by itself
    soon: transaction,
    durable: async () => undefined,
    close: () => db.destroy(),
    words,
    takeServingLock: async () => {
      const lock = await openServingLock(url);
      pool.serveUnder(lock);
      return async () => {
        pool.serveUnder(undefined);
        await lock.release();
      };
    },
  };
}

/**
 * Runs `work` again when it lost a race, or when the server went away before the commit was asked. A loss *during* the
 * commit is thrown: it may have been made, and who asked must look again.
 */
function transactions(db: Kysely<Tables>): Transaction {
  const attempt: Transaction = async (work) => {
    const deadline = Date.now() + PATIENCE_MS;
    for (let turn = 1; ; turn += 1) {
      let written = false;
      try {
        // Said each time: the store's statements are written for this level, whatever the server's default is.
        const transaction = db.transaction().setIsolationLevel('read committed');
        return await transaction.execute(async (tx) => {
          const result = await work(tx);
          written = true;
          return result;
        });
      } catch (error) {
        const race = error instanceof pg.DatabaseError && RACES.has(error.code ?? '');
        const lost = Date.now() < deadline && error instanceof StoreFailure && !written;
        if (!(race || lost) || turn === TURNS) throw error;
      }
    }
  };
  // In the order in which this process asked for them, as on SQLite; other processes go beside.
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(() => attempt(work));
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** The pool that Kysely sees: nothing goes out while another process may be serving, and errors say what they mean. */
class ServingPool implements PostgresPool {
  readonly options: object;
  readonly #pool: pg.Pool;
  #lock: ServingLock | undefined;
  /** The last one who asked has waited in vain: the others, one behind the other, do not each wait as long. */
  #away = false;

  constructor(url: string) {
    this.options = { max: CONNECTIONS };
    this.#pool = new pg.Pool({ ...sessionOptions(url), ...this.options });
    // A connection that dies while nobody asks it anything: it is dropped, and the next question opens another.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  serveUnder(lock: ServingLock | undefined): void {
    this.#lock = lock;
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await this.#connected();
    const query = async (sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>> => {
      try {
        return (await client.query(sql, [...parameters])) as PostgresQueryResult<unknown>;
      } catch (error) {
        throw isAway(error) ? whatItMeans(error) : error;
      }
    };
    // Kysely's second form, by cursor, is for streams: the store has none.
    return { query: query as PostgresPoolClient['query'], release: (destroy) => client.release(destroy) };
  }

  async #connected(): Promise<pg.PoolClient> {
    const patience = this.#away ? 0 : PATIENCE_MS;
    try {
      await this.#lock?.held(patience);
      const client = await connected(() => this.#pool.connect(), patience);
      this.#away = false;
      return client;
    } catch (error) {
      this.#away = error instanceof StoreFailure;
      throw error;
    }
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}
