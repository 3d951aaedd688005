import { expect, test } from 'vitest';
import { grouped } from '../../care/relay/grouped.ts';

/** Acts that end when the test says so. */
function acts(): { act: () => Promise<void>; ends: PromiseWithResolvers<undefined>[] } {
  const ends: PromiseWithResolvers<undefined>[] = [];
  const act = async (): Promise<void> => {
    const end = Promise.withResolvers<undefined>();
    ends.push(end);
    await end.promise;
  };
  return { act, ends };
}

test('those who come while an act runs share the next one, which begins after they came', async () => {
  const { act, ends } = acts();
  const wait = grouped(act);
  const told: string[] = [];
  const first = wait().then(() => told.push('first'));
  const others = [wait(), wait(), wait()].map((one) => one.then(() => told.push('other')));
  expect(ends).toHaveLength(1);
  ends[0]?.resolve(undefined);
  await first;
  await new Promise(setImmediate);
  expect(told).toEqual(['first']);
  expect(ends).toHaveLength(2);
  ends[1]?.resolve(undefined);
  await Promise.all(others);
  expect(told).toHaveLength(4);
  expect(ends).toHaveLength(2);
});

test('a failure is told to those who waited for that act, not to the next ones', async () => {
  const { act, ends } = acts();
  const wait = grouped(act);
  const first = wait();
  const second = wait();
  ends[0]?.reject(new Error('disk'));
  await expect(first).rejects.toThrow('disk');
  await new Promise(setImmediate);
  ends[1]?.resolve(undefined);
  await expect(second).resolves.toBeUndefined();
});
