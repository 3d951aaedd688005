/** Retention: bodies of what is over are emptied in small batches, found by their age (contract: RetentionStore). */
import { DAY } from '../care/relay/civil-time.ts';
import type { IdleFile, RetentionStore } from '../care/relay/keeping-ports.ts';
import { damagedFile, openOr } from './damaged.ts';
import { stateContext } from './files.ts';
import { openValue, sealValue, type Db, type Ground } from './ground.ts';

/** What will never be said (again), and was taken back or need not be read to be. */
const OVER = ['done', 'superseded', 'dropped', 'withdrawn', 'redacted', 'kept', 'performed'] as const;

export function retentionStore(ground: Ground): RetentionStore {
  const { db, sealer, transaction } = ground;

  const messages = (on: Db, before: number) =>
    on.selectFrom('inbox').where('emptied', '=', 0).where('received_at', '<', before).where('state', '=', 'decided');

  const announcements = (on: Db, before: number) =>
    on
      .selectFrom('outbox')
      .where('emptied', '=', 0)
      .where('decided_at', '<', before)
      .where('state', 'in', OVER)
      .where((eb) => eb.or([eb('ended_at', 'is', null), eb('ended_at', '<', before)]));

  async function emptyMessages(tx: Db, before: number, limit: number): Promise<number> {
    const rows = await messages(tx, before).select('id').orderBy('received_at').limit(limit).execute();
    if (rows.length === 0) return 0;
    const ids = rows.map(({ id }) => id);
    const emptied = { emptied: 1, body: null, detail: null, sender_key: new Uint8Array(0) };
    // By id alone: what is decided stays so, and with the state beside it SQLite walks all that is decided.
    await tx.updateTable('inbox').set(emptied).where('id', 'in', ids).execute();
    return rows.length;
  }

  async function emptyAnnouncements(tx: Db, before: number, limit: number): Promise<number> {
    const rows = await announcements(tx, before).select(['id', 'body']).orderBy('decided_at').limit(limit).execute();
    for (const { id, body } of rows) {
      // The kind stays: what tells of a stay is found by it, if the stay is to be taken back after all.
      const kind = await openOr(ground, tx, { what: 'outbox', row: id }, () => kindOf(id, body));
      // What does not open stays as it is: nobody can read it, and taking back treats it with care.
      const sealed =
        kind === undefined ? body : sealValue(sealer, { announcement: { kind }, ring: [] }, `outbox:${id}:body`);
      await tx.updateTable('outbox').set({ emptied: 1, body: sealed, why: null }).where('id', '=', id).execute();
    }
    return rows.length;
  }

  async function rest({ kind, id, since }: Parameters<RetentionStore['rest']>[0]): Promise<void> {
    await db.updateTable('file').set({ idle_since: since }).where('kind', '=', kind).where('id', '=', id).execute();
  }

  function kindOf(id: string, body: Uint8Array): string {
    return (openValue(sealer, body, `outbox:${id}:body`) as { announcement: { kind: string } }).announcement.kind;
  }

  /** In the order of writing, which is that of time: no index is needed, and none slows each decision. */
  async function eraseAudit(tx: Db, before: number, limit: number): Promise<number> {
    const rows = await tx.selectFrom('audit').select(['n', 'at']).orderBy('n').limit(limit).execute();
    const old = rows.filter(({ at }) => at < before).map(({ n }) => n);
    if (old.length > 0) await tx.deleteFrom('audit').where('n', 'in', old).execute();
    return old.length;
  }

  return {
    empty: (what, before, limit) =>
      transaction((tx) => {
        switch (what) {
          case 'messages':
            return emptyMessages(tx, before, limit);
          case 'announcements':
            return emptyAnnouncements(tx, before, limit);
          case 'audit':
            return eraseAudit(tx, before, limit);
          default:
            return what satisfies never;
        }
      }),

    async count(what, before) {
      const all = Number.MAX_SAFE_INTEGER;
      if (what === 'audit') {
        const query = db.selectFrom('audit').select((eb) => [eb.fn.countAll<number>().as('n')]);
        const { n } = await query.where('at', '<', before).executeTakeFirstOrThrow();
        const later = db.selectFrom('audit').select((eb) => eb.fn.min('at').as('at'));
        return { due: n, oldest: (await later.where('at', '>=', before).executeTakeFirst())?.at ?? undefined };
      }
      if (what === 'messages') {
        const { n } = await messages(db, before)
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow();
        const later = messages(db, all).where('received_at', '>=', before);
        const row = await later.select((eb) => eb.fn.min('received_at').as('at')).executeTakeFirst();
        return { due: n, oldest: row?.at ?? undefined };
      }
      const { n } = await announcements(db, before)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      const later = announcements(db, all).where((eb) =>
        eb.or([eb('decided_at', '>=', before), eb('ended_at', '>=', before)]),
      );
      const row = await later
        .select((eb) => eb.fn.min(eb.fn.coalesce('ended_at', 'decided_at')).as('at'))
        .executeTakeFirst();
      return { due: n, oldest: row?.at ?? undefined };
    },

    async idle(kind, before, limit, after) {
      let query = db
        .selectFrom('file')
        .selectAll()
        .where('kind', '=', kind)
        .where('idle_since', '<', before)
        .orderBy('idle_since')
        .orderBy('id')
        .limit(limit);
      if (after) {
        const { idleSince, id } = after;
        query = query.where((eb) =>
          eb.or([eb('idle_since', '>', idleSince), eb.and([eb('idle_since', '=', idleSince), eb('id', '>', id)])]),
        );
      }
      const found: IdleFile[] = [];
      for (const { n, id, version, state, idle_since: idleSince } of await query.execute()) {
        const open = (): unknown => openValue(sealer, state, stateContext(kind, id, version));
        const opened = await openOr(ground, db, damagedFile(kind, n), () => ({ state: open() }));
        if (opened) found.push({ kind, id, version, state: opened.state, idleSince });
        else await rest({ kind, id, since: before + DAY }); // for a person; the others are not kept behind it
      }
      return found;
    },

    rest,

    async owes(room) {
      const query = db.selectFrom('outbox').select('id').where('lane', '=', room);
      return (await query.where('state', 'in', ['pending', 'quarantined']).executeTakeFirst()) !== undefined;
    },
  };
}
