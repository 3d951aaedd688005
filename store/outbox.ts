/** The outbox: deliveries leave each room's lane one by one, in the order in which they were decided. */
import type { NewDelivery } from '../care/relay/decision.ts';
import type { OutboxStore } from '../care/relay/ports.ts';
import { batcher } from './batch.ts';
import { eraseAttachment } from './attachments.ts';
import { openWhy, sealText, sealValue, type Db, type Ground } from './ground.ts';
import { nextSeq } from './lanes.ts';
import { endWait, putAside, sendable } from './outbox-heads.ts';
import { superseded } from './superseded.ts';
import { rememberRoot } from './threads.ts';

/** Puts one delivery at the end of its room's lane, in the deciding commit. @param at civil time of the decision */
export async function addDelivery(ground: Ground, tx: Db, delivery: NewDelivery, at: number): Promise<void> {
  const id = ground.ids.next();
  const { room, announcement, ring } = delivery;
  await tx
    .insertInto('outbox')
    .values({
      id,
      lane: room,
      seq: await nextSeq(tx, room),
      state: 'pending',
      thread: delivery.thread ?? null,
      root: delivery.root ? 1 : 0,
      coalesce: delivery.coalesce ?? null,
      reply_to: delivery.replyTo ?? null,
      attempts: 0,
      tried_device: null,
      tried_at: null,
      decided_at: at,
      ended_at: null,
      event_id: null,
      body: sealValue(ground.sealer, { announcement, ring }, `outbox:${id}:body`),
      why: null,
    })
    .execute();
}

/** What is taken back was said all the same: newcomers are counted by it. */
const SAID = ['done', 'redacted', 'kept'] as const;

type Elsewhere =
  'look' | 'pauseLane' | 'resumeLane' | 'lanes' | 'replay' | 'drop' | 'skipHead' | 'carriers' | 'markRedacted';

type Try = { id: string; device: string; at: number };
type End = { id: string; how: Parameters<OutboxStore['markDone']>[1]; at: number };

/** Lanes that send side by side share the commits of their marks. */
const MARKS_PER_COMMIT = 64;

/**
 * The first PUT of a device counts: the server forgets a transaction id about a day after *that* one. On disk when it
 * resolves, and with it the decision that is about to be said.
 */
async function markTried(ground: Ground, tries: Try[]): Promise<boolean[]> {
  const pending = await ground.soon(async (tx) => {
    for (const { id, device, at } of tries)
      await tx
        .updateTable('outbox')
        .set({ tried_device: device, tried_at: at })
        .where('id', '=', id)
        .where((eb) => eb.or([eb('tried_device', 'is', null), eb('tried_device', '!=', device)]))
        .where('state', '=', 'pending')
        .execute();
    // Asked after the write: a decision that withdraws one of them sees the try, or is seen here.
    const ids = tries.map(({ id }) => id);
    return tx.selectFrom('outbox').select('id').where('id', 'in', ids).where('state', '=', 'pending').execute();
  });
  await ground.durable();
  const still = new Set(pending.map(({ id }) => id));
  return tries.map(({ id }) => still.has(id));
}

/** Lost with the power, it is found again: sent anew under the same transaction id, it is the same event. */
async function markDone(ground: Ground, ends: End[]): Promise<undefined[]> {
  await ground.soon(async (tx) => {
    for (const { id, how, at } of ends) {
      const eventId = typeof how === 'string' ? null : how.eventId;
      // Withdrawn while it was on its way: it is there, and will be taken back.
      if (eventId !== null)
        await tx
          .updateTable('outbox')
          .set({ event_id: eventId })
          .where('id', '=', id)
          .where('state', '=', 'withdrawn')
          .execute();
      // From quarantine too: an ambiguous send may turn out to have arrived when the bot's own sync brings it back.
      const row = await tx
        .updateTable('outbox')
        .set({ state: typeof how === 'string' ? how : 'done', event_id: eventId, ended_at: at, why: null })
        .where('id', '=', id)
        .where('state', 'in', eventId === null ? ['pending'] : ['pending', 'quarantined'])
        .returning(['lane', 'thread', 'root', 'coalesce', 'body'])
        .executeTakeFirst();
      if (!row) continue;
      await endWait(tx, row.lane);
      await eraseAttachment(ground, tx, id, row.body);
      if (eventId !== null) await rememberRoot(tx, row, eventId);
    }
  });
  return ends.map(() => undefined);
}

/** What a person does with lanes and with what was put aside is in lane-gate.ts and outbox-desk.ts; what is taken back, in withdrawals.ts. */
export function outboxStore(ground: Ground): Omit<OutboxStore, Elsewhere> & { idle(): Promise<void> } {
  const { db, sealer } = ground;
  const trying = batcher((tries: Try[]) => markTried(ground, tries), MARKS_PER_COMMIT);
  const ending = batcher((ends: End[]) => markDone(ground, ends), MARKS_PER_COMMIT);

  return {
    heads: (now, limit, except = new Map()) => sendable(ground, now, limit, except),

    markTried: (id, device, at) => trying.add({ id, device, at }),
    markDone: (id, how, at) => ending.add({ id, how, at }),

    async idle() {
      await Promise.all([trying.idle(), ending.idle()]);
    },

    async postpone(id, readyAt, why) {
      await ground.transaction(async (tx) => {
        const row = await tx
          .updateTable('outbox')
          .set((eb) => ({ attempts: eb('attempts', '+', 1), why: sealText(sealer, why, `outbox:${id}:why`) }))
          .where('id', '=', id)
          .where('state', '=', 'pending')
          .returning('lane')
          .executeTakeFirst();
        if (row) await tx.updateTable('lane').set({ ready_at: readyAt }).where('name', '=', row.lane).execute();
      });
    },

    quarantine: (id, why) => putAside(ground, id, why),

    superseded: (id, opens) => superseded(db, id, opens),

    async threadRoot(room, thread) {
      const query = db.selectFrom('thread').select('event_id').where('lane', '=', room).where('thread', '=', thread);
      return (await query.executeTakeFirst())?.event_id;
    },

    async byEvent(eventId) {
      const query = db.selectFrom('outbox').select(['lane', 'thread']).where('event_id', '=', eventId);
      const row = await query.executeTakeFirst();
      return row && { room: row.lane, thread: row.thread ?? undefined };
    },

    async countDone(room) {
      const query = db.selectFrom('outbox').where('lane', '=', room).where('state', 'in', SAID);
      return (await query.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n;
    },

    async pending() {
      const query = db.selectFrom('outbox').where('state', '=', 'pending');
      return (await query.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n;
    },

    async listQuarantined(limit) {
      const query = db.selectFrom('outbox').select(['id', 'lane', 'why']).where('state', '=', 'quarantined');
      const rows = await query.orderBy('n', 'desc').limit(limit).execute();
      return rows.map(({ id, lane, why }) => ({
        id,
        room: lane,
        why: openWhy(sealer, why, `outbox:${id}:why`) ?? '',
      }));
    },
  };
}
