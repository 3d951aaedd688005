/** The beat of a running server, and what ends it. */
import { expect, it } from 'vitest';
import { diskFailure, notKept, StoreFailure } from '../../care/relay/store-failure.ts';
import { beat } from '../../cli/served.ts';

/** `pings`: what each look at the disk ends in, one after the other; after the last one the server is asked to stop. */
function base(pings: readonly (Error | undefined)[]) {
  const stop = new AbortController();
  const beats: string[] = [];
  let looked = 0;
  const store = {
    set: async (_name: string, value: string) => void beats.push(value),
    ping: async () => {
      const error = pings[looked++];
      if (looked === pings.length) stop.abort();
      if (error) throw error;
    },
  };
  return { beats, lives: beat(store, { machine: () => 7, pause: async () => undefined }, stop.signal) };
}

it('a base that is away misses beats, and the server goes on', async () => {
  const { beats, lives } = base([new StoreFailure('away'), undefined]);
  await lives;
  expect(beats).toEqual(['7', '7', '0']);
});

it('a disk that did not keep what it took ends it, in a night without a message too', async () => {
  const { lives } = base([undefined, notKept('the database', new Error('EIO')), undefined, undefined]);
  await expect(lives).rejects.toThrow(/did not keep what was written.*start Relais again/);
});

it('SQLite’s own refused fsync is the same trouble; a disk that does not read is waited for', () => {
  const error = (errcode: number) => Object.assign(new Error('disk I/O error'), { errcode });
  expect(diskFailure(error(1034), 'the database')).toMatchObject({ lasting: true });
  expect(diskFailure(error(266), 'the database')).toMatchObject({ lasting: false });
});
