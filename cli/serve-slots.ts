/** The periodic jobs of slots: feeds are read every quarter of an hour, and what is long over is erased at night. */
import { randomIds } from '../bridge/random-ids.ts';
import type { Job } from '../bridge/schedule.ts';
import { readFeeds } from '../bridge/slot-feeds.ts';
import type { People } from '../care/people/person.ts';
import { apply } from '../care/relay/apply.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Log } from '../care/relay/log.ts';
import type { Store } from '../care/relay/ports.ts';
import { decideTidy } from '../care/request/slot-tidy.ts';
import type { LoadedConfig } from '../config/load.ts';

/** @param store the one that rings its doors, so that who loses a place is told at once */
export function slotJobs(loaded: LoadedConfig, people: People, store: Store, clocks: Clocks, log: Log): Job[] {
  const ports = { store, people, ids: randomIds };
  const tidy = { name: 'slots-tidy', every: '40 3 * * *', run: () => tidySlots(store, () => clocks.civil()) };
  if (loaded.slotFeeds.length === 0) return [tidy];
  const run = (): Promise<void> => readFeeds(ports, loaded.slotFeeds, { clocks, log });
  void run(); // at the start too; it never rejects
  return [{ name: 'slot-feeds', every: '*/15 * * * *', run }, tidy];
}

/** Erases what ended more than 90 days ago, in short commits. */
export async function tidySlots(store: Store, civil: () => number): Promise<void> {
  for (const left = { more: true }; left.more;) {
    const now = civil();
    await apply(store, now, async () => {
      const turn = await decideTidy(store, now);
      left.more = turn.more;
      return turn.decision;
    });
  }
}
