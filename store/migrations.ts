/**
 * Migrations only grow: a published one is never edited, the next need is the next number, and each says why it came.
 * Plain SQL that SQLite and PostgreSQL both read; the words on which they differ come from the dialect.
 */
import { sql } from 'kysely';
import type { Db, Transaction } from './ground.ts';

/** The words that differ from one engine to the other. */
export type SqlWords = {
  /** A column that counts insertions, primary key of its table. */
  counter: string;
  /** The type of a column of bytes. */
  bytes: string;
  /** The type of a column of text: compared byte by byte, whatever language the server speaks. */
  text: string;
};

type Migration = { version: number; reason: string; statements: (words: SqlWords) => string[] };

const migrations: Migration[] = [
  {
    version: 1,
    reason: 'the queues, the rooms, the files with their history, the deadlines and the audit',
    statements: ({ counter, bytes, text }) => [
      `create table lane (name ${text} primary key, tail bigint not null, ready_at bigint not null,
        paused_at bigint, paused_why ${bytes})`,
      `create table inbox (n ${counter}, id ${text} not null unique, lane ${text} not null, seq bigint not null,
        source ${text} not null, key ${text} not null, digest ${text} not null, format ${text} not null, received_at bigint not null,
        state ${text} not null, outcome ${text}, reason ${text}, sender_key ${bytes} not null, acknowledgement ${bytes},
        body ${bytes}, detail ${bytes}, unique (source, key), unique (lane, seq))`,
      // Whole rather than `where state = 'undecided'`: SQLite ignores a partial index when the state is a bound parameter.
      'create index inbox_by_state on inbox (state, lane, seq)',
      `create table outbox (n ${counter}, id ${text} not null unique, lane ${text} not null, seq bigint not null,
        state ${text} not null, thread ${text}, root bigint not null, coalesce ${text}, reply_to ${text}, attempts bigint not null,
        tried_device ${text}, tried_at bigint, decided_at bigint not null, ended_at bigint, event_id ${text},
        body ${bytes} not null, why ${bytes}, unique (lane, seq))`,
      'create index outbox_by_state on outbox (state, lane, seq)',
      'create index outbox_by_event on outbox (event_id)',
      'create index outbox_by_coalesce on outbox (lane, coalesce, seq)',
      `create table thread (lane ${text} not null, thread ${text} not null, event_id ${text} not null, primary key (lane, thread))`,
      `create table room (n ${counter}, ref ${text} not null unique, kind ${text} not null, matrix_id ${text} unique,
        generation bigint not null, encrypted bigint not null, state ${text} not null, body ${bytes} not null)`,
      `create table file (n ${counter}, kind ${text} not null, id ${text} not null, version bigint not null,
        state ${bytes} not null, unique (kind, id))`,
      `create table file_key (kind ${text} not null, key ${text} not null, id ${text} not null, primary key (kind, key, id))`,
      'create index file_key_by_file on file_key (kind, id)',
      `create table event (n ${counter}, id ${text} not null, kind ${text} not null, file ${text} not null, version bigint not null,
        type ${text} not null, at bigint not null, body ${bytes} not null)`,
      'create index event_by_file on event (kind, file, n)',
      `create table fact (key ${text} primary key, at bigint not null)`,
      `create table timer (kind ${text} not null, ref ${text} not null, step ${text} not null, epoch bigint not null,
        due_at bigint not null, state ${text} not null, primary key (kind, ref, step))`,
      'create index timer_by_due on timer (state, due_at)',
      `create table audit (n ${counter}, id ${text} not null, at bigint not null, outcome ${text} not null, reason ${text} not null,
        body ${bytes} not null)`,
      `create table tally (outcome ${text} not null, reason ${text} not null, n bigint not null, primary key (outcome, reason))`,
      `create table setting (name ${text} primary key, value ${bytes} not null)`,
    ],
  },
  {
    version: 2,
    reason:
      'deadlines by their file: without it SQLite takes timer_by_due and walks every pending one, at each arming and firing',
    statements: () => ['create index timer_by_ref on timer (kind, ref, state, due_at)'],
  },
  {
    version: 3,
    reason: 'retention: what is over is emptied, and found by its age without walking what is emptied already',
    statements: () => [
      'alter table inbox add column emptied bigint not null default 0',
      'create index inbox_by_emptied on inbox (emptied, received_at)',
      'alter table outbox add column emptied bigint not null default 0',
      'create index outbox_by_emptied on outbox (emptied, decided_at)',
      'alter table file add column idle_since bigint not null default 0',
      'create index file_by_idle on file (kind, idle_since, id)',
    ],
  },
  {
    version: 4,
    reason: 'sealed rows that do not open are set aside and shown, instead of stopping all that is like them',
    statements: ({ text }) => [
      `create table damaged (what ${text} not null, row ${text} not null, at bigint not null, primary key (what, row))`,
    ],
  },
];

const NEWEST = migrations.length;

/** The version of the tables that are there; 0 for an empty database. @throws Error with the cure when it is too new */
export async function schemaVersion(db: Db, { text }: SqlWords): Promise<number> {
  await sql`create table if not exists schema_version
    (version bigint primary key, reason ${sql.raw(text)} not null, applied_at bigint not null)`.execute(db);
  const row = await db
    .selectFrom('schema_version')
    .select((eb) => eb.fn.max('version').as('version'))
    .executeTakeFirst();
  const version = row?.version ?? 0;
  if (version > NEWEST) {
    throw new Error(
      `This database was written by a newer Relais (tables of version ${version}, this program knows ${NEWEST}): ` +
        'run that newer version, or restore the copy that was made before it was installed.',
    );
  }
  return version;
}

/** Is there something for `migrate` to do? */
export function isOld(version: number): boolean {
  return version < NEWEST;
}

/** Brings the tables to the newest version, all in one transaction. @param now machine time, for the record */
export async function migrate(transaction: Transaction, words: SqlWords, now: number): Promise<void> {
  await transaction(async (tx) => {
    // Read again inside the transaction: another process may have migrated between our look and our lock.
    const version = await schemaVersion(tx, words);
    for (const migration of migrations.slice(version)) {
      for (const statement of migration.statements(words)) await sql.raw(statement).execute(tx);
      const { version: done, reason } = migration;
      await tx.insertInto('schema_version').values({ version: done, reason, applied_at: now }).execute();
    }
  });
}
