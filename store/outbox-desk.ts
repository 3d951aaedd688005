/** An operator's acts on deliveries: said again, never said, put aside. Each leaves its audit row in the same commit. */
import type { AuditEntry } from '../care/relay/decision.ts';
import type { OutboxItem, OutboxStore } from '../care/relay/ports.ts';
import { writeAudit } from './audit.ts';
import { eraseAttachment } from './attachments.ts';
import { openOr } from './damaged.ts';
import { openValue, openWhy, sealText, type Db, type Ground } from './ground.ts';
import { openLane } from './lane-gate.ts';
import { nextSeq } from './lanes.ts';

type By = { actor: string; at: number };

export function outboxDesk(ground: Ground): Pick<OutboxStore, 'look' | 'replay' | 'drop' | 'skipHead'> {
  const { sealer, clocks } = ground;

  async function note(tx: Db, { actor, at }: By, act: Omit<AuditEntry, 'actor'>): Promise<void> {
    await writeAudit(ground, tx, { actor, ...act }, at);
  }

  return {
    async look(id) {
      const row = await ground.db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) return undefined;
      const { lane: room, state, attempts, tried_device: device, tried_at: at } = row;
      const opened = await openOr(
        ground,
        ground.db,
        { what: 'outbox', row: id },
        () => openValue(sealer, row.body, `outbox:${id}:body`) as Pick<OutboxItem, 'announcement'>,
      );
      const announcement = opened?.announcement;
      const tried = device === null || at === null ? undefined : { device, at };
      return { id, room, announcement, attempts, tried, state, why: openWhy(sealer, row.why, `outbox:${id}:why`) };
    },

    replay: (id, by) =>
      ground.transaction(async (tx) => {
        const query = tx.selectFrom('outbox').select('lane').where('id', '=', id).where('state', '=', 'quarantined');
        const row = await query.executeTakeFirst();
        if (!row) return false;
        const fresh = { state: 'pending' as const, seq: await nextSeq(tx, row.lane), attempts: 0, ended_at: null };
        const untried = by.forget ? { tried_device: null, tried_at: null } : {};
        const again = await tx
          .updateTable('outbox')
          .set({ ...fresh, ...untried, why: null })
          .where('id', '=', id)
          .where('state', '=', 'quarantined')
          .returning('id')
          .executeTakeFirst();
        if (!again) return false;
        await note(tx, by, { action: 'delivery:replay', subject: id, outcome: 'posted', reason: 'sent-again' });
        return true;
      }),

    drop: (id, by) =>
      ground.transaction(async (tx) => {
        const dropped = await tx
          .updateTable('outbox')
          .set({ state: 'dropped', ended_at: clocks.machine() })
          .where('id', '=', id)
          .where('state', '=', 'quarantined')
          .returning('body')
          .executeTakeFirst();
        if (!dropped) return false;
        await eraseAttachment(ground, tx, id, dropped.body);
        await note(tx, by, { action: 'delivery:drop', subject: id, outcome: 'muted', reason: 'dropped' });
        return true;
      }),

    skipHead: (room, by) =>
      ground.transaction(async (tx) => {
        const query = tx.selectFrom('outbox').select('id').where('lane', '=', room).where('state', '=', 'pending');
        const head = await query.orderBy('seq').limit(1).executeTakeFirst();
        await openLane(tx, room);
        if (!head) return undefined;
        const { id } = head;
        const why = sealText(sealer, `skipped by ${by.actor}`, `outbox:${id}:why`);
        const skipped = await tx
          .updateTable('outbox')
          .set({ state: 'quarantined', ended_at: clocks.machine(), why })
          .where('id', '=', id)
          .where('state', '=', 'pending')
          .returning('id')
          .executeTakeFirst();
        if (!skipped) return undefined; // it was said meanwhile
        await note(tx, by, { action: 'lane:skip', subject: id, outcome: 'quarantined', reason: 'skipped' });
        return id;
      }),
  };
}
