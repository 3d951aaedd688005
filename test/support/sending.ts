/** A bench for what leaves: the real outbox in memory, a transcript whose sending can be made to fail, a clock by hand. */
import { peopleFrom } from '../../care/people/person.ts';
import { drainOutbox } from '../../bot/messenger.ts';
import { createPacer } from '../../bot/pacing.ts';
import { createRooms } from '../../bot/rooms.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import { openTranscript, type TranscriptTransport } from '../../bot/transcript.ts';
import type { Clocks } from '../../care/relay/clock.ts';
import { emptyDecision, type NewDelivery } from '../../care/relay/decision.ts';
import type { Store } from '../../care/relay/ports.ts';
import { createWake } from '../../care/relay/wake.ts';
import { openStore } from '../../store/open.ts';
import { countingIds, delivery, NOON, sealer, wanted } from '../store/fixtures.ts';

/** One PUT that the bot made. */
type Put = { at: number; roomId: string; txnId: string; body: string };

/** Before (`undefined`: nothing special) or instead of the send: throws, waits, or sends itself first. */
export type Fault = (put: Put, really: () => Promise<string>) => Promise<string>;

export type HandClocks = Clocks & {
  /** Lets time pass: what waited for it goes on. */
  advance(ms: number): void;
};

export function handClocks(): HandClocks {
  let now = NOON;
  let waiting: { at: number; go: () => void }[] = [];
  return {
    civil: () => now,
    machine: () => now,
    pause: (ms, signal) =>
      new Promise((go) => {
        waiting.push({ at: now + ms, go });
        signal?.addEventListener('abort', () => go());
      }),
    advance(ms) {
      now += ms;
      const due = waiting.filter(({ at }) => at <= now);
      waiting = waiting.filter(({ at }) => at > now);
      for (const { go } of due) go();
    },
  };
}

export type SendingBench = {
  store: Store;
  transport: TranscriptTransport;
  clocks: HandClocks;
  puts: Put[];
  logged: string[];
  /** What the homeserver does to each PUT; undefined: nothing. */
  fault: Fault | undefined;
  /** Wants these rooms, and queues `welcome` messages named by the texts. */
  say(room: string, ...texts: (string | (Partial<NewDelivery> & { text: string }))[]): Promise<void>;
  /** One look at the outbox, as `settle` does it. */
  drain(): Promise<number>;
  /** As another process or device would: what the process remembers is gone. */
  restart(deviceId?: string): void;
  /** Bodies in a room as a person reads them, oldest first; edits and names aside. */
  read(room: string): Promise<string[]>;
  wake(): void;
};

export async function openSendingBench(options: { callsPerSecond?: number } = {}): Promise<SendingBench> {
  const clocks = handClocks();
  const store = await openStore({ path: ':memory:', sealer, clocks, ids: countingIds() });
  const transcript = openTranscript('@relais:test', () => clocks.civil());
  const wake = createWake();
  let deviceId = transcript.deviceId;
  const transport: TranscriptTransport = {
    ...transcript,
    get deviceId() {
      return deviceId;
    },
    send: async (roomId, type, content, txnId, encrypted, _readers, turn) => {
      await turn?.();
      const put = { at: clocks.machine() - NOON, roomId, txnId, body: String(content['body']) };
      bench.puts.push(put);
      const device = deviceId; // the homeserver keeps transaction ids per device
      const really = (): Promise<string> => transcript.send(roomId, type, content, `${txnId}@${device}`, encrypted);
      return bench.fault ? bench.fault(put, really) : really();
    },
  };
  const log = (_level: string, message: string): void => void bench.logged.push(message);
  const start = (): Parameters<typeof drainOutbox>[0] => ({
    store,
    transport,
    clocks,
    wake,
    log,
    rooms: createRooms({
      store,
      transport,
      sealer,
      people: peopleFrom([], [], []),
      clocks,
      access: { accessRule: undefined, allowedServers: undefined },
      log,
    }),
    pacer: createPacer(clocks, options.callsPerSecond),
  });
  let ports = start();
  const bench: SendingBench = {
    store,
    transport,
    clocks,
    puts: [],
    logged: [],
    fault: undefined,
    async say(room, ...texts) {
      await store.rooms.want(wanted(room));
      const deliveries = texts.map((one) => {
        const { text, ...given } = typeof one === 'string' ? { text: one } : one;
        return delivery(room, { announcement: { kind: 'welcome', name: text }, ...given });
      });
      await store.commit({ ...emptyDecision(), deliveries }, clocks.civil());
    },
    drain: () => drainOutbox(ports),
    restart(device = deviceId) {
      deviceId = device;
      ports = start();
    },
    async read(room) {
      const matrixId = (await store.rooms.get(room))?.matrixId ?? '';
      const said = transcript.rooms.get(matrixId)?.events.filter((event) => event.type === 'm.room.message') ?? [];
      return said.map((event) => nameIn(String(event.content['body'])));
    },
    wake: () => wake.ring(),
  };
  return bench;
}

/** The name that a welcome greets. */
export function nameIn(body: string): string {
  return /^Bonjour ([^.]*)\./.exec(body)?.[1] ?? body;
}

/** Each PUT fails so. */
export const fails =
  (failure: TransportFailure): Fault =>
  () =>
    Promise.reject(failure);
/** Handled by the homeserver, but the answer is lost. */
export const answerLost: Fault = async (_put, really) => {
  await really();
  throw new TransportFailure('ambiguous', 'reset');
};
/** Only the PUT of this name fails. */
export const only =
  (name: string, fault: Fault): Fault =>
  (put, really) =>
    nameIn(put.body) === name ? fault(put, really) : really();
