/** The whole composition on a real homeserver, through the fault proxy, with one person who reads every room. */
import { openMatrixTransport } from '../../bot/matrix/matrix-transport.ts';
import { provision } from '../../bot/matrix/provision.ts';
import { randomIds } from '../../bridge/random-ids.ts';
import type { Clocks } from '../../care/relay/clock.ts';
import { emptyDecision } from '../../care/relay/decision.ts';
import type { Store } from '../../care/relay/ports.ts';
import { BARE_HOUSE } from './bare-house.ts';
import type { Persona } from '../../demo/client.ts';
import { compose, type Relais } from '../../main.ts';
import { openStore } from '../../store/open.ts';
import { delivery, sealer, wanted } from '../store/fixtures.ts';
import { openFaultProxy, type FaultProxy } from './fault-proxy.ts';
import { eventually, PASSWORD, type Bench } from './homeserver.ts';
import { nameIn } from './sending.ts';
import { systemClocks } from './system-clocks.ts';

export type SendingStage = {
  proxy: FaultProxy;
  store: Store;
  clocks: Clocks & {
    /** Machine and civil time jump by so much. */
    ahead(ms: number): void;
  };
  /** Warnings and errors, since the start. */
  logged: string[];
  /** Decides these messages for the room, in one commit each. */
  say(room: string, ...texts: string[]): Promise<void>;
  saidIn(room: string): string[];
  /** What the person has read in the room, in the homeserver's order. */
  readOf(room: string): string[];
  matrixId(room: string): Promise<string | undefined>;
  /** Waits until everything said in these rooms (all of them) was read: once, in order, encrypted. */
  allRead(rooms?: string[]): Promise<void>;
  /** Waits until nothing is to be sent. */
  quiet(): Promise<void>;
  /** Waits until a delivery is put off. */
  waits(): Promise<void>;
  started(): Promise<void>;
  stopped(): Promise<void>;
  /** The first device is lost: a new one, with the recovery key. */
  startedOnNewDevice(): Promise<void>;
  /** Resolves or rejects as the service did. */
  ended(): Promise<void>;
  close(): Promise<void>;
};

export async function openSendingStage(bench: Bench, reader: Persona): Promise<SendingStage> {
  const proxy = await openFaultProxy(bench.homeserver.url);
  let directory = bench.folder('sending');
  await bench.homeserver.register('sender', PASSWORD);
  const account = { homeserver: proxy.url, user: 'sender', password: PASSWORD };
  const { userId, recoveryKey } = await provision({ ...account, directory });
  let offset = 0;
  const clocks = {
    ...systemClocks,
    civil: () => Date.now() + offset,
    machine: () => Date.now() + offset,
    ahead: (ms: number) => void (offset += ms),
  };
  const store = await openStore({ path: ':memory:', sealer, clocks, ids: randomIds });
  const said = new Map<string, string[]>();
  const rooms = new Map<string, string>();
  const logged: string[] = [];
  let running: { relais: Relais; stop: AbortController; end: Promise<void> } | undefined;

  const started = async (): Promise<void> => {
    const log = (level: string, message: string): void => {
      if (level !== 'info') logged.push(message);
    };
    const transport = await openMatrixTransport({ directory, clocks, log });
    const relais = compose({
      ...BARE_HOUSE,
      store,
      transport,
      clocks,
      ids: randomIds,
      sealer,
      log,
    });
    const stop = new AbortController();
    const end = relais.run(stop.signal).finally(() => transport.close());
    end.catch(() => undefined); // told by ended()
    running = { relais, stop, end };
  };
  const stopped = async (): Promise<void> => {
    running?.stop.abort();
    await running?.end;
    running = undefined;
  };
  const readOf = (room: string): string[] =>
    reader.events
      .filter((e) => e.roomId === rooms.get(room) && e.sender === userId && e.type === 'm.room.message')
      .map((e) => `${e.encrypted ? '' : 'IN CLEAR '}${nameIn(String(e.content['body']))}`);
  const matrixId = async (room: string): Promise<string | undefined> =>
    (await store.rooms.get(`patient:${room}`))?.matrixId ?? undefined;

  await started();
  return {
    proxy,
    store,
    clocks,
    logged,
    readOf,
    matrixId,
    started,
    stopped,
    async startedOnNewDevice() {
      directory = bench.folder('sending-2');
      await provision({ ...account, directory, recoveryKey: recoveryKey ?? '' });
      await started();
    },
    saidIn: (room) => said.get(room) ?? [],
    async say(room, ...texts) {
      const ref = `patient:${room}`;
      await store.rooms.want(wanted(ref, { members: [reader.userId] }));
      const deliveries = texts.map((name) => delivery(ref, { announcement: { kind: 'welcome', name } }));
      await (running?.relais.store ?? store).commit({ ...emptyDecision(), deliveries }, clocks.civil());
      said.set(room, [...(said.get(room) ?? []), ...texts]);
    },
    async allRead(of = [...said.keys()]) {
      for (const room of of) {
        rooms.set(room, await eventually(() => matrixId(room)));
        const all = said.get(room) ?? [];
        await reader.until(`all of ${room}`, () => readOf(room).length >= all.length, 120_000);
        const read = readOf(room);
        if (JSON.stringify(read) !== JSON.stringify(all))
          throw new Error(`in ${room} was said ${all.join(' ')}, and read ${read.join(' ')}`);
      }
    },
    quiet: () =>
      eventually(async () => ((await store.outbox.pending()) === 0 ? true : undefined)).then(() => undefined),
    waits: () =>
      eventually(async () => {
        const heads = await store.outbox.heads(Number.MAX_SAFE_INTEGER, 100);
        return heads.some(({ attempts }) => attempts > 0) ? true : undefined;
      }).then(() => undefined),
    async ended() {
      await running?.end;
    },
    async close() {
      await stopped().catch(() => undefined);
      await store.close();
      await proxy.stop();
    },
  };
}
