/** The messenger against each class of failure: nothing lost, nothing twice, order kept, no room waits for another. */
import { beforeEach, describe, expect, it } from 'vitest';
import { TransportFailure } from '../../care/relay/transport.ts';
import { fails, nameIn, only, openSendingBench, type SendingBench } from '../support/sending.ts';

const A = 'patient:a';
const B = 'patient:b';
const HOUR = 3_600_000;

let bench: SendingBench;
beforeEach(async () => {
  bench = await openSendingBench();
});

const names = (): string[] => bench.puts.map(({ body }) => nameIn(body));
const limited = (retryAfterMs?: number) => new TransportFailure('transient', '429', retryAfterMs, 'homeserver');
describe('a quiet day', () => {
  it('is one call per delivery, in order in each room', async () => {
    await bench.say(A, 'a1', 'a2', 'a3');
    await bench.say(B, 'b1', 'b2');
    expect(await bench.drain()).toBe(5);
    expect(bench.puts).toHaveLength(5);
    expect(await bench.read(A)).toEqual(['a1', 'a2', 'a3']);
    expect(await bench.read(B)).toEqual(['b1', 'b2']);
    expect(await bench.drain()).toBe(0);
  });
});

describe('the homeserver asks for a pause', () => {
  it('429: every room waits what was asked, then one call goes alone, then the others', async () => {
    await bench.say(A, 'a1', 'a2');
    await bench.drain();
    bench.fault = fails(limited(5_000));
    await bench.say(A, 'a3');
    await bench.drain();
    await bench.say(B, 'b1');
    bench.clocks.advance(4_999);
    await bench.drain();
    expect(names()).toEqual(['a1', 'a2', 'a3']);
    bench.clocks.advance(1);
    await bench.drain();
    expect(bench.puts).toHaveLength(4); // the fault is still there: one room asked, not two
    bench.fault = undefined;
    bench.clocks.advance(5_000);
    for (let n = 0; n < 10; n += 1) {
      await bench.drain();
      bench.clocks.advance(200);
    }
    expect([await bench.read(A), await bench.read(B)]).toEqual([['a1', 'a2', 'a3'], ['b1']]);
    expect(bench.puts).toHaveLength(6);
  });

  it('429 without a delay, and a homeserver that is away: longer and longer, one call at a time, nothing lost', async () => {
    for (let n = 0; n < 40; n += 1) await bench.say(`patient:${n}`, 'x');
    await bench.drain();
    const before = bench.puts.length;
    bench.fault = fails(limited());
    for (let n = 0; n < 40; n += 1) await bench.say(`patient:${n}`, 'y');
    const start = bench.clocks.machine();
    while (bench.clocks.machine() - start < 4 * HOUR) {
      await bench.drain();
      bench.clocks.advance(60_000);
    }
    const asked = bench.puts.slice(before);
    expect(asked.length).toBeLessThanOrEqual(32 + 4 * 60 + 8); // those under way at first, then one a minute
    bench.fault = undefined;
    const back = bench.clocks.machine();
    bench.clocks.advance(60_000);
    const returned = bench.puts.length;
    await bench.drain();
    expect(bench.puts.length - returned).toBe(1);
    while ((await bench.store.outbox.pending()) > 0) {
      bench.clocks.advance(100);
      await bench.drain();
    }
    expect(bench.puts.length - returned).toBe(40);
    expect(bench.clocks.machine() - back).toBeLessThan(2 * 60_000);
    for (let n = 0; n < 40; n += 1) expect(await bench.read(`patient:${n}`)).toEqual(['x', 'y']);
  }, 30_000);

  it('a fixed pace is never exceeded', async () => {
    bench = await openSendingBench({ callsPerSecond: 1 });
    for (let n = 0; n < 5; n += 1) await bench.say(`patient:${n}`, 'x');
    while ((await bench.store.outbox.pending()) > 0) {
      await bench.drain();
      bench.clocks.advance(250);
    }
    expect(bench.puts.map(({ at }) => at)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
  });

  it('a refused account waits and drops nothing', async () => {
    bench.fault = fails(new TransportFailure('account', '401'));
    await bench.say(A, 'a1');
    await bench.say(B, 'b1');
    await bench.drain();
    expect(await bench.store.outbox.pending()).toBe(2);
    expect(await bench.store.outbox.listQuarantined(10)).toEqual([]);
    expect(bench.logged).toContainEqual(expect.stringContaining('the whole account waits: 401'));
  });
});

describe('one room among others', () => {
  it('an error of one call: that room tries again later, the others do not wait', async () => {
    bench.fault = only('a1', fails(new TransportFailure('transient', '500')));
    await bench.say(A, 'a1', 'a2');
    await bench.say(B, 'b1');
    await bench.drain();
    expect([await bench.read(A), await bench.read(B)]).toEqual([[], ['b1']]);
    for (const wait of [1_000, 2_000, 4_000]) {
      const before = bench.puts.length;
      bench.clocks.advance(wait - 1);
      await bench.drain();
      expect(bench.puts).toHaveLength(before);
      bench.clocks.advance(1);
      await bench.drain();
      expect(bench.puts).toHaveLength(before + 1);
    }
    bench.fault = undefined;
    bench.clocks.advance(8_000);
    await bench.drain();
    expect(await bench.read(A)).toEqual(['a1', 'a2']);
  });

  it('a machine clock that is set back does not make it wait until the old hour', async () => {
    bench.fault = only('a1', fails(new TransportFailure('transient', '500')));
    await bench.say(A, 'a1');
    await bench.drain();
    bench.fault = undefined;
    bench.clocks.advance(-3 * HOUR);
    await bench.drain();
    expect(await bench.read(A)).toEqual(['a1']);
  });

  it('a homeserver that asks one room to wait for a day is asked again within the minute', async () => {
    bench.fault = only('a1', fails(new TransportFailure('transient', '500', 24 * HOUR)));
    await bench.say(A, 'a1');
    await bench.drain();
    bench.fault = undefined;
    bench.clocks.advance(60_000);
    await bench.drain();
    expect(await bench.read(A)).toEqual(['a1']);
  });

  it('hangs: the others go on, those that come meanwhile too', async () => {
    const hung = Promise.withResolvers<string>();
    bench.fault = only('a1', async (_put, really) => {
      await hung.promise;
      return really();
    });
    await bench.say(A, 'a1', 'a2');
    await bench.say(B, 'b1', 'b2');
    const draining = bench.drain();
    await reached(() => bench.read(B), 2);
    await bench.say(B, 'b3');
    bench.wake();
    await reached(() => bench.read(B), 3);
    expect(await bench.read(A)).toEqual([]);
    hung.resolve('');
    await draining;
    expect(await bench.read(A)).toEqual(['a1', 'a2']);
  });

  it('more than may call at once hang: after a while they give their place', async () => {
    const hung = Promise.withResolvers<string>();
    bench.fault = only('hangs', () => hung.promise);
    for (let n = 0; n < 40; n += 1) await bench.say(`patient:${n}`, 'hangs');
    const draining = bench.drain();
    await reached(async () => bench.puts, 32);
    await bench.say(A, 'a1');
    bench.wake();
    bench.clocks.advance(5_000);
    await reached(() => bench.read(A), 1);
    hung.resolve('$late');
    await draining;
  });

  it('what is ready does not leave after a refusal that another room met', async () => {
    const many = Array.from({ length: 40 }, (_, n) => `patient:${n}`);
    for (const room of many) await bench.say(room, 'm');
    bench.fault = fails(new TransportFailure('transient', '429', 10_000, 'homeserver'));
    await bench.drain();
    const before = bench.puts.length;
    expect(before).toBeLessThanOrEqual(32);
    bench.fault = undefined;
    bench.clocks.advance(9_999);
    await bench.drain();
    expect(bench.puts).toHaveLength(before);
    bench.clocks.advance(1);
    while ((await bench.store.outbox.pending()) > 0) {
      await bench.drain();
      bench.clocks.advance(1_000);
    }
    for (const room of many) expect(await bench.read(room)).toEqual(['m']);
  });

  it('cannot be written to: its lane stops visibly; opened again, nothing is lost', async () => {
    bench.fault = only('a1', fails(new TransportFailure('room', '403')));
    await bench.say(A, 'a1', 'a2');
    await bench.say(B, 'b1');
    await bench.drain();
    expect(await bench.store.outbox.lanes()).toContainEqual({ room: A, pending: 2, paused: '403' });
    expect(await bench.read(B)).toEqual(['b1']);
    bench.fault = undefined;
    await bench.store.outbox.resumeLane(A);
    await bench.drain();
    expect(await bench.read(A)).toEqual(['a1', 'a2']);
  });
});

describe('a thread', () => {
  it('is opened by its card even when a later one waits: what comes between belongs under it', async () => {
    const card = (text: string) => ({ text, thread: 'stay:s', coalesce: 'card:s', root: true });
    await bench.say(A, card('c1'), { text: 'fait', thread: 'stay:s' }, card('c2'), card('c3'));
    await bench.drain();
    const matrixId = (await bench.store.rooms.get(A))?.matrixId ?? '';
    const said = bench.transport.rooms.get(matrixId)?.events.filter(({ type }) => type === 'm.room.message') ?? [];
    const relations = said.map(({ content }) => content['m.relates_to'] as Record<string, unknown> | undefined);
    expect(said.map(({ content }) => nameIn(String(content['body'])))).toEqual(['c1', 'fait', 'c3']);
    expect(relations).toMatchObject([
      undefined,
      { rel_type: 'm.thread', event_id: said[0]?.event_id },
      { rel_type: 'm.thread', event_id: said[0]?.event_id },
    ]);
  });
});

describe('the message itself', () => {
  it('is put aside and its lane goes on; said again, it comes last', async () => {
    bench.fault = only('a1', fails(new TransportFailure('message', '413')));
    await bench.say(A, 'a1', 'a2');
    await bench.drain();
    expect(await bench.read(A)).toEqual(['a2']);
    const [aside] = await bench.store.outbox.listQuarantined(10);
    expect(aside).toMatchObject({ room: A, why: '413' });
    bench.fault = undefined;
    expect(await bench.store.outbox.replay(aside?.id ?? '', { actor: 'operator', at: 1 })).toBe(true);
    await bench.drain();
    expect(await bench.read(A)).toEqual(['a2', 'a1']);
  });

  it('that cannot be made is put aside too, but not when the disk is the trouble', async () => {
    await bench.say(A, { text: '', announcement: { kind: 'stay-card', stayId: 'gone' } }, 'a2');
    const ping = bench.store.ping.bind(bench.store);
    Object.assign(bench.store, { ping: () => Promise.reject(new Error('disk full')) });
    await expect(bench.drain()).rejects.toThrow('disk full');
    expect(await bench.store.outbox.pending()).toBe(2);
    Object.assign(bench.store, { ping });
    await bench.drain();
    expect(await bench.read(A)).toEqual(['a2']);
    expect(await bench.store.outbox.listQuarantined(10)).toHaveLength(1);
  });
});

/** Lets what is under way go on until the list is that long. */
async function reached(list: () => Promise<unknown[]>, length: number): Promise<void> {
  while ((await list()).length < length) await new Promise(setImmediate);
}
