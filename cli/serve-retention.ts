/** The nightly job: what is over goes. A night that was missed is made up for by the next one. */
import type { Job } from '../bridge/schedule.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Log } from '../care/relay/log.ts';
import type { Store } from '../care/relay/ports.ts';
import { retain, type RetentionPeriods } from '../care/relay/retention.ts';
import { retentionRules } from './retention-rules.ts';

/** @param signal ends it between two batches */
export function retentionJob(
  store: Store,
  periods: RetentionPeriods,
  clocks: Clocks,
  log: Log,
  signal: AbortSignal,
): Job {
  const rules = retentionRules(store, periods);
  // When nobody works, and after the feeds and the directory.
  return {
    name: 'retention',
    every: '10 4 * * *',
    run: async () => {
      await retain({ store, periods, rules, clocks, log }, signal);
    },
  };
}
