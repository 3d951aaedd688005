import type { SteppedClocks } from '../bridge/wall-clock.ts';
import type { Store } from '../care/relay/ports.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';
import { CIVIL_OFFSET } from './clock.ts';

const LOOK_MS = 100;

/**
 * Where civil time may be stepped, the stored offset is followed, so that a kill does not jump it. Not for production.
 * @returns ends it
 */
export async function followCivilTime(
  store: Pick<Store, 'get'>,
  clocks: SteppedClocks,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const follow = async (): Promise<void> => clocks.setOffset(Number((await store.get(CIVIL_OFFSET)) ?? 0));
  await follow();
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const loop = (async (): Promise<void> => {
    while (!both.aborted) {
      await clocks.pause(LOOK_MS, both);
      await follow().catch((error: unknown) => {
        if (!(error instanceof StoreFailure)) throw error; // away: the offset stays what it was
      });
    }
  })();
  return async () => {
    ended.abort();
    await loop;
  };
}
