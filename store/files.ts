/** Files: the state of a stay, a patient, a request, and the history beside it (never replayed, DESIGN §2). */
import type { EventWrite, FileKind, FileWrite } from '../care/relay/decision.ts';
import type { FileStore, StoredFile } from '../care/relay/ports.ts';
import { damagedFile, openNeeded, openOr } from './damaged.ts';
import { openValue, sealValue, type Db, type Ground } from './ground.ts';

/** The version is in the context: an older state of the same file does not open in the place of the newer one. */
export const stateContext = (kind: FileKind, id: string, version: number) => `file:${kind}:${id}:${version}`;

/**
 * @param at civil time, from which the file rests
 * @returns false when the file is no longer at the version that was read
 */
export async function writeFile({ sealer }: Ground, tx: Db, write: FileWrite, at: number): Promise<boolean> {
  const { kind, id, version: read, keys } = write;
  const version = read + 1;
  const state = sealValue(sealer, write.state, stateContext(kind, id, version));
  const file = { kind, id, version, state, idle_since: at };
  const written =
    read === 0
      ? await tx
          .insertInto('file')
          .values(file)
          .onConflict((conflict) => conflict.columns(['kind', 'id']).doNothing())
          .returning('id')
          .executeTakeFirst()
      : await tx
          .updateTable('file')
          .set({ version, state, idle_since: at })
          .where('kind', '=', kind)
          .where('id', '=', id)
          .where('version', '=', read)
          .returning('id')
          .executeTakeFirst();
  if (!written) return false;
  if (keys) {
    await tx.deleteFrom('file_key').where('kind', '=', kind).where('id', '=', id).execute();
    for (const key of new Set(keys)) await tx.insertInto('file_key').values({ kind, key, id }).execute();
  }
  return true;
}

/** After the files of the same decision, so that an event carries the version that came with it. */
export async function writeEvent({ sealer, ids }: Ground, tx: Db, event: EventWrite): Promise<void> {
  const { kind, id: file, type, at } = event;
  const query = tx.selectFrom('file').select('version').where('kind', '=', kind).where('id', '=', file);
  const version = (await query.executeTakeFirst())?.version ?? 0;
  const id = ids.next();
  const body = sealValue(sealer, event.body, `event:${id}`);
  await tx.insertInto('event').values({ id, kind, file, version, type, at, body }).execute();
}

/** Of these a missing one lets something be said that waits for a person: never passed over. */
const NEEDED: ReadonlySet<FileKind> = new Set(['proposal']);

export function fileStore(ground: Ground): FileStore {
  const { db, sealer } = ground;
  type Row = { n: number; kind: FileKind; id: string; version: number; state: Uint8Array };
  function stored<S>({ kind, id, version, state }: Row): StoredFile<S> {
    return { kind, id, version, state: openValue(sealer, state, stateContext(kind, id, version)) as S };
  }
  const needed = <S>(row: Row): Promise<StoredFile<S>> =>
    openNeeded(ground, db, damagedFile(row.kind, row.n), () => stored<S>(row));

  return {
    async load<S>(kind: FileKind, id: string) {
      const query = db.selectFrom('file').selectAll().where('kind', '=', kind).where('id', '=', id);
      const row = await query.executeTakeFirst();
      return row && (await needed<S>(row));
    },

    async find<S>(kind: FileKind, key: string) {
      const rows = await db
        .selectFrom('file_key')
        .innerJoin('file', (join) => join.onRef('file.kind', '=', 'file_key.kind').onRef('file.id', '=', 'file_key.id'))
        .selectAll('file')
        .where('file_key.kind', '=', kind)
        .where('file_key.key', '=', key)
        .orderBy('file.n')
        .execute();
      const found: StoredFile<S>[] = [];
      for (const row of rows) {
        const file = NEEDED.has(kind)
          ? await needed<S>(row)
          : await openOr(ground, db, damagedFile(kind, row.n), () => stored<S>(row));
        if (file) found.push(file);
      }
      return found;
    },

    async knowsFact(key) {
      return (await db.selectFrom('fact').select('key').where('key', '=', key).executeTakeFirst()) !== undefined;
    },

    async history(kind, id) {
      const query = db.selectFrom('event').selectAll().where('kind', '=', kind).where('file', '=', id);
      const rows = await query.orderBy('n').execute();
      return rows.map(({ id: event, version, type, at, body }) => ({
        version,
        type,
        at,
        body: openValue(sealer, body, `event:${event}`),
      }));
    },

    async happened(kind, from, to) {
      const query = db.selectFrom('event').selectAll().where('kind', '=', kind);
      const rows = await query.where('at', '>=', from).where('at', '<', to).orderBy('n').execute();
      return rows.map(({ id, file, type, at, body }) => ({
        id: file,
        type,
        at,
        body: openValue(sealer, body, `event:${id}`),
      }));
    },
  };
}

/** @returns false when the file is no longer at the version that was read */
export async function eraseFile(
  tx: Db,
  { kind, id, version, events }: Pick<FileWrite, 'kind' | 'id' | 'version'> & { events?: boolean },
): Promise<boolean> {
  const gone = await tx
    .deleteFrom('file')
    .where('kind', '=', kind)
    .where('id', '=', id)
    .where('version', '=', version)
    .returning('id')
    .executeTakeFirst();
  await tx.deleteFrom('file_key').where('kind', '=', kind).where('id', '=', id).execute();
  if (events) await tx.deleteFrom('event').where('kind', '=', kind).where('file', '=', id).execute();
  return gone !== undefined;
}

/** Still of use: it rests from `at`, unless it has been used later. */
export async function touchFile(tx: Db, { kind, id }: Pick<FileWrite, 'kind' | 'id'>, at: number): Promise<void> {
  const file = tx.updateTable('file').set({ idle_since: at }).where('kind', '=', kind).where('id', '=', id);
  await file.where('idle_since', '<', at).execute();
}
