/** The inbox: envelopes wait here for their turn, and are found here again. */
import type { Selectable } from 'kysely';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Reason } from '../care/relay/outcome.ts';
import type { InboxStore } from '../care/relay/ports.ts';
import { acceptAll, cursorName, type AcceptCall } from './accept.ts';
import { batcher } from './batch.ts';
import { openText, openValue, type Ground } from './ground.ts';
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
      detail: openText(sealer, row.detail, `inbox:${id}:detail`),
    };
  }

  return {
    accept: (envelopes, cursor, onWritten) => accepting.add({ envelopes, cursor, onWritten }),
    idle: () => accepting.idle(),

    async heads(prefix, limit) {
      const rows = await db
        .selectFrom('inbox')
        .selectAll()
        .where('id', 'in', headIds('inbox', 'undecided'))
        .where((eb) => eb(eb.fn<string>('substr', ['lane', eb.val(1), eb.val(prefix.length)]), '=', prefix))
        .orderBy('n')
        .limit(limit)
        .execute();
      return rows.map(envelope);
    },

    async get(id) {
      const row = await db.selectFrom('inbox').selectAll().where('id', '=', id).executeTakeFirst();
      return row && envelope(row);
    },

    async list({ state, reason, limit }) {
      let query = db.selectFrom('inbox').selectAll().orderBy('n', 'desc').limit(limit);
      if (state !== undefined) query = query.where('state', '=', state);
      // Another word than ours finds nothing, which is the right answer to it.
      if (reason !== undefined) query = query.where('reason', '=', reason as Reason);
      return (await query.execute()).map(envelope);
    },

    async lane(lane, after, limit) {
      const query = db.selectFrom('inbox').selectAll().where('lane', '=', lane).where('seq', '>', after);
      return (await query.orderBy('seq').limit(limit).execute()).map(envelope);
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
