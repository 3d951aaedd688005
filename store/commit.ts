/** The second commit in a message's life: a decision, written whole or not at all. */
import type { Decision } from '../care/relay/decision.ts';
import type { Outcome, Reason } from '../care/relay/outcome.ts';
import { writeAudit } from './audit.ts';
import { eraseFile, touchFile, writeEvent, writeFile } from './files.ts';
import { sealText, type Db, type Ground } from './ground.ts';
import { lockLanes } from './lanes.ts';
import { addDelivery } from './outbox.ts';
import { replayEnvelope } from './replay.ts';
import { closeRoom, replaceRoom, wantRoom } from './rooms.ts';
import { addToTally } from './tally.ts';
import { changeTimer, fireTimer } from './timers.ts';
import { withdraw } from './withdrawals.ts';

/** Thrown inside the transaction so that it is rolled back; never seen outside this file. */
class Stale extends Error {}

/**
 * @param at civil time, epoch ms: the instant of the facts, the audit rows and the deliveries
 * @returns `stale` when something that the decision was built on has moved; then nothing was written
 */
export async function commitDecision(ground: Ground, decision: Decision, at: number): Promise<'committed' | 'stale'> {
  try {
    // Rooms are made, filled and left as soon as that is seen here; a delivery is gated by `markTried`.
    const acts = decision.rooms.length + (decision.closes?.length ?? 0) > 0;
    const commit = acts ? ground.transaction : ground.soon;
    await commit((tx) => write(ground, tx, decision, at));
    return 'committed';
  } catch (error) {
    if (error instanceof Stale) return 'stale';
    throw error;
  }
}

async function write(ground: Ground, tx: Db, decision: Decision, at: number): Promise<void> {
  const { settle, fired } = decision;
  const before = settle && (await settleEnvelope(ground, tx, settle));
  if (settle && !before) throw new Stale();
  // Before the changes: what fires may arm the same deadline again, with the next epoch.
  if (fired && !(await fireTimer(tx, fired))) throw new Stale();
  for (const file of decision.files) if (!(await writeFile(ground, tx, file, at))) throw new Stale();
  for (const file of decision.erases ?? []) if (!(await eraseFile(tx, file))) throw new Stale();
  for (const file of decision.touches ?? []) await touchFile(tx, file, at);
  for (const key of new Set(decision.facts)) if (!(await writeFact(tx, key, at))) throw new Stale();
  for (const event of decision.events) await writeEvent(ground, tx, event);
  for (const change of decision.timers) await changeTimer(tx, change);
  for (const room of decision.rooms) await wantRoom(ground, tx, room);
  await lockLanes(
    tx,
    [...decision.deliveries, ...(decision.withdraws ?? [])].map(({ room }) => room),
  );
  for (const ref of decision.closes ?? []) await closeRoom(tx, ref);
  for (const { ref, matrixId } of decision.replaces ?? []) await replaceRoom(tx, ref, matrixId);
  for (const { room, thread } of decision.withdraws ?? []) await withdraw(ground, tx, room, thread);
  for (const delivery of decision.deliveries) await addDelivery(ground, tx, delivery, at);
  for (const entry of decision.audit) await writeAudit(ground, tx, entry, at);
  for (const id of decision.replays ?? []) await replayEnvelope(ground, tx, id);
  // Last: these few rows are everybody's, and stay locked until the commit.
  if (before?.outcome && before.reason) await addToTally(tx, before.outcome, before.reason, -1);
  if (settle) await addToTally(tx, settle.outcome, settle.reason, 1);
}

/** @returns false when the fact has been decided already */
async function writeFact(tx: Db, key: string, at: number): Promise<boolean> {
  const written = await tx
    .insertInto('fact')
    .values({ key, at })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key')
    .executeTakeFirst();
  return written !== undefined;
}

type Settled = { outcome: Outcome | null; reason: Reason | null };

/** @returns what it counted as before; undefined when somebody has decided it meanwhile, or when it is not known */
async function settleEnvelope(
  ground: Ground,
  tx: Db,
  settle: NonNullable<Decision['settle']>,
): Promise<Settled | undefined> {
  const { envelope: id, state, outcome, reason } = settle;
  const before = await tx
    .selectFrom('inbox')
    .select(['state', 'seq', 'outcome', 'reason'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!before || before.state === 'decided') return undefined;
  const settled = await tx
    .updateTable('inbox')
    .set({ state, outcome, reason, detail: sealText(ground.sealer, settle.detail, `inbox:${id}:detail`) })
    .where('id', '=', id)
    .where('state', '=', before.state)
    .where('seq', '=', before.seq)
    .returning('id')
    .executeTakeFirst();
  if (!settled) return undefined;
  if (settle.emptied) await tx.updateTable('inbox').set({ body: null }).where('id', '=', id).execute();
  return before;
}
