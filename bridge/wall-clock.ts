/** The wall clock: the only place that reads the machine's time. */
import type { Clocks } from '../care/relay/clock.ts';

export type SteppedClocks = Clocks & {
  /** How far civil time is ahead of the machine's, ms; stored, so that a kill does not jump it (DESIGN §2). */
  setOffset(ms: number): void;
};

/** @param offset civil minus machine time, ms; 0 outside demo and tests */
export function wallClocks(offset = 0): SteppedClocks {
  let ahead = offset;
  return {
    civil: () => Date.now() + ahead,
    machine: () => Date.now(),
    setOffset(ms) {
      ahead = ms;
    },
    pause(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) {
          resolve();
          return;
        }
        const done = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal?.addEventListener('abort', done, { once: true });
      });
    },
  };
}
