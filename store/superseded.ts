/** Which delivery need not be said, because a later one of the same coalescing key says it (contract: OutboxStore.superseded). */
import type { Db } from './ground.ts';

export async function superseded(db: Db, id: string, opens: boolean): Promise<boolean> {
  let query = db
    .selectFrom('outbox as mine')
    .innerJoin('outbox as later', (join) =>
      join
        .onRef('later.lane', '=', 'mine.lane')
        .onRef('later.coalesce', '=', 'mine.coalesce')
        .onRef('later.seq', '>', 'mine.seq'),
    )
    .select('later.id')
    .where('mine.id', '=', id)
    .where('later.state', '=', 'pending');
  if (opens)
    query = query.where((later) =>
      later.not(
        later.exists(
          later
            .selectFrom('outbox as between')
            .select('between.id')
            .whereRef('between.lane', '=', 'mine.lane')
            .whereRef('between.thread', '=', 'mine.thread')
            .whereRef('between.seq', '>', 'mine.seq')
            .whereRef('between.seq', '<', 'later.seq')
            .where('between.state', '=', 'pending')
            .where((eb) =>
              eb.or([eb('between.coalesce', 'is', null), eb('between.coalesce', '!=', eb.ref('mine.coalesce'))]),
            ),
        ),
      ),
    );
  return (await query.executeTakeFirst()) !== undefined;
}
