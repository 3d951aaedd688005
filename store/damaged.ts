/** Sealed rows that do not open: written down once, looked at again when they are listed, and how a person ends one. */
import { type Damaged, DamagedRow, type DamagedWhat } from '../care/relay/damaged.ts';
import type { DamagedStore } from '../care/relay/keeping-ports.ts';
import type { FileKind } from '../care/relay/decision.ts';
import { writeAudit } from './audit.ts';
import { stateContext } from './files.ts';
import { NotOpened, sealValue, type Db, type Ground } from './ground.ts';

type Row = Pick<Damaged, 'what' | 'row'>;

/**
 * Opens what is sealed in a row, or writes down that it does not open.
 * @param on the transaction that reads it, if there is one
 * @returns undefined when it does not open. @throws what is no matter of the seal
 */
export async function openOr<T>(ground: Ground, on: Db, row: Row, open: () => T): Promise<T | undefined> {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof NotOpened)) throw error;
    await note(ground, on, row);
    return undefined;
  }
}

/** The same where nothing can be done without it. @throws DamagedRow */
export async function openNeeded<T>(ground: Ground, on: Db, row: Row, open: () => T): Promise<T> {
  const opened = await openOr(ground, on, row, () => ({ it: open() }));
  if (!opened) throw new DamagedRow(row);
  return opened.it;
}

/** One row in the list and one line in the log, however often it is met, by whatever process. */
async function note({ clocks, onDamaged }: Ground, on: Db, { what, row }: Row): Promise<void> {
  const added = await on
    .insertInto('damaged')
    .values({ what, row, at: clocks.machine() })
    .onConflict((conflict) => conflict.columns(['what', 'row']).doNothing())
    .returning('row')
    .executeTakeFirst();
  if (added) onDamaged?.({ what, row });
}

export function damagedStore(ground: Ground): DamagedStore {
  const { db, sealer, transaction } = ground;

  /** Does it open by now (a row put back from a backup), or is it gone? */
  async function isDamaged({ what, row }: Row): Promise<boolean> {
    const found = await sealedOf(db, { what, row });
    try {
      for (const [sealed, context] of found) sealer.open(sealed, context);
      return false;
    } catch (error) {
      if (!(error instanceof NotOpened)) throw error;
      return true;
    }
  }

  const forget = async (on: Db, { what, row }: Row): Promise<void> => {
    await on.deleteFrom('damaged').where('what', '=', what).where('row', '=', row).execute();
  };

  return {
    async list() {
      const rows = (await db.selectFrom('damaged').selectAll().orderBy('at').execute()) as Damaged[];
      const damaged: Damaged[] = [];
      for (const row of rows)
        if (await isDamaged(row)) damaged.push(row);
        else await forget(db, row);
      return damaged;
    },

    drop: (row, by) =>
      transaction(async (tx) => {
        const known = tx.selectFrom('damaged').select('row').where('what', '=', row.what).where('row', '=', row.row);
        if (!(await known.executeTakeFirst()) || !(await isDamagedIn(tx, row)) || !(await end(ground, tx, row)))
          return false;
        await forget(tx, row);
        const subject = `${row.what}:${row.row}`;
        await writeAudit(
          ground,
          tx,
          { actor: by.actor, action: 'damaged:drop', subject, outcome: 'muted', reason: 'dropped' },
          by.at,
        );
        return true;
      }),
  };

  async function isDamagedIn(tx: Db, row: Row): Promise<boolean> {
    try {
      for (const [sealed, context] of await sealedOf(tx, row)) sealer.open(sealed, context);
      return false;
    } catch {
      return true;
    }
  }
}

/** What is sealed in that row, with its context; nothing when the row is gone. */
async function sealedOf(on: Db, { what, row }: Row): Promise<[Uint8Array, string][]> {
  if (what === 'inbox') {
    const found = await on.selectFrom('inbox').selectAll().where('id', '=', row).executeTakeFirst();
    if (!found || found.emptied === 1) return [];
    const parts = { key: found.sender_key, body: found.body, acknowledgement: found.acknowledgement };
    return Object.entries(parts).flatMap(([part, sealed]) => (sealed ? [[sealed, `inbox:${row}:${part}`]] : []));
  }
  if (what === 'outbox') {
    const found = await on.selectFrom('outbox').select('body').where('id', '=', row).executeTakeFirst();
    return found ? [[found.body, `outbox:${row}:body`]] : [];
  }
  const n = Number(row);
  if (what === 'audit') {
    const found = await on.selectFrom('audit').select(['id', 'body']).where('n', '=', n).executeTakeFirst();
    return found ? [[found.body, `audit:${found.id}`]] : [];
  }
  if (what.startsWith('room:')) {
    const found = await on.selectFrom('room').select(['ref', 'body']).where('n', '=', n).executeTakeFirst();
    return found ? [[found.body, `room:${found.ref}`]] : [];
  }
  const found = await on.selectFrom('file').selectAll().where('n', '=', n).executeTakeFirst();
  return found ? [[found.state, stateContext(found.kind, found.id, found.version)]] : [];
}

/** @returns false for what ends by other means: an envelope, a delivery, an audit row */
async function end({ sealer }: Ground, tx: Db, { what, row }: Row): Promise<boolean> {
  const n = Number(row);
  if (what.startsWith('file:')) {
    const gone = await tx.deleteFrom('file').where('n', '=', n).returning(['kind', 'id']).executeTakeFirst();
    if (gone) await eraseKeys(tx, gone);
    return gone !== undefined;
  }
  if (!what.startsWith('room:')) return false;
  const room = await tx.selectFrom('room').select('ref').where('n', '=', n).executeTakeFirst();
  if (!room) return false;
  // The Matrix room, its generation and its encryption are beside the seal. Its people are whom the next decision wants.
  const { ref } = room;
  const body = { subject: ref.slice(ref.indexOf(':') + 1), name: 'Relais', members: [] };
  await tx
    .updateTable('room')
    .set({ body: sealValue(sealer, body, `room:${ref}`) })
    .where('n', '=', n)
    .execute();
  return true;
}

async function eraseKeys(tx: Db, { kind, id }: { kind: FileKind; id: string }): Promise<void> {
  await tx.deleteFrom('file_key').where('kind', '=', kind).where('id', '=', id).execute();
}

/** @param n number of the row */
export function damagedFile(kind: FileKind, n: number): Row {
  return { what: `file:${kind}` satisfies DamagedWhat, row: String(n) };
}
