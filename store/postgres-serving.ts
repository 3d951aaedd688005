/** The serving lock on PostgreSQL: an advisory lock of one session of its own, so it dies with its process. */
import pg from 'pg';
import { StoreFailure } from '../care/relay/store-failure.ts';
import { connected, prepare, sessionOptions, whatItMeans, isAway } from './postgres-session.ts';

export type ServingLock = {
  /**
   * Resolves when this process serves; takes the lock again when its session was lost.
   * @param patience ms for a server that is away. @throws StoreFailure
   */
  held(patience: number): Promise<void>;
  release(): Promise<void>;
};

/** First key of the advisory lock; the second is the schema, so that two of them in one database are two stores. */
const RELAIS = 1_380_273_523;

/** @throws Error with the cure when another process serves this database */
export async function openServingLock(url: string): Promise<ServingLock> {
  let session = await lockedSession(url);
  if (session === undefined) {
    throw new Error(
      'Another Relais is serving this database: stop it first, it gives its place back as soon as its process ends. ' +
        'Two of them would say everything twice.',
    );
  }
  let regaining: Promise<void> | undefined;

  async function regain(patience: number): Promise<void> {
    session = await lockedSession(url, patience);
    if (session === undefined)
      throw new StoreFailure('another process serves this database now: waiting for it to end');
  }

  return {
    async held(patience) {
      if (session?.alive()) return;
      regaining ??= regain(patience).finally(() => (regaining = undefined));
      await regaining;
    },
    async release() {
      await session?.end();
    },
  };
}

type Session = { alive(): boolean; end(): Promise<void> };

/** @returns undefined when another session has the lock */
async function lockedSession(url: string, patience?: number): Promise<Session | undefined> {
  const client = await connected(async () => {
    const fresh = new pg.Client(sessionOptions(url));
    fresh.on('error', () => undefined); // told by 'end'
    await fresh.connect();
    return fresh;
  }, patience);
  let alive = true;
  client.once('end', () => (alive = false));
  try {
    await prepare(client);
    const { rows } = await client.query<{ mine: boolean }>(
      'select pg_try_advisory_lock($1, hashtext(current_schema())) as mine',
      [RELAIS],
    );
    if (rows[0]?.mine === true) return { alive: () => alive, end: () => client.end() };
  } catch (error) {
    await client.end().catch(() => undefined);
    throw isAway(error) ? whatItMeans(error) : error;
  }
  await client.end();
  return undefined;
}
