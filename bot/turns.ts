/**
 * Whose call goes to the homeserver now. What is ready waits here, encrypted and noted on disk, so that the homeserver
 * always has enough to do and never everything at once: it then works on all of it side by side, ends all of it at the
 * same moment, and has nothing to do while the next ones are made ready.
 */
import type { Clocks } from '../care/relay/clock.ts';

/** @returns what gives the place back; twice is once */
export type TakeTurn = () => Promise<() => void>;

/**
 * @param places calls at once, first ready first served
 * @param slowMs a call that takes longer gives its place to another one, machine ms
 */
export function createTurns(places: number, slowMs: number, clocks: Pick<Clocks, 'pause'>): TakeTurn {
  const waiting: (() => void)[] = [];
  let free = places;
  const next = (): void => {
    const first = waiting.shift();
    if (first) first();
    else free += 1;
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    const ended = new AbortController();
    const leave = (): void => {
      if (ended.signal.aborted) return;
      ended.abort();
      next();
    };
    void clocks.pause(slowMs, ended.signal).then(leave);
    return leave;
  };
}
