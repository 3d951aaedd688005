/** Rooms by their ref. The Matrix room comes when the drain makes it, and may be replaced; the ref stays. */
import type { Selectable } from 'kysely';
import type { RoomStore } from '../care/relay/ports.ts';
import type { Room, RoomWanted } from '../care/relay/room.ts';
import { openNeeded, openOr } from './damaged.ts';
import { openValue, sealValue, type Db, type Ground } from './ground.ts';
import { openLane } from './lane-gate.ts';
import type { Tables } from './tables.ts';
import { forgetRoots } from './threads.ts';

/**
 * A room that is not there is written down; one that is there keeps its Matrix room and takes the new name and members; a
 * closed one begins its next generation. Encryption can be added by this, never taken away (invariant 4).
 */
export async function wantRoom({ sealer }: Ground, tx: Db, wanted: RoomWanted): Promise<void> {
  const { ref, kind, subject, name, members } = wanted;
  const body = sealValue(sealer, { subject, name, members }, `room:${ref}`);
  const fresh = { ref, kind, matrix_id: null, generation: 1, encrypted: wanted.encrypted ? 1 : 0, body };
  const made = await tx
    .insertInto('room')
    .values({ ...fresh, state: 'wanted' })
    .onConflict((conflict) => conflict.column('ref').doNothing())
    .returning('ref')
    .executeTakeFirst();
  if (made) return;
  await tx.updateTable('room').set({ body }).where('ref', '=', ref).execute();
  if (wanted.encrypted) await tx.updateTable('room').set({ encrypted: 1 }).where('ref', '=', ref).execute();
  const reopened = await tx
    .updateTable('room')
    .set((eb) => ({ generation: eb('generation', '+', 1), matrix_id: null, state: 'wanted' as const }))
    .where('ref', '=', ref)
    .where('state', '=', 'closed')
    .returning('ref')
    .executeTakeFirst();
  if (!reopened) return;
  await forgetRoots(tx, ref);
  await openLane(tx, ref); // what closed the lane was the old Matrix room
}

export async function closeRoom(db: Db, ref: string): Promise<void> {
  await db.updateTable('room').set({ state: 'closed' }).where('ref', '=', ref).execute();
}

/** The ref goes on in another Matrix room, the next generation: what was said before is of the old one. */
export async function replaceRoom(tx: Db, ref: string, matrixId: string): Promise<void> {
  await tx
    .updateTable('room')
    .set((eb) => ({ generation: eb('generation', '+', 1), matrix_id: matrixId, state: 'open' as const }))
    .where('ref', '=', ref)
    .execute();
  await forgetRoots(tx, ref);
}

export function roomStore(ground: Ground): RoomStore {
  const { db, sealer } = ground;

  function room(row: Selectable<Tables['room']>): Room {
    const { ref, kind, generation, state } = row;
    type Body = Pick<Room, 'subject' | 'name' | 'members'>;
    const body = openValue(sealer, row.body, `room:${ref}`) as Body;
    return { ref, kind, matrixId: row.matrix_id, generation, encrypted: row.encrypted === 1, state, ...body };
  }

  const rowOf = ({ kind, n }: Selectable<Tables['room']>) => ({ what: `room:${kind}`, row: String(n) }) as const;

  async function get(ref: string): Promise<Room | undefined> {
    const row = await db.selectFrom('room').selectAll().where('ref', '=', ref).executeTakeFirst();
    return row && (await openNeeded(ground, db, rowOf(row), () => room(row)));
  }

  return {
    get,

    async byMatrixId(matrixId) {
      const row = await db.selectFrom('room').selectAll().where('matrix_id', '=', matrixId).executeTakeFirst();
      return row && (await openNeeded(ground, db, rowOf(row), () => room(row)));
    },

    async list() {
      const found: Room[] = [];
      for (const row of await db.selectFrom('room').selectAll().orderBy('n').execute()) {
        const one = await openOr(ground, db, rowOf(row), () => room(row));
        if (one) found.push(one);
      }
      return found;
    },

    async want(wanted) {
      await ground.transaction((tx) => wantRoom(ground, tx, wanted));
      const there = await get(wanted.ref);
      if (!there) throw new Error(`room ${wanted.ref} was written and is not there`);
      return there;
    },

    async opened(ref, matrixId) {
      await ground.transaction(async (tx) => {
        const row = tx.updateTable('room').where('ref', '=', ref);
        // The first write locks the row: what it gives back stays true.
        const before = await row.set({ state: 'open' }).returning('matrix_id').executeTakeFirst();
        if (!before) throw new Error(`room ${ref} is not known: want it before it is opened`);
        if (before.matrix_id === matrixId) return;
        await forgetRoots(tx, ref);
        await row.set({ matrix_id: matrixId }).execute();
      });
    },

    close: (ref) => closeRoom(db, ref),
  };
}
