/**
 * The composition of `relais serve` with rooms made in clear, as a process of its own. Relais itself has no such option
 * and must not: this is how the cost of encryption is told apart from the rest, on invented patients.
 */
import { createApp } from '../bridge/app.ts';
import { eventSchema, readEvent } from '../bridge/formats/events.ts';
import { acknowledgement } from '../bridge/formats/hl7v2/ack.ts';
import { readHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { jsonLog } from '../bridge/log.ts';
import { metrics } from '../bridge/metrics.ts';
import { serveHttp } from '../bridge/node.ts';
import { randomIds } from '../bridge/random-ids.ts';
import { wallClocks } from '../bridge/wall-clock.ts';
import { openMatrixTransport } from '../bot/matrix/matrix-transport.ts';
import type { Store } from '../care/relay/ports.ts';
import { peopleFrom } from '../care/people/person.ts';
import { configured, placeOf } from '../cli/configured.ts';
import { RINGING } from '../config/ringing.ts';
import { compose, type Relais } from '../main.ts';
import { openStore } from '../store/open.ts';
import { sealerFromSecret } from '../store/seal.ts';

/** The same store, which forgets that rooms are to be encrypted. */
function inClear(store: Store): Store {
  return {
    ...store,
    commit: (decision, at) =>
      store.commit({ ...decision, rooms: decision.rooms.map((room) => ({ ...room, encrypted: false })) }, at),
  };
}

async function serveClear(path: string): Promise<void> {
  const loaded = configured(path, process.env);
  if (!loaded) throw new Error('the configuration of the bench is broken');
  const { config, secrets } = loaded;
  const clocks = wallClocks();
  const log = jsonLog(console.log, () => clocks.machine());
  const sealer = sealerFromSecret(secrets.seal);
  const store = inClear(await openStore({ ...placeOf(loaded), sealer, clocks, serving: true }));
  const sources = new Map(config.sources.map((s) => [s.id, s]));
  const serving: { relais?: Relais } = {}; // nothing is taken before the account is open
  const app = createApp({
    sources: (id) => {
      const source = sources.get(id);
      return source && { ...source, secret: secrets.sources.get(id) ?? '' };
    },
    accept: async (envelope) => {
      const [accepted] = (await serving.relais?.store.inbox.accept([envelope])) ?? [];
      if (!accepted) throw new Error('the inbox gave no answer');
      return accepted;
    },
    clocks,
    ids: randomIds,
    readHl7v2,
    readEvent,
    acknowledge: acknowledgement,
    eventSchema,
    health: async () => ({ ready: serving.relais !== undefined, parts: {} }),
    metrics: () => metrics(store, clocks.civil()),
    log,
  });
  const http = await serveHttp(app, config.listen);
  const transport = await openMatrixTransport({
    directory: config.account.directory,
    clocks,
    log,
    secret: secrets.seal,
  });
  const relais = compose({
    store,
    transport,
    clocks,
    ids: randomIds,
    sealer,
    people: peopleFrom(loaded.people, loaded.teams, loaded.duty),
    pathways: () => [],
    directory: { search: async () => ({ entries: [], total: 0, understood: [], unknown: [] }), size: async () => 0 },
    slots: { offered: async () => [], matches: () => true },
    repertory: [],
    sources: new Map(config.sources.map((s) => [s.id, { ...s.policy, name: s.name, labels: s.labels }])),
    ringing: RINGING,
    closeAfterDays: config.rooms.closeAfterDays,
    access: config.account,
    log,
  });
  serving.relais = relais;
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  await relais.run(stop.signal);
  await http.close();
  await transport.close();
  await store.close();
}

await serveClear(process.argv[2] ?? '');
