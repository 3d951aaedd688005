/** The audit: one row for every look and every act, refusals too, in the commit that it tells of (invariant 9). */
import type { AuditEntry } from '../care/relay/decision.ts';
import { openOr } from './damaged.ts';
import { openValue, sealValue, type Db, type Ground } from './ground.ts';

type Who = Pick<AuditEntry, 'actor' | 'action' | 'subject'>;

/** @param at civil time, epoch ms */
export async function writeAudit({ sealer, ids }: Ground, tx: Db, entry: AuditEntry, at: number): Promise<void> {
  const { actor, action, subject, outcome, reason } = entry;
  const id = ids.next();
  const who: Who = { actor, action, subject };
  const body = sealValue(sealer, who, `audit:${id}`);
  await tx.insertInto('audit').values({ id, at, outcome, reason, body }).execute();
}

/** The last `limit` rows, oldest first. */
export async function readAudit(ground: Ground, limit: number): Promise<(AuditEntry & { at: number })[]> {
  const { db, sealer } = ground;
  const rows = await db.selectFrom('audit').selectAll().orderBy('n', 'desc').limit(limit).execute();
  const read: (AuditEntry & { at: number })[] = [];
  for (const { n, id, at, outcome, reason, body } of rows.reverse()) {
    const row = { what: 'audit', row: String(n) } as const;
    const who = await openOr(ground, db, row, () => openValue(sealer, body, `audit:${id}`) as Who);
    // That there was a row is itself worth seeing.
    read.push({
      at,
      ...(who ?? { actor: '?', action: 'a row that does not open', subject: String(n) }),
      outcome,
      reason,
    });
  }
  return read;
}
