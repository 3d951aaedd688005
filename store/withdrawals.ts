/** What was said of a stay in the wrong patient's room: never said any more, found, and taken back event by event. */
import type { Announcement } from '../care/relay/announcement.ts';
import type { OutboxStore } from '../care/relay/ports.ts';
import { eraseAttachment } from './attachments.ts';
import { writeAudit } from './audit.ts';
import { openOr } from './damaged.ts';
import { openValue, sealText, type Db, type Ground } from './ground.ts';

/**
 * What waits, or was put aside, under this thread is not said any more. It may be on its way, or in the room without our
 * knowing: the row stays, and `carriers` gives it.
 */
export async function withdraw(ground: Ground, tx: Db, room: string, thread: string): Promise<void> {
  const gone = await tx
    .updateTable('outbox')
    .set({ state: 'withdrawn' })
    .where('lane', '=', room)
    .where('thread', '=', thread)
    .where('state', 'in', ['pending', 'quarantined'])
    .returning(['id', 'body'])
    .execute();
  for (const { id, body } of gone) await eraseAttachment(ground, tx, id, body);
  // What the lane waited for may have been one of them.
  if (gone.length > 0) await tx.updateTable('lane').set({ ready_at: 0 }).where('name', '=', room).execute();
}

export function withdrawals(ground: Ground): Pick<OutboxStore, 'carriers' | 'markRedacted'> {
  const { db, sealer } = ground;
  return {
    async carriers(room, thread) {
      const rows = await db
        .selectFrom('outbox')
        .selectAll()
        .where('lane', '=', room)
        .where('state', 'in', ['done', 'pending', 'quarantined', 'withdrawn'])
        .where((eb) => eb.or([eb('event_id', 'is not', null), eb('tried_at', 'is not', null)]))
        .where((eb) => eb.or([eb('thread', '=', thread), eb('thread', 'is', null)]))
        .orderBy('seq')
        .execute();
      // From the first that was ever said of it: what is taken back already counts too.
      const told = db.selectFrom('outbox').where('lane', '=', room).where('thread', '=', thread);
      const first = (await told.select((eb) => eb.fn.min('seq').as('seq')).executeTakeFirst())?.seq ?? Infinity;
      const carrying: typeof rows = [];
      for (const row of rows) {
        const { id, seq, thread: its, event_id } = row;
        // A summary tells of every stay that the patient had when it was said.
        if (its === null && (seq < first || event_id === null)) continue;
        const open = (): { announcement: Announcement } =>
          openValue(sealer, row.body, `outbox:${id}:body`) as { announcement: Announcement };
        const body = its === null ? await openOr(ground, db, { what: 'outbox', row: id }, open) : undefined;
        // What cannot be read any more may be one: it is taken back too.
        if (body === undefined || body.announcement.kind === 'patient-summary') carrying.push(row);
      }
      return carrying.map(({ id, event_id, tried_device: device, tried_at: at }) => ({
        id,
        deliveryId: id,
        eventId: event_id ?? undefined,
        tried: device === null || at === null ? undefined : { device, at },
      }));
    },

    async markRedacted(id, how, at) {
      const done = how === 'redacted';
      await ground.transaction(async (tx) => {
        const row = await tx
          .updateTable('outbox')
          .set({
            state: done ? 'redacted' : 'kept',
            why: sealText(sealer, done ? undefined : how.failed, `outbox:${id}:why`),
          })
          .where('id', '=', id)
          .returning(['event_id'])
          .executeTakeFirst();
        if (!row) return;
        // Nothing more is said under a root that is gone.
        if (row.event_id !== null) await tx.deleteFrom('thread').where('event_id', '=', row.event_id).execute();
        const end = done
          ? ({ outcome: 'posted', reason: 'retracted' } as const)
          : ({ outcome: 'quarantined', reason: 'not-redacted' } as const);
        await writeAudit(ground, tx, { actor: 'matrix', action: 'redact', subject: id, ...end }, at);
      });
    },
  };
}
