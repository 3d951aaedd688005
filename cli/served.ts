/** Whether a server runs on this base: it says so at each beat, in the base, whatever machine it is on. */
import type { Clocks } from '../care/relay/clock.ts';
import type { Store } from '../care/relay/ports.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';

const SERVED_AT = 'served-at';
const BEAT_MS = 5_000;

/** Writes the beat until `signal` aborts, and erases it then; a base that is away misses some. */
export async function beat(
  store: Pick<Store, 'set'>,
  clocks: Pick<Clocks, 'machine' | 'pause'>,
  signal: AbortSignal,
): Promise<void> {
  const write = async (at: number): Promise<void> => {
    await store.set(SERVED_AT, String(at)).catch((error: unknown) => {
      if (!(error instanceof StoreFailure)) throw error;
    });
  };
  while (!signal.aborted) {
    await write(clocks.machine());
    await clocks.pause(BEAT_MS, signal);
  }
  await write(0);
}

/** @param now machine time */
export async function isServed(store: Pick<Store, 'get'>, now: number): Promise<boolean> {
  return now - Number((await store.get(SERVED_AT)) ?? 0) < 4 * BEAT_MS;
}
