import type { Clocks } from './clock.ts';
import type { Store } from './ports.ts';

/**
 * A bell between a door and a drain of the same process: it saves a poll and carries no data. Take `next()` before
 * looking for work, so that a ring during the look is not lost.
 */
export type Wake = {
  ring(): void;
  /** Resolves at the next ring after this call. */
  next(): Promise<void>;
};

export function createWake(): Wake {
  let bell = Promise.withResolvers<undefined>();
  return {
    ring() {
      bell.resolve(undefined);
      bell = Promise.withResolvers();
    },
    next: () => bell.promise,
  };
}

/** Waits for `rung`, at most `ms` of machine time, or until `signal` aborts. */
export async function restUntil(
  rung: Promise<void>,
  ms: number,
  clocks: Pick<Clocks, 'pause'>,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  await Promise.race([rung, clocks.pause(ms, AbortSignal.any([signal, stop.signal]))]);
  stop.abort();
}

export type Wakes = { inbox: Wake; outbox: Wake; timers: Wake };

/** The same store, which rings after each change: what was committed is taken up at once. */
export function withWakes(store: Store, wakes: Wakes): Store {
  return {
    ...store,
    inbox: {
      ...store.inbox,
      accept: (envelopes, cursor) =>
        store.inbox.accept(envelopes, cursor, () => {
          if (envelopes.length > 0) wakes.inbox.ring();
        }),
      async replay(id, note) {
        await store.inbox.replay(id, note);
        wakes.inbox.ring();
      },
    },
    async commit(decision, at) {
      const end = await store.commit(decision, at);
      if (end === 'committed' && (decision.replays ?? []).length > 0) wakes.inbox.ring();
      if (end === 'committed' && decision.deliveries.length > 0) wakes.outbox.ring();
      if (end === 'committed' && decision.timers.length > 0) wakes.timers.ring();
      return end;
    },
  };
}
