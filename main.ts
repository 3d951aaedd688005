/**
 * The composition root, and nothing else: the same composition serves `relais serve`, the demo and rehearsals; only the
 * parts given differ (a file or memory, Matrix or a transcript, the wall clock or a stepped one).
 */
import type { Clocks, Ids } from './care/relay/clock.ts';
import type { Store } from './care/relay/ports.ts';
import type { Sealer } from './care/relay/seal.ts';
import type { SyncBatch, Transport } from './care/relay/transport.ts';
import { faultFields } from './care/relay/fault.ts';
import { StoreFailure } from './care/relay/store-failure.ts';
import { createWake, restUntil, type Wake, withWakes } from './care/relay/wake.ts';
import { drainInbox } from './care/relay/drain.ts';
import type { Directory } from './care/people/directory.ts';
import { withBook } from './care/people/fiche-book.ts';
import type { RepertoryEntry } from './care/people/repertory.ts';
import type { People } from './care/people/person.ts';
import type { Tariff } from './care/request/billing.ts';
import type { Offer } from './care/request/pathway.ts';
import type { Slots } from './care/request/slot.ts';
import { decideDates, requestConsequences } from './care/request/triggers.ts';
import { followTeams } from './care/stay/team-change.ts';
import type { RingTable } from './care/stay/ringing.ts';
import { GONE } from './care/stay/shadow.ts';
import type { SourcePolicy } from './care/stay/verdict.ts';
import { dispatch } from './bot/dispatching.ts';
import { cursorName, listen } from './bot/listening.ts';
import { drainOutbox } from './bot/messenger.ts';
import { createPacer } from './bot/pacing.ts';
import { type AccessRules, createRooms } from './bot/rooms.ts';
import { createTidying } from './bot/tidying.ts';
import { retryUnread } from './bot/unread.ts';
import { fireDeadlines } from './bridge/deadlines.ts';
import { drainHospital } from './bridge/hospital.ts';
import type { Log } from './care/relay/log.ts';

export type Parts = {
  store: Store;
  transport: Transport;
  clocks: Clocks;
  ids: Ids;
  sealer: Sealer;
  people: People;
  pathways: () => readonly Offer[];
  /** Of acts, by date; absent: no act is known. */
  tariffs?: readonly Tariff[];
  directory: Directory;
  slots: Slots;
  /** Lines, documents, prevention, actions of the territory. */
  repertory: readonly RepertoryEntry[];
  /** Source ids and what each may say. */
  sources: ReadonlyMap<string, SourcePolicy>;
  ringing: RingTable;
  /** The most that the homeserver wants of this account; undefined: as fast as it answers. */
  callsPerSecond?: number | undefined;
  /** How long a patient's room outlives the last stay. */
  closeAfterDays: number;
  access: AccessRules;
  log: Log;
};

export type Relais = {
  /** The store that rings its doors; every door must use this one. */
  store: Store;
  /** One /sync answer, made durable. */
  hear: (batch: SyncBatch) => Promise<void>;
  /** Decides and sends until nothing is left to do now. */
  settle(): Promise<void>;
  /** What waited for a key is tried again, in the order it came. */
  retryWaiting(): Promise<void>;
  /** What is arranged was read (again): rooms follow the équipes, and the days are armed on which pathways open by themselves. */
  arrange(): Promise<void>;
  /**
   * Serves until `signal` aborts. @throws TransportFailure when the account is refused for good; StoreFailure when a disk
   * or the base is away: everything is where it was, and a new transport goes on when they are back
   */
  run(signal: AbortSignal): Promise<void>;
};

/** How long a loop rests when nobody rings: bounds the cost of a lost ring, and the lateness of a deadline. */
const REST_MS = 500;

export function compose(parts: Parts): Relais {
  const { transport, clocks, log } = parts;
  const wakes = { inbox: createWake(), outbox: createWake(), timers: createWake() };
  const store = withWakes(parts.store, wakes);
  const civil = (): number => clocks.civil();
  const onBug = (id: string, error: unknown): void => log('error', 'bug', { id, ...faultFields(error) });
  const policyOf = (source: string): SourcePolicy => parts.sources.get(source) ?? GONE;
  const deskOf = (facility: string): string | undefined =>
    [...parts.sources.values()].find(
      ({ identityDesk, facilities }) => identityDesk !== undefined && (facilities?.includes(facility) ?? true),
    )?.identityDesk;
  const desks = [...parts.sources.values()].flatMap(({ identityDesk }) => identityDesk ?? []);
  const names = [transport.userId.slice(1).split(':')[0] ?? 'relais', 'relais'];
  const consequences = requestConsequences({ ...parts, store });
  const ports = {
    ...parts,
    directory: withBook(parts.directory, store),
    store,
    policyOf,
    deskOf,
    desks,
    civil,
    onBug,
    names,
    consequences,
  };
  const rooms = createRooms({ ...parts, store });
  const hear = listen(store, transport, clocks);

  const decideHospital = (): Promise<number> => drainHospital(ports, parts.sources.keys());
  const decideMatrix = (): Promise<number> => drainInbox(ports, 'in:!', (envelope) => dispatch(ports, envelope));
  const fire = (): Promise<number> => fireDeadlines(ports);
  const tidy = createTidying({ ...parts, store, rooms });
  const pacer = createPacer(clocks, parts.callsPerSecond);
  const send = (signal?: AbortSignal): Promise<number> =>
    drainOutbox({ store, transport, rooms, clocks, wake: wakes.outbox, pacer, log }, signal);

  async function arrange(): Promise<void> {
    await followTeams({ store, people: parts.people }, civil());
    const decision = await decideDates(ports, civil());
    // Stale: another worker armed them.
    if (decision) await store.commit(decision, civil());
  }

  async function loop(wake: Wake, work: () => Promise<number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const rung = wake.next();
      await work().catch((error: unknown) => {
        if (error instanceof StoreFailure) throw error;
        onBug('loop', error);
      });
      await restUntil(rung, REST_MS, clocks, signal);
    }
  }

  return {
    store,
    hear,
    retryWaiting: () => retryUnread({ store, transport }),
    arrange,
    async settle() {
      while ((await decideHospital()) + (await decideMatrix()) + (await fire()) + (await send()) + (await tidy()) > 0);
    },
    async run(signal) {
      const retry = (rooms?: readonly string[]): Promise<void> => retryUnread({ store, transport }, rooms);
      transport.onKeys((rooms) => void retry(rooms).catch((error: unknown) => onBug('keys', error)));
      await retry();
      await arrange();
      const since = await store.inbox.cursor(cursorName(transport));
      // One of them ends (the account is refused): the others end too, before anything is closed under them.
      const ended = new AbortController();
      const both = AbortSignal.any([signal, ended.signal]);
      const loops = [
        transport.run(since, hear, both),
        loop(wakes.inbox, decideHospital, both),
        loop(wakes.inbox, decideMatrix, both),
        loop(wakes.timers, fire, both),
        loop(wakes.outbox, () => send(both), both),
        loop(createWake(), tidy, both), // nobody rings for it
      ].map((one) => one.finally(() => ended.abort()));
      for (const end of await Promise.allSettled(loops)) if (end.status === 'rejected') throw end.reason;
    },
  };
}
