/** `relais serve`: the doors first (a hospital must be acknowledged even while Matrix is away), then the rooms. */
import { jsonLog } from '../bridge/log.ts';
import { serveHttp } from '../bridge/node.ts';
import { randomIds } from '../bridge/random-ids.ts';
import { startJobs } from '../bridge/schedule.ts';
import { type SteppedClocks, wallClocks } from '../bridge/wall-clock.ts';
import type { OpenTransport } from '../bot/matrix/matrix-transport.ts';
import { readHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { acknowledgement } from '../bridge/formats/hl7v2/ack.ts';
import type { Damaged } from '../care/relay/damaged.ts';
import type { NewEnvelope } from '../care/relay/envelope.ts';
import type { Log } from '../care/relay/log.ts';
import type { Store } from '../care/relay/ports.ts';
import type { Sealer } from '../care/relay/seal.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';
import { TransportFailure } from '../care/relay/transport.ts';
import type { Slots } from '../care/request/slot.ts';
import { COMMAND_WORDS } from '../commands/table.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { loadTariffs } from '../config/load-tariffs.ts';
import { RINGING } from '../config/ringing.ts';
import { compose, type Relais } from '../main.ts';
import { openStore } from '../store/open.ts';
import { sealerFromSecret } from '../store/seal.ts';
import { openSlotsFile } from '../store/slots-file.ts';
import { openAccount, RETRY_MS } from './account.ts';
import { followCivilTime } from './civil-time.ts';
import { configured, type Environment, placeOf } from './configured.ts';
import { openDoors, type Served, storeOf } from './doors.ts';
import { openMllpDoors } from './mllp-doors.ts';
import { retentionJob } from './serve-retention.ts';
import { slotJobs } from './serve-slots.ts';
import { serveDirectory, type ServedDirectory } from './serve-directory.ts';
import { beat } from './served.ts';
import { type ServedArrangements, servedArrangements } from './served-arrangements.ts';

export type ServeOptions = { config: string; /** Stop when standard input ends. */ leash?: boolean };

/**
 * @param opening how the base is opened: only the bench gives another way, to tell the cost of encryption apart
 * @returns the exit code: 0 stopped on request, 1 refused to start, 2 broken configuration, 3 the account is refused
 */
export async function serve(
  { config, leash }: ServeOptions,
  env: Environment,
  opening: typeof openStore = openStore,
): Promise<number> {
  const loaded = configured(config, env);
  if (!loaded) return 2;
  const clocks = wallClocks();
  const log = jsonLog(console.log, () => clocks.machine());
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // However the parent dies, kill -9 included, its end of the pipe closes.
  if (leash) process.stdin.once('close', () => stop.abort()).resume();
  try {
    await run(loaded, () => loadConfig(config, env, COMMAND_WORDS), clocks, log, stop.signal, opening);
    return 0;
  } catch (error) {
    // Ours to read at the start: these messages come from opening the store and the account, and name no patient.
    log('error', error instanceof Error ? error.message : String(error));
    return error instanceof TransportFailure && error.kind === 'account' ? 3 : 1;
  }
}

/** What stays open while the base, a disk or the homeserver comes and goes. */
type Ground = Served & { loaded: LoadedConfig; clocks: SteppedClocks; log: Log; sealer: Sealer; signal: AbortSignal };

/** What is opened once, and looked at by whatever account serves. */
type Looked = { store: Store; served: ServedDirectory; slots: Slots; arranged: ServedArrangements };

async function run(
  loaded: LoadedConfig,
  read: () => ReturnType<typeof loadConfig>,
  clocks: SteppedClocks,
  log: Log,
  asked: AbortSignal,
  opening: typeof openStore,
): Promise<void> {
  const { config, secrets } = loaded;
  const ended = new AbortController();
  const signal = AbortSignal.any([asked, ended.signal]);
  const sealer = sealerFromSecret(secrets.seal);
  const ground: Ground = { loaded, clocks, log, sealer, signal, store: undefined, waitsFor: 'starting' };
  const onDamaged = ({ what, row }: Pick<Damaged, 'what' | 'row'>): void =>
    log('error', 'a sealed row does not open: set aside, see relais doctor', { what, row });
  const open = (): Promise<Store> => opening({ ...placeOf(loaded), sealer, clocks, serving: true, onDamaged });
  // Another Relais on this base is said before the doors open.
  ground.store = await open().catch((error: unknown) => waiting(ground, error));
  const closing: (() => Promise<void>)[] = [];
  try {
    const served = await serveDirectory(loaded, clocks, log);
    closing.unshift(() => served.close());
    const accept = (envelopes: NewEnvelope[]) => storeOf(ground).inbox.accept(envelopes);
    const intake = { accept, clocks, ids: randomIds, readHl7v2, acknowledge: acknowledgement, log };
    const mllp = await openMllpDoors(config.sources, intake);
    closing.unshift(() => mllp.close());
    const http = await serveHttp(openDoors(loaded, ground, clocks, log), config.listen);
    closing.unshift(() => http.close());
    log('info', 'listening', { host: config.listen.host, port: http.port });
    for (const { id, policy } of config.sources)
      if (policy.shadow === true) log('warn', 'in shadow: nothing is said', { source: id });
    while (!ground.store && !signal.aborted) {
      await clocks.pause(RETRY_MS, signal);
      ground.store = await open().catch((error: unknown) => waiting(ground, error));
    }
    const { store } = ground;
    if (!store) return;
    if (config.environment !== 'production') closing.push(await followCivilTime(store, clocks, signal));
    const arranged = servedArrangements(loaded, read, log);
    const looked: Looked = { store, served, slots: openSlotsFile(config.slots), arranged };
    // One of them ends (the account is refused, the disk forgets): the other ends too, before anything is closed under it.
    const lives = [keepServing(ground, looked), beat(store, clocks, signal)];
    for (const end of await Promise.allSettled(lives.map((one) => one.finally(() => ended.abort()))))
      if (end.status === 'rejected') throw end.reason;
  } finally {
    // Doors first: nothing is acknowledged that could not be kept.
    for (const close of closing) await close();
    await ground.store?.close();
  }
}

/**
 * The account is opened, and opened again after a full disk or a base that went away: what the disks hold is the only
 * thing to go on from, and everything that was acknowledged is there.
 */
async function keepServing(ground: Ground, looked: Looked): Promise<void> {
  const { loaded, clocks, log, signal } = ground;
  while (!signal.aborted) {
    let transport: OpenTransport | undefined;
    try {
      await looked.store.ping();
      transport = await openAccount(loaded, clocks, log, (what) => waits(ground, what), signal);
      if (!transport) return;
      await serveAccount(ground, looked, transport);
    } catch (error) {
      waiting(ground, error);
      await clocks.pause(RETRY_MS, signal);
    } finally {
      await transport?.close();
    }
  }
}

async function serveAccount(ground: Ground, looked: Looked, transport: OpenTransport): Promise<void> {
  const { loaded, clocks, log, sealer, signal } = ground;
  const { config } = loaded;
  const { store, served, slots, arranged } = looked;
  const relais: Relais = compose({
    store,
    transport,
    clocks,
    ids: randomIds,
    sealer,
    people: arranged.people,
    pathways: arranged.offered,
    tariffs: loadTariffs(),
    sources: new Map(
      config.sources.map((s) => [s.id, { ...s.policy, facilities: s.facilities, name: s.name, labels: s.labels }]),
    ),
    directory: served.directory,
    slots,
    repertory: loaded.repertory,
    ringing: RINGING,
    closeAfterDays: config.rooms.closeAfterDays,
    access: config.account,
    callsPerSecond: config.account.callsPerSecond,
    log,
  });
  ground.store = relais.store; // it rings the drains at each message
  ground.waitsFor = undefined;
  log('info', 'serving', { account: transport.userId, device: transport.deviceId });
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const retry = { name: 'retry-keys', every: '*/10 * * * *', run: () => relais.retryWaiting() };
  const stopJobs = startJobs(
    [
      retry,
      ...served.jobs,
      ...slotJobs(loaded, arranged.people, relais.store, clocks, log),
      retentionJob(relais.store, config.retention, clocks, log, both),
    ],
    (job) => log('error', 'job failed', { job }),
  );
  const following = arranged.follow(clocks, both, () => relais.arrange());
  try {
    await relais.run(signal);
  } finally {
    ended.abort();
    await following;
    await stopJobs();
  }
}

/** What is away is waited for, and said once. @throws the error when it is of another sort, or no waiting mends it */
function waiting(ground: Ground, error: unknown): undefined {
  if (!(error instanceof StoreFailure) || error.lasting) throw error;
  waits(ground, error.message);
}

function waits(ground: Ground, what: string): void {
  if (ground.waitsFor !== what) ground.log('error', `waiting: ${what}`);
  ground.waitsFor = what;
}
