/**
 * Slots that come from elsewhere: somebody's calendar, a table, a scheduling service. What a feed says replaces what it said
 * before: a slot that it no longer holds is withdrawn and those who had it are told; one that has moved is withdrawn and new.
 */
import { DAY } from '../relay/civil-time.ts';
import { type Decision, emptyDecision } from '../relay/decision.ts';
import type { StoredFile } from '../relay/ports.ts';
import { freshSlot, isTaken, type Slot, type SlotFile } from './slot.ts';
import { type BookingPorts, fileOf, withdrawInto, write } from './slot-decision.ts';

/** A slot as its feed has it; `uid` is the feed's own name for it. */
export type FedSlot = Omit<Slot, 'id' | 'feed'> & { uid: string };

export type Feed = {
  /** Stable: what it said before is found by it. */
  id: string;
  slots: readonly FedSlot[];
  /** What the feed speaks for: a slot of this feed that it covers and does not hold is withdrawn. */
  covers: (slot: Slot) => boolean;
};

export type FeedTally = { offered: number; changed: number; withdrawn: number; unchanged: number };

/** Further ahead nobody books, and calendars repeat for ever. */
const HORIZON_MS = 60 * DAY;
/** One commit stays short: bookings go on between two of them. */
const MOST = 200;

/** Of a feed that is the whole of its calendar: all that is to come. */
export const wholeFeed = (): boolean => true;

export function feedHorizon(now: number): number {
  return now + HORIZON_MS;
}

/**
 * Stable over imports, and another one when the slot moves in time or place: who had booked it had booked something else.
 * Hashed, because a calendar's own uid may be anything.
 */
function feedSlotId(feed: string, { uid, start, end, place }: FedSlot): string {
  return `F-${feed}-${hash([uid, start, end, place].join('\n'))}`;
}

/**
 * The difference between what a feed says and what it said before, within 60 days. Doing it twice changes nothing.
 * @param by who imports: `operator`, or `source:<id>`
 * @returns at most 200 changes at once; `more`: there are others, for the next call
 */
export async function decideFeed(
  ports: BookingPorts,
  feed: Feed,
  by: string,
  now: number,
): Promise<{ decision: Decision; tally: FeedTally; more: boolean }> {
  const decision = emptyDecision();
  const tally: FeedTally = { offered: 0, changed: 0, withdrawn: 0, unchanged: 0 };
  const known = new Map<string, StoredFile<SlotFile>>();
  for (const file of await ports.store.files.find<SlotFile>('slot', `feed:${feed.id}`)) known.set(file.id, file);
  const held = new Set<string>();
  let left = MOST;
  for (const values of feed.slots) {
    if (values.end <= now || values.start > feedHorizon(now)) continue;
    const slot: Slot = { ...values, id: feedSlotId(feed.id, values), feed: feed.id };
    if (held.has(slot.id)) continue;
    held.add(slot.id);
    const before = known.get(slot.id);
    if (before && !before.state.withdrawn && isSame(before.state.slot, slot)) {
      tally.unchanged += 1;
      continue;
    }
    if ((left -= 1) < 0) continue;
    if (before && !before.state.withdrawn) {
      tally.changed += 1;
      decision.files.push(fileOf(before, { ...before.state, slot }));
      continue;
    }
    tally.offered += 1;
    write(
      decision,
      before,
      before ? offeredAgain(before.state, slot, now) : freshSlot(slot),
      undefined,
      'offered',
      now,
    );
  }
  for (const stored of known.values()) {
    const { slot, withdrawn } = stored.state;
    // What has begun is over for a feed too: calendars forget the past.
    if (withdrawn || held.has(slot.id) || slot.start <= now || !feed.covers(slot)) continue;
    if ((left -= 1) < 0) continue;
    tally.withdrawn += 1;
    withdrawInto(ports, decision, stored, now);
  }
  const subject = `feed:${feed.id}`;
  decision.audit.push({ actor: by, action: 'slots:import', subject, outcome: 'muted', reason: 'recorded' });
  return { decision, tally, more: left < 0 };
}

/** Those who had it were told that it was gone. */
function offeredAgain(file: SlotFile, slot: Slot, now: number): SlotFile {
  const bookings = file.bookings.map((b) => (isTaken(b, now) ? { ...b, status: 'released' as const } : b));
  return { slot, bookings, withdrawn: false };
}

function isSame(a: Slot, b: Slot): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)] as (keyof Slot)[]);
  return [...keys].every((key) => a[key] === b[key]);
}

/** FNV-1a, 64 bits, base 36: a name, not a secret. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text))
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value.toString(36);
}
