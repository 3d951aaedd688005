/** `relais serve`: the doors first (a hospital must be acknowledged even while Matrix is away), then the rooms. */
import { createApp, type Health } from '../bridge/app.ts';
import { acknowledgement } from '../bridge/formats/hl7v2/ack.ts';
import { eventSchema, readEvent } from '../bridge/formats/events.ts';
import { readHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { jsonLog } from '../bridge/log.ts';
import type { Log } from '../care/relay/log.ts';
import { metrics } from '../bridge/metrics.ts';
import { serveHttp } from '../bridge/node.ts';
import { randomIds } from '../bridge/random-ids.ts';
import { startJobs } from '../bridge/schedule.ts';
import { type SteppedClocks, wallClocks } from '../bridge/wall-clock.ts';
import { openMatrixTransport } from '../bot/matrix/matrix-transport.ts';
import { TransportFailure } from '../care/relay/transport.ts';
import type { NewEnvelope } from '../care/relay/envelope.ts';
import type { Store } from '../care/relay/ports.ts';
import { peopleFrom } from '../care/people/person.ts';
import type { LoadedConfig } from '../config/load.ts';
import { RINGING } from '../config/ringing.ts';
import { compose, type Relais } from '../main.ts';
import { openStore } from '../store/open.ts';
import { sealerFromSecret } from '../store/seal.ts';
import { openSlotsFile } from '../store/slots-file.ts';
import { CIVIL_OFFSET } from './clock.ts';
import { configured, type Environment, placeOf } from './configured.ts';
import { slotJobs } from './serve-slots.ts';
import { serveDirectory } from './serve-directory.ts';
import { openMllpDoors } from './mllp-doors.ts';
import { beat } from './served.ts';

const RETRY_MS = 5_000;

/** @returns the exit code: 0 stopped on request, 1 refused to start or lost its account, 2 broken configuration */
export async function serve(path: string, env: Environment): Promise<number> {
  const loaded = configured(path, env);
  if (!loaded) return 2;
  const clocks = wallClocks();
  const log = jsonLog(console.log, () => clocks.machine());
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    await run(loaded, clocks, log, stop.signal);
    return 0;
  } catch (error) {
    // Ours to read at the start: these messages come from opening the store and the account, and name no patient.
    log('error', error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function run(loaded: LoadedConfig, clocks: SteppedClocks, log: Log, signal: AbortSignal): Promise<void> {
  const { config, secrets } = loaded;
  const sealer = sealerFromSecret(secrets.seal);
  const store = await openStore({ ...placeOf(loaded), sealer, clocks, serving: true });
  const served = await serveDirectory(loaded, clocks, log);
  const slots = openSlotsFile(config.slots);
  const stopClock = await followCivilTime(loaded, store, clocks, signal);
  let relais: Relais | undefined;
  const intake = {
    accept: (envelopes: NewEnvelope[]) => (relais?.store ?? store).inbox.accept(envelopes),
    clocks,
    ids: randomIds,
    readHl7v2,
    acknowledge: acknowledgement,
    log,
  };
  const mllp = await openMllpDoors(config.sources, intake);
  const http = await serveHttp(
    door(
      loaded,
      () => relais?.store ?? store,
      () => relais !== undefined,
      clocks,
      log,
    ),
    config.listen,
  );
  log('info', 'listening', { host: config.listen.host, port: http.port });
  for (const { id, policy } of config.sources)
    if (policy.shadow === true) log('warn', 'in shadow: nothing is said', { source: id });
  let transport: Awaited<ReturnType<typeof openMatrixTransport>> | undefined;
  let stopJobs: (() => Promise<void>) | undefined;
  try {
    transport = await openAccount(loaded, clocks, log, signal);
    if (!transport) return;
    relais = compose({
      store,
      transport,
      clocks,
      ids: randomIds,
      sealer,
      people: peopleFrom(loaded.people, loaded.teams, loaded.duty),
      pathways: () => loaded.pathways,
      directory: served.directory,
      slots,
      repertory: loaded.repertory,
      sources: new Map(
        config.sources.map((s) => [s.id, { ...s.policy, facilities: s.facilities, name: s.name, labels: s.labels }]),
      ),
      ringing: RINGING,
      closeAfterDays: config.rooms.closeAfterDays,
      access: config.account,
      callsPerSecond: config.account.callsPerSecond,
      log,
    });
    log('info', 'serving', { account: transport.userId, device: transport.deviceId });
    const serving = relais;
    const retry = { name: 'retry-keys', every: '*/10 * * * *', run: () => serving.retryWaiting() };
    stopJobs = startJobs([retry, ...served.jobs, ...slotJobs(loaded, serving.store, clocks, log)], (job) =>
      log('error', 'job failed', { job }),
    );
    await Promise.all([relais.run(signal), beat(store, clocks, signal)]);
  } finally {
    // Doors first: nothing is acknowledged that could not be kept.
    await Promise.all([http.close(), mllp.close()]);
    await stopJobs?.();
    await stopClock();
    await transport?.close();
    await served.close();
    await store.close();
  }
}

function door(
  loaded: LoadedConfig,
  store: () => Store,
  connected: () => boolean,
  clocks: SteppedClocks,
  log: Log,
): ReturnType<typeof createApp> {
  const sources = new Map(loaded.config.sources.map((s) => [s.id, s]));
  return createApp({
    sources: (id) => {
      const source = sources.get(id);
      return source && { ...source, secret: loaded.secrets.sources.get(id) ?? '' };
    },
    accept: async (envelope) => {
      const [accepted] = await store().inbox.accept([envelope]);
      if (!accepted) throw new Error('the inbox gave no answer');
      return accepted;
    },
    clocks,
    ids: randomIds,
    readHl7v2,
    readEvent,
    acknowledge: acknowledgement,
    eventSchema,
    health: async (): Promise<Health> => {
      await store().ping();
      return { ready: connected(), parts: { store: 'ok', matrix: connected() ? 'ok' : 'connecting' } };
    },
    metrics: () => metrics(store(), clocks.civil()),
    log,
  });
}

/** A homeserver that is away at the start is waited for; anything else says its cure and ends. */
async function openAccount(
  loaded: LoadedConfig,
  clocks: SteppedClocks,
  log: Log,
  signal: AbortSignal,
): ReturnType<typeof maybeOpen> {
  while (!signal.aborted) {
    try {
      return await maybeOpen(loaded, clocks, log);
    } catch (error) {
      if (!(error instanceof TransportFailure) || error.kind === 'account') throw error;
      log('warn', `the homeserver does not answer, trying again: ${error.message}`, { wait: RETRY_MS });
      await clocks.pause(RETRY_MS, signal);
    }
  }
  return undefined;
}

async function maybeOpen(
  loaded: LoadedConfig,
  clocks: SteppedClocks,
  log: Log,
): Promise<Awaited<ReturnType<typeof openMatrixTransport>> | undefined> {
  const { seal: secret, password } = loaded.secrets;
  const { directory, accessRule, roomVersion } = loaded.config.account;
  return openMatrixTransport({ directory, clocks, log, secret, password, accessRule, roomVersion });
}

/** Civil time is the machine's, but where it may be stepped: there the stored offset is followed, so that a kill does not jump it. */
async function followCivilTime(
  { config }: LoadedConfig,
  store: Store,
  clocks: SteppedClocks,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  if (config.environment === 'production') return async () => undefined;
  const follow = async (): Promise<void> => clocks.setOffset(Number((await store.get(CIVIL_OFFSET)) ?? 0));
  await follow();
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const loop = (async (): Promise<void> => {
    while (!both.aborted) {
      await clocks.pause(100, both);
      await follow();
    }
  })();
  return async () => {
    ended.abort();
    await loop;
  };
}
