/** An envelope that does not open: a person looks at it, and its lane goes on without it. */
import type { Selectable } from 'kysely';
import { writeAudit } from './audit.ts';
import type { Ground } from './ground.ts';
import type { Tables } from './tables.ts';
import { addToTally } from './tally.ts';

/** As a decision would put it in quarantine, with its audit row; one that somebody has just decided stays as it is. */
export async function setAside(ground: Ground, row: Selectable<Tables['inbox']>): Promise<void> {
  const end = { outcome: 'quarantined', reason: 'damaged' } as const;
  await ground.transaction(async (tx) => {
    const aside = await tx
      .updateTable('inbox')
      .set({ state: 'quarantined', ...end, detail: null })
      .where('id', '=', row.id)
      .where('state', '=', row.state)
      .where('seq', '=', row.seq)
      .returning('id')
      .executeTakeFirst();
    if (!aside) return;
    const entry = { actor: `source:${row.source}`, action: 'quarantine', subject: row.id, ...end };
    await writeAudit(ground, tx, entry, ground.clocks.machine());
    if (row.outcome !== null && row.reason !== null) await addToTally(tx, row.outcome, row.reason, -1);
    await addToTally(tx, end.outcome, end.reason, 1);
  });
}
