/**
 * The corridor: load, decide, route, ONE commit. Hospital messages, typed commands and timers all pass here (DESIGN §2).
 * A stale commit means that somebody else decided in between: load again, decide once more.
 */
import type { Decision } from './decision.ts';
import { withDepartures } from './departures.ts';
import type { Store } from './ports.ts';

/** Ten racing clinicians need at most ten turns; more than that is a bug, not a race. */
const TURNS = 25;

/**
 * @param turn loads what it needs and decides; called again, from the start, after a stale commit. It must not touch the
 *   world otherwise: no message is sent and no room made before the commit.
 * @param now civil time, epoch ms UTC, written on events and audit rows
 * @returns the decision that was committed
 * @throws when the decision carries no audit entry (invariant 9), or when it is still stale after 25 turns
 */
export async function apply(
  store: Pick<Store, 'commit' | 'files' | 'rooms'>,
  now: number,
  turn: () => Promise<Decision>,
): Promise<Decision> {
  for (let n = 0; n < TURNS; n += 1) {
    const decision = await withDepartures(store, await turn());
    if (decision.audit.length === 0) throw new Error('a decision without an audit entry');
    if ((await store.commit(decision, now)) === 'committed') return decision;
  }
  throw new Error(`still stale after ${TURNS} turns`);
}
