/** How many envelopes had which outcome, and why. Kept as they are settled: old envelopes may be erased, counts stay. */
import { sql } from 'kysely';
import type { Outcome, Reason } from '../care/relay/outcome.ts';
import type { Db } from './ground.ts';

/** @param by 1 when an envelope is settled, -1 when it is taken back (replayed, or settled again) */
export async function addToTally(tx: Db, outcome: Outcome, reason: Reason, by: 1 | -1): Promise<void> {
  await tx
    .insertInto('tally')
    .values({ outcome, reason, n: by })
    .onConflict((conflict) => conflict.columns(['outcome', 'reason']).doUpdateSet({ n: sql<number>`tally.n + ${by}` }))
    .execute();
}

/** Settled envelopes by outcome and reason, none that is zero. */
export async function readTally(db: Db): Promise<{ outcome: Outcome; reason: Reason; n: number }[]> {
  return await db.selectFrom('tally').selectAll().where('n', '>', 0).orderBy('outcome').orderBy('reason').execute();
}
