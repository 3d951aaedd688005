/** An uncertain end: what may have been said is settled before anything is said again, status cards included. */
import { beforeEach, describe, expect, it } from 'vitest';
import { DELIVERY_ID } from '../../bot/announce.ts';
import { listen } from '../../bot/listening.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import {
  answerLost,
  fails,
  nameIn,
  only,
  openSendingBench,
  type Fault,
  type SendingBench,
} from '../support/sending.ts';

const A = 'patient:a';
const HOUR = 3_600_000;

let bench: SendingBench;
beforeEach(async () => {
  bench = await openSendingBench();
});

const names = (): string[] => bench.puts.map(({ body }) => nameIn(body));

describe('a sending whose end is not known', () => {
  const lose = async (fault: Fault): Promise<void> => {
    await bench.say(A, 'before');
    await bench.drain();
    bench.fault = only('a1', fault);
    await bench.say(A, 'a1', 'a2');
    await bench.drain();
    bench.fault = undefined;
  };
  const notSent = fails(new TransportFailure('ambiguous', 'reset'));

  it.each([
    ['arrived', answerLost],
    ['did not', notSent],
  ])('the same device soon after: sent again with the same transaction id (it %s)', async (_what, fault) => {
    await lose(fault);
    bench.restart();
    bench.clocks.advance(11 * HOUR);
    await bench.drain();
    const tries = bench.puts.filter(({ body }) => nameIn(body) === 'a1').map(({ txnId }) => txnId);
    expect(tries).toHaveLength(2);
    expect(new Set(tries).size).toBe(1);
    expect(await bench.read(A)).toEqual(['before', 'a1', 'a2']);
  });

  it.each([
    ['another device', 'OTHER', 1_000],
    ['too late', 'TRANSCRIPT', 13 * HOUR],
  ])('%s: the room is read back, and it is there', async (_what, device, later) => {
    await lose(answerLost);
    bench.restart(device);
    bench.clocks.advance(later);
    await bench.drain();
    expect(bench.puts.filter(({ body }) => nameIn(body) === 'a1')).toHaveLength(1);
    expect(await bench.read(A)).toEqual(['before', 'a1', 'a2']);
    expect(await bench.store.outbox.pending()).toBe(0);
  });

  it.each([
    ['another device', 'OTHER', 1_000],
    ['too late', 'TRANSCRIPT', 13 * HOUR],
  ])('%s: the room is read back, and it is not there', async (_what, device, later) => {
    await lose(notSent);
    bench.restart(device);
    bench.clocks.advance(later);
    await bench.drain();
    expect(await bench.read(A)).toEqual(['before', 'a1', 'a2']);
  });

  it.each(['TRANSCRIPT', 'OTHER'])(
    'tried when the machine’s clock was three days ahead: the room is read back (%s)',
    async (device) => {
      bench.clocks.advance(72 * HOUR);
      await lose(answerLost);
      const roomId = (await bench.store.rooms.get(A))?.matrixId ?? '';
      for (const event of bench.transport.rooms.get(roomId)?.events ?? []) event.origin_server_ts -= 72 * HOUR;
      bench.restart(device);
      bench.clocks.advance(-72 * HOUR + 20 * HOUR);
      await bench.drain();
      expect(bench.puts.filter(({ body }) => nameIn(body) === 'a1')).toHaveLength(1);
      expect(await bench.read(A)).toEqual(['before', 'a1', 'a2']);
    },
  );

  it('is found behind pages of what others said', async () => {
    await lose(answerLost);
    const roomId = (await bench.store.rooms.get(A))?.matrixId ?? '';
    for (let n = 0; n < 120; n += 1) bench.transport.type(roomId, '@dr:a', { body: 'vu' });
    bench.restart('OTHER');
    bench.clocks.advance(1_000);
    await bench.drain();
    expect(bench.puts.filter(({ body }) => nameIn(body) === 'a1')).toHaveLength(1);
  });

  it('cannot be told apart: a person decides, and may say it again', async () => {
    await lose(answerLost);
    const decrypt = bench.transport.decrypt.bind(bench.transport);
    bench.transport.decrypt = async () => 'undecryptable';
    bench.restart('OTHER');
    bench.clocks.advance(1_000);
    await bench.drain();
    const [aside] = await bench.store.outbox.listQuarantined(10);
    expect(aside?.why).toContain('may have been sent already');
    expect(await bench.store.outbox.replay(aside?.id ?? '', { actor: 'operator', at: 1, forget: true })).toBe(true);
    await bench.drain();
    bench.transport.decrypt = decrypt;
    expect(bench.puts.filter(({ body }) => nameIn(body) === 'a1')).toHaveLength(2);
  });

  it('is settled by the bot’s own sync, without a second call; once is enough', async () => {
    await lose(answerLost);
    const roomId = (await bench.store.rooms.get(A))?.matrixId ?? '';
    const said = bench.transport.rooms.get(roomId)?.events.at(-1);
    if (!said) throw new Error('nothing was said');
    const txnId = `relais-${String(said.content[DELIVERY_ID])}`;
    const hear = listen(bench.store, bench.transport, bench.clocks);
    const back = { ...said, unsigned: { transaction_id: txnId } };
    for (const next of ['s1', 's2']) await hear({ next, rooms: [{ roomId, events: [back] }], invitations: [] });
    await bench.drain();
    expect(bench.puts.filter(({ body }) => nameIn(body) === 'a1')).toHaveLength(1);
    expect(await bench.read(A)).toEqual(['before', 'a1', 'a2']);
    expect(await bench.store.outbox.byEvent(said.event_id)).toMatchObject({ room: A });
  });
});

describe('a status card', () => {
  const card = (text: string, root = false) => ({ text, thread: 'stay:s', coalesce: 'card:s', root });

  it('that a later one replaces is never sent, and the later one opens the thread', async () => {
    await bench.say(A, card('c1', true), card('c2'), card('c3'));
    await bench.drain();
    expect(names()).toEqual(['c3']);
    const said = await bench.store.outbox.threadRoot(A, 'stay:s');
    expect(said).toBeDefined();
    await bench.say(A, card('c4'));
    await bench.drain();
    expect(await bench.store.outbox.threadRoot(A, 'stay:s')).toBe(said);
  });

  it('whose root was refused: the edit becomes the root', async () => {
    bench.fault = only('c1', fails(new TransportFailure('message', '400')));
    await bench.say(A, card('c1', true));
    await bench.drain();
    await bench.say(A, card('c2'));
    await bench.drain();
    expect(await bench.read(A)).toEqual(['c2']);
    expect(await bench.store.outbox.threadRoot(A, 'stay:s')).toBeDefined();
  });

  it('that may be in the room already is settled before the next one edits it', async () => {
    bench.fault = only('c1', answerLost);
    await bench.say(A, card('c1', true));
    await bench.drain();
    const inRoom = await bench.store.rooms.get(A);
    const first = bench.transport.rooms.get(inRoom?.matrixId ?? '')?.events.at(-1)?.event_id;
    bench.fault = undefined;
    await bench.say(A, card('c2'));
    bench.clocks.advance(1_000);
    await bench.drain();
    expect(await bench.read(A)).toEqual(['c1', 'c2']);
    expect(await bench.store.outbox.threadRoot(A, 'stay:s')).toBe(first);
  });
});
