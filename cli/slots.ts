/** `relais import slots` and `relais slots report`: slots of a file, and how many there were. */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { randomIds } from '../bridge/random-ids.ts';
import { feedText, importSlots, readFeed } from '../bridge/slot-feeds.ts';
import { wallClocks } from '../bridge/wall-clock.ts';
import { peopleFrom } from '../care/people/person.ts';
import { wholeFeed } from '../care/request/slot-feed.ts';
import { countSlots, type SlotCounts } from '../care/request/slot-count.ts';
import { openSlotsFile } from '../store/slots-file.ts';
import { type Environment, withStore } from './configured.ts';
import { parisDayOf } from './paris-day.ts';

export type ImportSlotsCommand = {
  config: string;
  feed?: string;
  by?: string;
  specialty?: string;
  place?: string;
  acceptEmpty?: boolean;
};

/**
 * What the file says replaces what it said before under the same name.
 * @returns the exit code: 0 imported, 1 refused (nothing was changed), 2 broken configuration
 */
export async function importSlotFile(
  file: string,
  options: ImportSlotsCommand,
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  return withStore(options.config, env, async ({ loaded, store }) => {
    const id =
      options.feed ??
      basename(file, extname(file))
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-');
    const declared = loaded.slotFeeds.find((feed) => feed.id === id);
    const { by: offeredBy, specialty, place } = options;
    const given = { ...(offeredBy && { offeredBy }), ...(specialty && { specialty }), ...(place && { place }) };
    const defaults = { places: 1, ...declared?.defaults, ...given };
    const bytes = await readFile(file).catch(() => undefined);
    const clocks = wallClocks();
    const read = bytes
      ? readFeed(feedText(bytes), { defaults, events: declared?.events ?? 'all' }, clocks.civil())
      : { unreadable: 'it is not there, or may not be read' };
    if ('unreadable' in read) {
      console.error(`${file}: ${read.unreadable}`);
      return 1;
    }
    for (const note of read.notes) print(`  ${note}`);
    const nameless = read.slots.some((slot) => slot.offeredBy === '' || slot.specialty === '');
    if (nameless) {
      console.error(
        `A calendar does not say who receives for what: add --by and --specialty, or declare ${id} in slot_feeds.`,
      );
      return 1;
    }
    if (read.slots.length === 0 && options.acceptEmpty !== true) {
      console.error('No slot in it. If everything is to be withdrawn: --accept-empty');
      return 1;
    }
    const people = peopleFrom(loaded.people, loaded.teams, loaded.duty);
    const feed = { id, slots: read.slots, covers: wholeFeed };
    const tally = await importSlots({ store, people, ids: randomIds }, feed, 'operator', () => clocks.civil());
    print(
      `${id}: ${tally.offered} new, ${tally.changed} changed, ${tally.withdrawn} withdrawn, ${tally.unchanged} as they were.`,
    );
    return 0;
  });
}

/** @returns the exit code: 1 for a day that cannot be one */
export async function reportSlots(
  options: { config: string; from: string; to: string; json?: boolean },
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  const [from, last] = [parisDayOf(options.from), parisDayOf(options.to)];
  if (from === undefined || last === undefined || last < from) {
    console.error('Write two days, the first one first: --from 2026-11-01 --to 2026-11-30');
    return 1;
  }
  return withStore(options.config, env, async ({ loaded, store }) => {
    const counts = await countSlots({ store, slots: openSlotsFile(loaded.config.slots) }, from, last);
    if (options.json === true)
      print(
        JSON.stringify({
          from: options.from,
          to: options.to,
          ...counts,
          bySpecialty: Object.fromEntries(counts.bySpecialty),
        }),
      );
    else for (const line of table(counts)) print(line);
    return 0;
  });
}

function table({ total, bySpecialty }: SlotCounts): string[] {
  const columns = ['offered', 'booked', 'released', 'expired', 'withdrawn', 'noPlace'] as const;
  const row = (name: string, cells: readonly (string | number)[]): string =>
    `${name.padEnd(28)}${cells.map((cell) => String(cell).padStart(10)).join('')}`;
  return [
    row('places', ['offered', 'booked', 'released', 'expired', 'withdrawn', 'no place']),
    ...[...bySpecialty].map(([name, counts]) =>
      row(
        name,
        columns.map((c) => counts[c]),
      ),
    ),
    row(
      'all',
      columns.map((c) => total[c]),
    ),
  ];
}
