/** Whether a server runs on this base: it says so at each beat, in the base, whatever machine it is on. */
import type { Clocks } from '../care/relay/clock.ts';
import type { Store } from '../care/relay/ports.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';

const SERVED_AT = 'served-at';
const BEAT_MS = 5_000;

/**
 * Writes the beat until `signal` aborts, and erases it then; a base that is away misses some.
 * @throws StoreFailure when the disk does not keep what it takes: a quiet night would hide it from everybody but the doors
 */
export async function beat(
  store: Pick<Store, 'set' | 'ping'>,
  clocks: Pick<Clocks, 'machine' | 'pause'>,
  signal: AbortSignal,
): Promise<void> {
  const away = (error: unknown): void => {
    if (!(error instanceof StoreFailure) || error.lasting) throw error;
  };
  while (!signal.aborted) {
    await store.set(SERVED_AT, String(clocks.machine())).catch(away);
    await store.ping().catch(away);
    await clocks.pause(BEAT_MS, signal);
  }
  await store.set(SERVED_AT, '0').catch(away);
}

/** @param now machine time */
export async function isServed(store: Pick<Store, 'get'>, now: number): Promise<boolean> {
  return now - Number((await store.get(SERVED_AT)) ?? 0) < 4 * BEAT_MS;
}
