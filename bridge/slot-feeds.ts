/**
 * Feeds of slots, read again and again: a calendar over HTTPS, or a file. What a feed says goes through the corridor; one
 * that does not answer leaves what it said before as it was.
 */
import { readFile } from 'node:fs/promises';
import { parisDate } from '../care/relay/civil-time.ts';
import { apply } from '../care/relay/apply.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Log } from '../care/relay/log.ts';
import type { Store } from '../care/relay/ports.ts';
import type { BookingPorts } from '../care/request/slot-decision.ts';
import { decideFeed, type Feed, feedHorizon, type FeedTally, wholeFeed } from '../care/request/slot-feed.ts';
import { readSlotTable } from './formats/slots/csv.ts';
import type { FedSlots, FeedDefaults } from './formats/slots/fed.ts';
import { readIcal } from './formats/slots/ical.ts';

export type SlotFeed = {
  id: string;
  from: { url: string } | { file: string };
  defaults: FeedDefaults;
  events: 'all' | 'free';
};

export type FeedPorts = BookingPorts & { store: Store };

/** A calendar that answers more slowly, or says more, is not one that somebody keeps by hand. */
const TIMEOUT_MS = 20_000;
const LARGEST_FEED = 5 * 1024 * 1024;

/** What was last read of a feed: kept among the settings, so that a calendar that has not changed is not sent again. */
type Memo = { etag?: string; day?: string; wasEmpty?: boolean; had?: number };
type Got = { text: string; etag: string | undefined } | 'unchanged';

/** Bytes of a calendar or a table as text: UTF-8, else what Excel writes in France. */
export function feedText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** @returns the slots from now to the horizon, of a calendar or of a table; or why it cannot be read (English) */
export function readFeed(
  text: string,
  { defaults, events }: Pick<SlotFeed, 'defaults' | 'events'>,
  now: number,
): FedSlots | { unreadable: string } {
  const isCalendar = /^\uFEFF?\s*BEGIN:VCALENDAR/i.test(text);
  if (isCalendar) return readIcal(text, { from: now, to: feedHorizon(now) }, { defaults, events });
  return readSlotTable(text, defaults);
}

/** The whole difference, in as many commits as it needs. @returns what has changed */
export async function importSlots(ports: FeedPorts, feed: Feed, by: string, civil: () => number): Promise<FeedTally> {
  const sum: FeedTally = { offered: 0, changed: 0, withdrawn: 0, unchanged: -1 };
  const left = { more: false };
  do {
    let tally: FeedTally | undefined;
    const now = civil();
    await apply(ports.store, now, async () => {
      const turn = await decideFeed(ports, feed, by, now);
      tally = turn.tally;
      left.more = turn.more;
      return turn.decision;
    });
    for (const what of ['offered', 'changed', 'withdrawn'] as const) sum[what] += tally?.[what] ?? 0;
    // What one commit has just written, the next one finds unchanged.
    if (sum.unchanged < 0) sum.unchanged = tally?.unchanged ?? 0;
  } while (left.more);
  return sum;
}

/**
 * One reading of each feed, one after the other; what fails is logged and tried again at the next one.
 * @param fetching `fetch`, or a stand-in
 */
export async function readFeeds(
  ports: FeedPorts,
  feeds: readonly SlotFeed[],
  given: { clocks: Pick<Clocks, 'civil'>; log: Log; fetching?: typeof fetch },
): Promise<void> {
  for (const feed of feeds) {
    try {
      await readOne(ports, feed, given);
    } catch (error) {
      // A message of fetch may hold the address, which is often a secret.
      const why = error instanceof FeedFault ? error.message : 'it does not answer';
      given.log('warn', `slots: ${why}; what it said before stands`, { feed: feed.id });
    }
  }
}

class FeedFault extends Error {}

async function readOne(
  ports: FeedPorts,
  feed: SlotFeed,
  { clocks, log, fetching = fetch }: Parameters<typeof readFeeds>[2],
): Promise<void> {
  const name = `slot-feed:${feed.id}`;
  const memo = JSON.parse((await ports.store.get(name)) ?? '{}') as Memo;
  const now = clocks.civil();
  const day = parisDate(now);
  // Once a day it is read whole: repeated events come within the horizon though the calendar has not changed.
  const known = memo.day === day ? memo.etag : undefined;
  const got = 'file' in feed.from ? await fromFile(feed.from.file) : await fromUrl(feed.from.url, known, fetching);
  if (got === 'unchanged') return;
  const read = readFeed(got.text, feed, now);
  if ('unreadable' in read) throw new FeedFault(read.unreadable);
  const next: Memo = { ...(got.etag && { etag: got.etag }), day, had: read.slots.length };
  if (read.slots.length === 0 && (memo.had ?? 0) > 0) {
    // A service that loses its data for a moment must not cancel everybody's appointments.
    await ports.store.set(name, JSON.stringify({ had: memo.had ?? 0, wasEmpty: true } satisfies Memo));
    if (memo.wasEmpty !== true) throw new FeedFault('it is suddenly empty: believed if the next reading says the same');
    next.had = 0;
  }
  const tally = await importSlots(ports, { id: feed.id, slots: read.slots, covers: wholeFeed }, `feed:${feed.id}`, () =>
    clocks.civil(),
  );
  await ports.store.set(name, JSON.stringify(next));
  for (const said of read.notes) log('warn', `slots: ${said}`, { feed: feed.id });
  if (tally.offered + tally.changed + tally.withdrawn > 0) log('info', 'slots imported', { feed: feed.id, ...tally });
}

async function fromFile(file: string): Promise<Got> {
  const bytes = await readFile(file).catch(() => {
    throw new FeedFault('its file cannot be read');
  });
  return { text: feedText(bytes), etag: undefined };
}

async function fromUrl(url: string, etag: string | undefined, fetching: typeof fetch): Promise<Got> {
  const answer = await fetching(url, {
    headers: { accept: 'text/calendar, text/csv;q=0.9', ...(etag && { 'if-none-match': etag }) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (answer.status === 304) return 'unchanged';
  if (!answer.ok) throw new FeedFault(`it answers ${answer.status}: is the address still good?`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_FEED) throw new FeedFault(`it is larger than ${LARGEST_FEED} bytes`);
    chunks.push(chunk);
  }
  return { text: feedText(Buffer.concat(chunks)), etag: answer.headers.get('etag') ?? undefined };
}
