/** Lanes: the numbers that order them, and their heads. The inbox and the outbox work alike. */
import { sql, type RawBuilder } from 'kysely';
import type { Db } from './ground.ts';

/**
 * The next number of a lane, inside the caller's transaction. The lane's row stays locked until that transaction ends, so
 * the order of the numbers is the order of the commits; an identity column does not promise that on PostgreSQL.
 */
export async function nextSeq(tx: Db, lane: string): Promise<number> {
  const row = await tx
    .insertInto('lane')
    .values({ name: lane, tail: 1, ready_at: 0, paused_at: null, paused_why: null })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ tail: sql<number>`lane.tail + 1` }))
    .returning('tail')
    .executeTakeFirstOrThrow();
  return row.tail;
}

/**
 * Locks the lanes that the caller is about to lengthen, always in the same order: two processes that lock each other out
 * cost a second on PostgreSQL before it notices.
 */
export async function lockLanes(tx: Db, names: Iterable<string>): Promise<void> {
  const sorted = [...new Set(names)].sort();
  if (sorted.length < 2) return;
  await tx
    .insertInto('lane')
    .values(sorted.map((name) => ({ name, tail: 0, ready_at: 0, paused_at: null, paused_why: null })))
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ tail: sql<number>`lane.tail + 0` }))
    .execute();
}

/**
 * A subquery: the id of the first row of every lane that has one in this state. It walks the index (state, lane, seq) from
 * lane to lane, so a lane with 100,000 messages waiting costs what a lane with one costs; `group by` reads them all.
 */
export function headIds(table: 'inbox' | 'outbox', state: string): RawBuilder<string> {
  const rows = sql.table(table);
  return sql<string>`(
    with recursive busy(lane) as (
      select min(lane) from ${rows} where state = ${state}
      union all
      select (select min(q.lane) from ${rows} q where q.state = ${state} and q.lane > busy.lane)
        from busy where busy.lane is not null)
    select (select q.id from ${rows} q where q.state = ${state} and q.lane = busy.lane order by q.seq limit 1)
      from busy where busy.lane is not null)`;
}
