/** Which deliveries may leave now: the head of each open lane. One that does not open is put aside, and its lane goes on. */
import type { Selectable } from 'kysely';
import { LONGEST_WAIT_MS, type OutboxItem } from '../care/relay/ports.ts';
import { writeAudit } from './audit.ts';
import { openOr } from './damaged.ts';
import { openValue, sealText, type Db, type Ground } from './ground.ts';
import { headIds } from './lanes.ts';
import type { Tables } from './tables.ts';

type Row = Selectable<Tables['outbox']>;

/** As `OutboxStore.heads`. */
export async function sendable(
  ground: Ground,
  now: number,
  limit: number,
  except: ReadonlyMap<string, unknown>,
): Promise<OutboxItem[]> {
  for (;;) {
    const rows = await heads(ground.db, now, limit + except.size);
    const free = rows.filter((row) => !except.has(row.lane)).slice(0, limit);
    const items: OutboxItem[] = [];
    for (const row of free) {
      const one = await openOr(ground, ground.db, { what: 'outbox', row: row.id }, () => item(ground, row));
      if (one) items.push(one);
      else await putAside(ground, row.id, 'its sealed row does not open', true);
    }
    // All of them put aside: behind them others wait.
    if (items.length > 0 || free.length === 0) return items;
  }
}

function heads(db: Db, now: number, limit: number): Promise<Row[]> {
  return db
    .selectFrom('outbox')
    .innerJoin('lane', 'lane.name', 'outbox.lane')
    .selectAll('outbox')
    .where('outbox.id', 'in', headIds('outbox', 'pending'))
    .where('lane.paused_at', 'is', null)
    .where((eb) => eb.or([eb('lane.ready_at', '<=', now), eb('lane.ready_at', '>', now + LONGEST_WAIT_MS)]))
    .orderBy('lane.ready_at')
    .orderBy('outbox.n')
    .limit(limit)
    .execute();
}

function item({ sealer }: Ground, row: Row): OutboxItem {
  const { id } = row;
  type Body = Pick<OutboxItem, 'announcement' | 'ring'>;
  const { announcement, ring } = openValue(sealer, row.body, `outbox:${id}:body`) as Body;
  const tried =
    row.tried_device === null || row.tried_at === null ? undefined : { device: row.tried_device, at: row.tried_at };
  return {
    id,
    room: row.lane,
    seq: row.seq,
    deliveryId: id,
    announcement,
    ring,
    thread: row.thread ?? undefined,
    root: row.root === 1,
    coalesce: row.coalesce ?? undefined,
    replyTo: row.reply_to ?? undefined,
    attempts: row.attempts,
    tried,
  };
}

/** @param damaged its own row is the trouble: nobody else leaves an audit row for it */
export async function putAside(ground: Ground, id: string, why: string, damaged = false): Promise<void> {
  const { sealer, clocks } = ground;
  await ground.transaction(async (tx) => {
    const row = await tx
      .updateTable('outbox')
      .set({ state: 'quarantined', ended_at: clocks.machine(), why: sealText(sealer, why, `outbox:${id}:why`) })
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .returning('lane')
      .executeTakeFirst();
    if (!row) return;
    await endWait(tx, row.lane);
    const entry = { actor: 'store', action: 'delivery:aside', subject: id } as const;
    if (damaged)
      await writeAudit(ground, tx, { ...entry, outcome: 'quarantined', reason: 'damaged' }, clocks.machine());
  });
}

/** What the lane waited for was the item that has just left; the next one is ready. */
export async function endWait(tx: Db, lane: string): Promise<void> {
  await tx.updateTable('lane').set({ ready_at: 0 }).where('name', '=', lane).execute();
}
