/** Which event opened a thread: its first delivery marked `root` that really arrived. */
import type { Db } from './ground.ts';

type Said = { lane: string; thread: string | null; root: number; coalesce: string | null };

/**
 * The first root wins. A card that edits a root which never arrived (superseded, quarantined) takes its place: it carries
 * the same coalescing key, and what it says is complete (DESIGN §5, "if the root failed, the edit becomes the root").
 */
export async function rememberRoot(tx: Db, said: Said, eventId: string): Promise<void> {
  const { lane, thread } = said;
  if (thread === null) return;
  if (said.root === 0 && !(await replacesRoot(tx, said))) return;
  await tx
    .insertInto('thread')
    .values({ lane, thread, event_id: eventId })
    .onConflict((conflict) => conflict.columns(['lane', 'thread']).doNothing())
    .execute();
}

async function replacesRoot(tx: Db, { lane, thread, coalesce }: Said): Promise<boolean> {
  if (coalesce === null) return false;
  const query = tx.selectFrom('outbox').select('id').where('lane', '=', lane).where('coalesce', '=', coalesce);
  return (await query.where('thread', '=', thread).where('root', '=', 1).executeTakeFirst()) !== undefined;
}

/** The room's Matrix room is another one now: an event of the old room cannot be the root of anything said here. */
export async function forgetRoots(tx: Db, room: string): Promise<void> {
  await tx.deleteFrom('thread').where('lane', '=', room).execute();
}
