/** A PostgreSQL that dies and comes back. Its own server: after a crash it looks at every file, those of a hundred other tests too. */
import { expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import { usePostgres } from '../support/postgres.ts';
import { clocks, envelope, sealer } from './fixtures.ts';
import { newSchema } from './new-schema.ts';

const server = usePostgres();

test('what was acknowledged is there after the server was killed, and what was under way ends', async () => {
  const url = await newSchema(server.url);
  const store = await openStore({ url, sealer, clocks, serving: true });
  const acknowledged: string[] = [];
  let rounds = 0;
  let stop = false;
  const enough = Promise.withResolvers<undefined>();
  const caller = async (name: string): Promise<void> => {
    for (let n = 0; !stop; n++) {
      const key = `${name}-${n}`;
      const [answer] = await store.inbox.accept([envelope(key, { lane: `in:${name}` })]);
      expect(answer?.state).not.toBe('reused');
      acknowledged.push(key);
      if (acknowledged.length >= 100 * (rounds + 1)) enough.resolve(undefined);
    }
  };
  const callers = ['a', 'b', 'c'].map(caller);
  await enough.promise;
  for (; rounds < 3; rounds++) {
    await server.crash();
    const before = acknowledged.length;
    await server.start();
    // The callers felt nothing but a pause: they go on by themselves.
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 50);
  }
  stop = true;
  await Promise.all(callers);
  const again = await store.inbox.accept(acknowledged.map((key) => envelope(key, { lane: `in:${key.charAt(0)}` })));
  expect(again.filter((one) => one.state !== 'duplicate')).toEqual([]);
  for (const lane of ['in:a', 'in:b', 'in:c']) {
    const kept = (await store.inbox.list({ limit: 1_000_000 })).filter((one) => one.lane === lane).reverse();
    expect(kept.map((one) => one.seq)).toEqual(kept.map((_, index) => index + 1));
    expect(kept.map((one) => one.key)).toEqual(kept.map((_, index) => `${lane.slice(3)}-${index}`));
  }
  await store.close();
});
