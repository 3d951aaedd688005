/** The tidying keeps its pace by machine time, which may be set back. */
import { expect, it } from 'vitest';
import { createTidying, type TidyPorts } from '../../bot/tidying.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import { openStore } from '../../store/open.ts';
import { countingIds, NOON, sealer } from '../store/fixtures.ts';

it('waits after a refusal, and is not silenced by a clock that is set back', async () => {
  let now = NOON;
  const clocks = { machine: () => now, civil: () => now, pause: async () => undefined };
  const store = await openStore({ path: ':memory:', sealer, clocks, ids: countingIds() });
  const state = { ref: 'territory:t', remove: [], rename: false };
  const file = { kind: 'room-watch' as const, id: 'sync|territory:t', version: 0, state, keys: ['room-sync'] };
  await store.rooms.want({ ref: state.ref, kind: 'territory', subject: 't', encrypted: true, name: 'T', members: [] });
  const nothing = { events: [], deliveries: [], timers: [], rooms: [], facts: [], audit: [] };
  await store.commit({ ...nothing, files: [file] }, now);
  let asked = 0;
  const ensure = async (): Promise<never> => {
    asked += 1;
    throw new TransportFailure('transient', 'busy');
  };
  const ports = { store, clocks, rooms: { ensure }, log: () => undefined };
  const tidy = createTidying(ports as unknown as TidyPorts);
  await tidy();
  await tidy();
  expect(asked).toBe(1);
  now += 5_000;
  await tidy();
  expect(asked).toBe(2);
  now -= 3_600_000;
  await tidy();
  expect(asked).toBe(3);
  await store.close();
});
