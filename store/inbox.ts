/** The inbox: envelopes wait here for their turn, and are found here again. */
import type { Selectable } from 'kysely';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Reason } from '../care/relay/outcome.ts';
import type { InboxStore } from '../care/relay/ports.ts';
import { acceptAll, cursorName, type AcceptCall } from './accept.ts';
import { batcher } from './batch.ts';
import { openOr } from './damaged.ts';
import { openValue, openWhy, type Ground } from './ground.ts';
import { setAside } from './inbox-aside.ts';
import { headIds } from './lanes.ts';
import { replayEnvelope } from './replay.ts';
import { readSetting } from './settings.ts';
import type { Tables } from './tables.ts';

const CALLS_PER_COMMIT = 200;

/** @returns the port, and `idle`: what `close` waits for, so that nothing accepted is torn */
export function inboxStore(ground: Ground): InboxStore & { idle(): Promise<void> } {
  const { db, sealer } = ground;
  const accepting = batcher((calls: AcceptCall[]) => acceptAll(ground, calls), CALLS_PER_COMMIT);

  function envelope(row: Selectable<Tables['inbox']>): Envelope {
    const { id, lane, seq, source, format, state } = row;
    const body = row.body && (openValue(sealer, row.body, `inbox:${id}:body`) as { bytes: string; note?: string });
    return {
      id,
      lane,
      seq,
      source,
      key: row.emptied === 1 ? '' : sealer.open(row.sender_key, `inbox:${id}:key`),
      format,
      body: new Uint8Array(Buffer.from(body?.bytes ?? '', 'latin1')),
      receivedAt: row.received_at,
      note: body?.note,
      state,
      outcome: row.outcome ?? undefined,
      reason: row.reason ?? undefined,
      detail: openWhy(sealer, row.detail, `inbox:${id}:detail`),
    };
  }

  /** An envelope that waits and does not open waits for a person from now on. @returns undefined for such a one */
  async function sound(row: Selectable<Tables['inbox']>): Promise<Envelope | undefined> {
    const opened = await openOr(ground, db, { what: 'inbox', row: row.id }, () => envelope(row));
    if (!opened) await setAside(ground, row);
    return opened;
  }

  /** For eyes: what does not open is there, and empty. */
  async function shown(row: Selectable<Tables['inbox']>): Promise<Envelope> {
    const opened = await openOr(ground, db, { what: 'inbox', row: row.id }, () => envelope(row));
    return opened ?? envelope({ ...row, emptied: 1, body: null });
  }

  return {
    accept: (envelopes, cursor, onWritten) => accepting.add({ envelopes, cursor, onWritten }),
    idle: () => accepting.idle(),

    async heads(prefix, limit) {
      for (;;) {
        const rows = await db
          .selectFrom('inbox')
          .selectAll()
          .where('id', 'in', headIds('inbox', 'undecided'))
          .where((eb) => eb(eb.fn<string>('substr', ['lane', eb.val(1), eb.val(prefix.length)]), '=', prefix))
          .orderBy('n')
          .limit(limit)
          .execute();
        const heads = await each(rows, sound);
        // All of them set aside: behind them others wait.
        if (heads.length > 0 || rows.length === 0) return heads;
      }
    },

    async get(id) {
      const row = await db.selectFrom('inbox').selectAll().where('id', '=', id).executeTakeFirst();
      return row && (await shown(row));
    },

    async list({ state, reason, limit }) {
      let query = db.selectFrom('inbox').selectAll().orderBy('n', 'desc').limit(limit);
      if (state !== undefined) query = query.where('state', '=', state);
      // Another word than ours finds nothing, which is the right answer to it.
      if (reason !== undefined) query = query.where('reason', '=', reason as Reason);
      const waits = state === 'undecided' || state === 'waiting-key';
      return each(await query.execute(), waits ? sound : shown);
    },

    async lane(lane, after, limit) {
      const query = db.selectFrom('inbox').selectAll().where('lane', '=', lane).where('seq', '>', after);
      return each(await query.orderBy('seq').limit(limit).execute(), shown);
    },

    async replay(id, note) {
      await ground.transaction((tx) => replayEnvelope(ground, tx, id, note));
    },

    async count(state) {
      const query = db.selectFrom('inbox').where('state', '=', state);
      return (await query.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n;
    },

    cursor: (name) => readSetting(ground, cursorName(name)),
  };
}

async function each<Row, One>(rows: readonly Row[], read: (row: Row) => Promise<One | undefined>): Promise<One[]> {
  const found: One[] = [];
  for (const row of rows) {
    const one = await read(row);
    if (one !== undefined) found.push(one);
  }
  return found;
}
