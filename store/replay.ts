/** An envelope is decided again: by the operator, when its key has come, or because the desk has decided what it waited for. */
import { openOr } from './damaged.ts';
import { openValue, sealValue, type Db, type Ground } from './ground.ts';
import { nextSeq } from './lanes.ts';
import { addToTally } from './tally.ts';

/**
 * Only what waits for a human or a key: what is undecided has its place already, what is decided has been said.
 * @param note what the operator says with it, for the decision (`same-patient`)
 */
export async function replayEnvelope(ground: Ground, tx: Db, id: string, note?: string): Promise<void> {
  const { sealer } = ground;
  const row = await tx.selectFrom('inbox').selectAll().where('id', '=', id).executeTakeFirst();
  if (row?.state !== 'quarantined' && row?.state !== 'waiting-key') return;
  const seq = await nextSeq(tx, row.lane);
  const replayed = await tx
    .updateTable('inbox')
    .set({ state: 'undecided', seq, outcome: null, reason: null, detail: null })
    .where('id', '=', id)
    .where('state', '=', row.state)
    .where('seq', '=', row.seq)
    .returning('id')
    .executeTakeFirst();
  if (!replayed) return; // another process was quicker
  if (note !== undefined && row.body !== null) {
    const { body: before } = row;
    const opened = await openOr(
      ground,
      tx,
      { what: 'inbox', row: id },
      () => openValue(sealer, before, `inbox:${id}:body`) as { bytes: string },
    );
    const sealed = opened && sealValue(sealer, { ...opened, note }, `inbox:${id}:body`);
    if (sealed) await tx.updateTable('inbox').set({ body: sealed }).where('id', '=', id).execute();
  }
  if (row.outcome !== null && row.reason !== null) await addToTally(tx, row.outcome, row.reason, -1);
}
