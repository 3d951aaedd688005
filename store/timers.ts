/** Deadlines. A row is never deleted: its epoch must go on counting, or a late firing would match a newer deadline. */
import type { Selectable } from 'kysely';
import type { TimerStore } from '../care/relay/ports.ts';
import type { Timer, TimerChange } from '../care/relay/timer.ts';
import type { Db, Ground } from './ground.ts';
import type { Tables } from './tables.ts';

export async function changeTimer(tx: Db, change: TimerChange): Promise<void> {
  const { kind, ref } = change;
  if (change.do === 'set') {
    const { step, dueAt } = change;
    await tx
      .insertInto('timer')
      .values({ kind, ref, step, epoch: 1, due_at: dueAt, state: 'pending' })
      .onConflict((conflict) =>
        conflict
          .columns(['kind', 'ref', 'step'])
          .doUpdateSet((eb) => ({ epoch: eb('timer.epoch', '+', 1), due_at: dueAt, state: 'pending' as const })),
      )
      .execute();
    return;
  }
  let cancel = tx.updateTable('timer').set({ state: 'cancelled' }).where('kind', '=', kind).where('ref', '=', ref);
  if (change.do === 'cancel') cancel = cancel.where('step', '=', change.step);
  await cancel.where('state', '=', 'pending').execute();
}

/** @returns false when this deadline has been moved, cancelled or fired since it was read */
export async function fireTimer(tx: Db, { kind, ref, step, epoch }: Timer): Promise<boolean> {
  const fired = await tx
    .updateTable('timer')
    .set({ state: 'fired' })
    .where('kind', '=', kind)
    .where('ref', '=', ref)
    .where('step', '=', step)
    .where('epoch', '=', epoch)
    .where('state', '=', 'pending')
    .returning('epoch')
    .executeTakeFirst();
  return fired !== undefined;
}

export function timerStore({ db }: Ground): TimerStore {
  const pending = db.selectFrom('timer').where('state', '=', 'pending');
  const inOrder = pending.selectAll().orderBy('due_at').orderBy('kind').orderBy('ref').orderBy('step');
  const timer = ({ kind, ref, step, epoch, due_at }: Selectable<Tables['timer']>): Timer => ({
    kind,
    ref,
    step,
    epoch,
    dueAt: due_at,
  });

  return {
    async due(now, limit) {
      return (await inOrder.where('due_at', '<=', now).limit(limit).execute()).map(timer);
    },

    async next() {
      return (await inOrder.limit(1).executeTakeFirst())?.due_at;
    },

    async list(kind, ref) {
      return (await inOrder.where('kind', '=', kind).where('ref', '=', ref).execute()).map(timer);
    },
  };
}
