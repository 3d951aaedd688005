/** Opening the store: the one door of this folder, besides the sealer. */
import { randomUUID } from 'node:crypto';
import type { Clocks, Ids } from '../care/relay/clock.ts';
import type { Store } from '../care/relay/ports.ts';
import type { Sealer } from '../care/relay/seal.ts';
import { readAudit } from './audit.ts';
import { commitDecision } from './commit.ts';
import { damagedStore } from './damaged.ts';
import { fileStore } from './files.ts';
import type { Ground } from './ground.ts';
import { inboxStore } from './inbox.ts';
import { laneGate } from './lane-gate.ts';
import { isOld, migrate, schemaVersion } from './migrations.ts';
import { outboxStore } from './outbox.ts';
import { outboxDesk } from './outbox-desk.ts';
import { postgresEngine } from './postgres.ts';
import { retentionStore } from './retention.ts';
import { roomStore } from './rooms.ts';
import { checkSecret, readSetting, writeSetting } from './settings.ts';
import { sqliteEngine } from './sqlite.ts';
import { readTally } from './tally.ts';
import { timerStore } from './timers.ts';
import { withdrawals } from './withdrawals.ts';

/** Where everything is kept. */
export type StorePlace =
  /** A SQLite file on a local disk, made when it is not there; or `:memory:`. */
  | { path: string }
  /** PostgreSQL 15 or later, `postgres://…`: the server itself or a pooler in session mode. It may hold a password. */
  | { url: string };

export type StoreOptions = StorePlace & {
  sealer: Sealer;
  clocks: Pick<Clocks, 'machine'>;
  /** Ids of rows and deliveries; random unless a rehearsal gives its own. */
  ids?: Pick<Ids, 'next'> | undefined;
  /** Called once for each sealed row that does not open, whatever process meets it: for the log. */
  onDamaged?: Ground['onDamaged'];
  /** This process sends and decides. Only one may; the command line opens without it, beside the server. */
  serving?: boolean | undefined;
};

/**
 * @throws Error with the cure: another process serves this database, it comes from a newer Relais, it was sealed with
 *   another secret, or the server does not keep what it acknowledges. StoreFailure: the server does not answer
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { sealer, clocks, ids = { next: randomUUID }, onDamaged } = options;
  const engine = 'url' in options ? postgresEngine(options.url) : sqliteEngine(options.path);
  const { transaction, words } = engine;
  const ground: Ground = { ...engine, sealer, ids, clocks, onDamaged };
  let release: (() => Promise<void>) | undefined;
  try {
    if (options.serving) release = await engine.takeServingLock();
    if (isOld(await transaction((tx) => schemaVersion(tx, words)))) {
      // Never under a server that runs: its statements were written for the tables as they are.
      const free = release ? undefined : await engine.takeServingLock();
      await migrate(transaction, words, clocks.machine()).finally(free);
    }
    await checkSecret(ground);
  } catch (error) {
    await engine.close();
    await release?.();
    throw error;
  }
  return assemble(ground, async () => {
    await engine.close();
    await release?.();
  });
}

function assemble(ground: Ground, close: () => Promise<void>): Store {
  const inbox = inboxStore(ground);
  const outbox = outboxStore(ground);
  return {
    inbox,
    files: fileStore(ground),
    outbox: { ...outbox, ...laneGate(ground), ...outboxDesk(ground), ...withdrawals(ground) },
    rooms: roomStore(ground),
    timers: timerStore(ground),
    retention: retentionStore(ground),
    damaged: damagedStore(ground),
    commit: (decision, at) => commitDecision(ground, decision, at),
    get: (name) => readSetting(ground, name),
    set: (name, value) => writeSetting(ground, ground.db, name, value),
    audit: (limit) => readAudit(ground, limit),
    counts: () => readTally(ground.db),
    // A write, because a full or read-only disk goes on answering reads.
    async ping() {
      await ground.soon((tx) => writeSetting(ground, tx, 'ping', String(ground.clocks.machine())));
      await ground.durable();
    },
    async close() {
      await Promise.all([inbox.idle(), outbox.idle()]);
      await close();
    },
  };
}
