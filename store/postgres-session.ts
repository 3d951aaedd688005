/** One session with PostgreSQL: how it is opened and waited for, and what the server must promise. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { StoreFailure } from '../care/relay/store-failure.ts';

/** How long a server that restarts is waited for before the caller is told; as long as SQLite waits for a lock. */
export const PATIENCE_MS = 10_000;
const BETWEEN_TRIES_MS = 100;
const OLDEST = 150_000;

// Instants and counters stay below 2^53; pg would give them as text.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, Number);

const hooks = { onConnect: prepare }; // the pool waits for it, its types forget to say so

export function sessionOptions(url: string): pg.PoolConfig {
  return {
    connectionString: url,
    application_name: 'relais',
    connectionTimeoutMillis: PATIENCE_MS,
    lock_timeout: PATIENCE_MS,
    // A process that vanished in the middle of a transaction must not keep its lanes locked.
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    types,
    ...hooks,
  };
}

/**
 * Acknowledged means on disk (invariant 1), whoever configured the server. A vanished machine is noticed within a minute,
 * not after the system's two hours: until then its serving lock stands.
 *
 * @throws Error with the cure when the server does not keep what it acknowledges
 */
export async function prepare(client: pg.ClientBase): Promise<void> {
  await client.query('set tcp_keepalives_idle = 30; set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3');
  const { rows } = await client.query<{ version: number; fsync: string; encoding: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('fsync') as fsync,
      current_setting('server_encoding') as encoding,
      case current_setting('synchronous_commit') when 'off' then set_config('synchronous_commit', 'on', false) end`,
  );
  const [server] = rows;
  if (server === undefined) throw new Error('PostgreSQL does not say what it is');
  if (server.version < OLDEST)
    throw new Error(`PostgreSQL ${Math.floor(server.version / 10_000)} is too old: Relais needs version 15 or later.`);
  if (server.fsync !== 'on')
    throw new Error(
      'This PostgreSQL runs with fsync = off: a power cut would lose what a hospital was told is kept. Set fsync = on.',
    );
  if (server.encoding !== 'UTF8')
    throw new Error(
      `This database is encoded in ${server.encoding}: create it with \`create database relais encoding 'UTF8' template template0\`.`,
    );
}

/**
 * Waits for a server that is starting or out of connections.
 * @param patience ms; 0 when it was away a moment ago: those who wait behind are told at once
 * @throws StoreFailure when it stays away
 */
export async function connected<T>(connect: () => Promise<T>, patience = PATIENCE_MS): Promise<T> {
  for (const deadline = Date.now() + patience; ;) {
    try {
      return await connect();
    } catch (error) {
      if (!isAway(error)) throw error;
      if (Date.now() >= deadline) throw whatItMeans(error);
      await pause(BETWEEN_TRIES_MS);
    }
  }
}

/**
 * Connection lost, server stopping or starting, no connection, disk or memory left, input and output errors: the world
 * broke. What has no SQLSTATE comes from the network.
 */
export function isAway(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof StoreFailure) return false;
  if (error instanceof pg.DatabaseError) return /^(?:08|53|57P|58)/.test(error.code ?? '');
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return /^E(?!RR_)/.test(code);
  return /connection|terminated|timeout|queryable/i.test(error.message); // pg's own errors have no code
}

export function whatItMeans(error: Error): StoreFailure {
  const { code } = error as NodeJS.ErrnoException;
  return new StoreFailure(`PostgreSQL does not answer (${code ?? error.message})`, { cause: error });
}
