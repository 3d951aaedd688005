/** Both clocks run, and nobody steps them: for tests on a real homeserver. */
import type { Clocks } from '../../care/relay/clock.ts';

export const systemClocks: Clocks = {
  civil: () => Date.now(),
  machine: () => Date.now(),
  pause: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};
