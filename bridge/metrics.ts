/** Prometheus text: counts only. No label ever holds a person, a room, or a facility's patient (invariant 5). */
import type { Store } from '../care/relay/ports.ts';
import { retentionDone } from '../care/relay/retention.ts';

/** @param civil civil time now, epoch ms UTC: deadlines due by then are counted */
export async function metrics(store: Store, civil: number): Promise<string> {
  const due = await store.timers.due(civil, 1_000);
  const next = await store.timers.next();
  const lanes = await store.outbox.lanes();
  const retained = await retentionDone(store);
  const lines = [
    '# TYPE relais_inbox gauge',
    ...(await Promise.all(
      (['undecided', 'quarantined', 'waiting-key'] as const).map(
        async (state) => `relais_inbox{state="${state}"} ${String(await store.inbox.count(state))}`,
      ),
    )),
    '# TYPE relais_outbox_pending gauge',
    `relais_outbox_pending ${String(await store.outbox.pending())}`,
    '# TYPE relais_lanes_paused gauge',
    `relais_lanes_paused ${String(lanes.filter((lane) => lane.paused !== undefined).length)}`,
    '# TYPE relais_deadlines_due gauge',
    `relais_deadlines_due ${String(due.length)}`,
    '# TYPE relais_next_deadline_seconds gauge',
    ...(next === undefined ? [] : [`relais_next_deadline_seconds ${String(next / 1000)}`]),
    '# TYPE relais_civil_time_seconds gauge',
    `relais_civil_time_seconds ${String(civil / 1000)}`,
    '# TYPE relais_retention_last_seconds gauge',
    ...(retained === undefined ? [] : [`relais_retention_last_seconds ${String(retained.at / 1000)}`]),
    '# TYPE relais_retention_total counter',
    ...Object.entries(retained?.counts ?? {}).map(([what, n]) => `relais_retention_total{what="${what}"} ${String(n)}`),
    '# TYPE relais_messages_total counter',
    ...(await store.counts()).map(
      (c) => `relais_messages_total{outcome="${c.outcome}",reason="${c.reason}"} ${String(c.n)}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
