/** The HTTP doors of `relais serve`: they are open, and answer 503, also while the base or the homeserver is away. */
import { createApp, type Health } from '../bridge/app.ts';
import { acknowledgement } from '../bridge/formats/hl7v2/ack.ts';
import { eventSchema, readEvent } from '../bridge/formats/events.ts';
import { readHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { metrics } from '../bridge/metrics.ts';
import { randomIds } from '../bridge/random-ids.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Log } from '../care/relay/log.ts';
import type { Store } from '../care/relay/ports.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';
import type { LoadedConfig } from '../config/load.ts';

/** What the doors look at, at each request. */
export type Served = {
  /** Undefined until the base has answered for the first time. */
  store: Store | undefined;
  /** Undefined while all is well; else what is waited for, for the operator: no patient field. */
  waitsFor: string | undefined;
};

/** @throws StoreFailure until the base has answered */
export function storeOf({ store, waitsFor }: Served): Store {
  if (store) return store;
  throw new StoreFailure(waitsFor ?? 'the base has not answered yet');
}

export function openDoors(
  loaded: LoadedConfig,
  served: Served,
  clocks: Clocks,
  log: Log,
): ReturnType<typeof createApp> {
  const sources = new Map(loaded.config.sources.map((s) => [s.id, s]));
  const store = (): Store => storeOf(served);
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
    health: () => health(served, store),
    metrics: () => metrics(store(), clocks.civil()),
    log,
  });
}

async function health(served: Served, store: () => Store): Promise<Health> {
  const { waitsFor } = served;
  const matrix = waitsFor === undefined ? 'ok' : `waiting: ${waitsFor}`;
  try {
    await store().ping();
    return { ready: waitsFor === undefined, parts: { store: 'ok', matrix } };
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    return { ready: false, parts: { store: error.message, matrix } };
  }
}
