/** A room that cannot be written to closes its lane; the lane stays closed, visibly, until somebody opens it. */
import type { OutboxStore } from '../care/relay/ports.ts';
import { openWhy, sealText, type Db, type Ground } from './ground.ts';

/** Lets a lane run again, at once. */
export async function openLane(db: Db, room: string): Promise<void> {
  const open = { paused_at: null, paused_why: null, ready_at: 0 };
  await db.updateTable('lane').set(open).where('name', '=', room).execute();
}

export function laneGate(ground: Ground): Pick<OutboxStore, 'pauseLane' | 'resumeLane' | 'lanes'> {
  const { db, sealer, clocks } = ground;
  return {
    async pauseLane(room, why) {
      const paused = { paused_at: clocks.machine(), paused_why: sealText(sealer, why, `lane:${room}`) };
      await db
        .insertInto('lane')
        .values({ name: room, tail: 0, ready_at: 0, ...paused })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(paused))
        .execute();
    },

    resumeLane: (room) => openLane(db, room),

    /** Only those with something to say, and those that are closed. */
    async lanes() {
      const rows = await db
        .selectFrom('lane')
        .leftJoin('outbox', (join) => join.onRef('outbox.lane', '=', 'lane.name').on('outbox.state', '=', 'pending'))
        .select((eb) => ['lane.name', 'lane.paused_why', eb.fn.count<number>('outbox.id').as('pending')])
        .groupBy(['lane.name', 'lane.paused_why'])
        .having((eb) => eb.or([eb(eb.fn.count('outbox.id'), '>', 0), eb('lane.paused_why', 'is not', null)]))
        .orderBy('lane.name')
        .execute();
      return rows.map(({ name, pending, paused_why }) => ({
        room: name,
        pending,
        paused: openWhy(sealer, paused_why, `lane:${name}`),
      }));
    },
  };
}
