/** What a table or a calendar gives: slots, and what was left out and why, for who keeps it. */
import type { FedSlot } from '../../../care/request/slot-feed.ts';

/** What the feed says of all its slots, where a slot does not say it itself. */
export type FeedDefaults = Partial<
  Pick<FedSlot, 'offeredBy' | 'specialty' | 'place' | 'phone' | 'url' | 'person' | 'visibility' | 'territory'>
> & { /** Patients per slot. */ places: number };

/** `notes`: English, without a word of a calendar's own texts, which may name patients. */
export type FedSlots = { slots: FedSlot[]; notes: string[] };

/** Notes of the same sort are one line with a count. */
export function counted(notes: Iterable<string>): string[] {
  const counts = new Map<string, number>();
  for (const note of notes) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].map(([note, n]) => (n === 1 ? note : `${note} (${n} times)`));
}
