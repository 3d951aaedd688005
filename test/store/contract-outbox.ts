import { expect, test } from 'vitest';
import type { NewDelivery } from '../../care/relay/decision.ts';
import { LONGEST_WAIT_MS, type OutboxItem, type Store } from '../../care/relay/ports.ts';
import { NOON, decision, delivery } from './fixtures.ts';

const A = 'patient:a';
const B = 'patient:b';
const card = { thread: 'stay:s1', coalesce: 'card:s1', root: true };

export function outboxContract(store: () => Store): void {
  const say = (...deliveries: NewDelivery[]) => store().commit(decision({ deliveries }), NOON);
  const heads = (now = NOON, limit = 10) => store().outbox.heads(now, limit);

  /** The head of a lane; the test fails where there is none. */
  async function head(room: string): Promise<OutboxItem> {
    const item = (await heads()).find((one) => one.room === room);
    if (!item) throw new Error(`${room} has no head`);
    return item;
  }

  async function sent(room: string, eventId: string): Promise<void> {
    await store().outbox.markDone((await head(room)).id, { eventId }, NOON);
  }

  test('gives a delivery back as it was decided', async () => {
    const announcement = { kind: 'welcome', name: 'Dr Éloïse' } as const;
    const full = { announcement, ring: ['@a:b'], thread: 't', root: true, coalesce: 'c', replyTo: '$q' };
    await say(delivery(A, full), delivery(B));
    const item = await head(A);
    expect(item).toEqual({ ...full, ...item, room: A, seq: 1, attempts: 0, tried: undefined });
    expect(item.deliveryId).not.toBe('');
    expect(await head(B)).toMatchObject({ thread: undefined, root: false, coalesce: undefined, replyTo: undefined });
    expect((await head(B)).deliveryId).not.toBe(item.deliveryId);
  });

  test('each lane is said in the order of the decisions, one item at a time', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => say(delivery(A, { replyTo: `$${index}` }))));
    await say(delivery(B));
    expect((await heads()).map((item) => [item.room, item.seq])).toEqual([
      [A, 1],
      [B, 1],
    ]);
    for (let index = 0; index < 20; index++) {
      const item = await head(A);
      expect([item.seq, item.replyTo]).toEqual([index + 1, `$${index}`]);
      await store().outbox.markDone(item.id, { eventId: `$said${index}` }, NOON);
    }
    expect((await heads()).map((item) => item.room)).toEqual([B]);
    expect(await store().outbox.countDone(A)).toBe(20);
    expect(await store().outbox.pending()).toBe(1);
  });

  test('lanes that are being sent leave their place to the others', async () => {
    await say(delivery(A), delivery(A), delivery(B));
    const others = await store().outbox.heads(NOON, 1, new Map([[A, 'being sent']]));
    expect(others.map((item) => item.room)).toEqual([B]);
  });

  test('many lanes marked at once: each by itself, in one go', async () => {
    const rooms = Array.from({ length: 70 }, (_, n) => `patient:${n}`);
    await say(...rooms.map((room) => delivery(room)), delivery('patient:0'));
    const first = await heads(NOON, 100);
    await Promise.all(first.map(({ id }, n) => store().outbox.markTried(id, `DEV${n}`, n)));
    expect((await heads(NOON, 100)).map(({ tried }) => tried)).toEqual(
      first.map((_, n) => ({ device: `DEV${n}`, at: n })),
    );
    await Promise.all(first.map(({ id }, n) => store().outbox.markDone(id, { eventId: `$${n}` }, NOON)));
    expect((await heads(NOON, 100)).map((item) => [item.room, item.seq])).toEqual([['patient:0', 2]]);
    expect(await store().outbox.byEvent('$69')).toMatchObject({ room: first[69]?.room });
  });

  test('a lane that waits lets the others pass, and keeps its head', async () => {
    await say(delivery(A), delivery(A), delivery(B));
    const { id } = await head(A);
    await store().outbox.postpone(id, NOON + 1_000, 'rate limit');
    expect((await heads()).map((item) => item.room)).toEqual([B]);
    const ready = await heads(NOON + 1_000);
    expect(ready.map((item) => item.room)).toEqual([B, A]);
    expect(ready[1]).toMatchObject({ id, attempts: 1 });
    expect((await heads(NOON + 1_000, 1)).map((item) => item.room)).toEqual([B]);
    await store().outbox.markDone(id, { eventId: '$1' }, NOON);
    expect((await head(A)).seq).toBe(2);
  });

  test('a lane that would wait longer than any lane does was postponed before the clock was set back: it is ready', async () => {
    await say(delivery(A), delivery(B));
    await store().outbox.postpone((await head(A)).id, NOON + LONGEST_WAIT_MS, 'reset');
    expect((await heads(NOON)).map((item) => item.room)).toEqual([B]);
    expect((await heads(NOON - 1)).map((item) => item.room)).toEqual([B, A]);
  });

  test('the first try of a device is remembered', async () => {
    await say(delivery(A));
    const { id } = await head(A);
    await store().outbox.markTried(id, 'DEV1', 10);
    await store().outbox.markTried(id, 'DEV1', 20);
    expect((await head(A)).tried).toEqual({ device: 'DEV1', at: 10 });
    await store().outbox.markTried(id, 'DEV2', 30);
    expect((await head(A)).tried).toEqual({ device: 'DEV2', at: 30 });
  });

  test('a message that cannot be said is put aside and its lane goes on', async () => {
    await say(delivery(A), delivery(A));
    const { id } = await head(A);
    await store().outbox.quarantine(id, 'too large');
    expect((await head(A)).seq).toBe(2);
    expect(await store().outbox.listQuarantined(10)).toEqual([{ id, room: A, why: 'too large' }]);
    expect(await store().outbox.look(id)).toMatchObject({ id, room: A, state: 'quarantined', why: 'too large' });
    expect(await store().outbox.look('nothing')).toBeUndefined();
    expect(await store().outbox.countDone(A)).toBe(0);
    // its event comes back through the bot's own sync: it had arrived
    await store().outbox.markDone(id, { eventId: '$late' }, NOON);
    expect(await store().outbox.listQuarantined(10)).toEqual([]);
    expect(await store().outbox.countDone(A)).toBe(1);
  });

  test('a room that cannot be written to stops its lane, visibly, until it is resumed', async () => {
    await say(delivery(A), delivery(A), delivery(B));
    await store().outbox.pauseLane(A, 'forbidden');
    await store().outbox.pauseLane('group:g', 'gone');
    await say(delivery('group:g'));
    expect((await heads()).map((item) => item.room)).toEqual([B]);
    await sent(B, '$b');
    expect(await store().outbox.lanes()).toEqual([
      { room: 'group:g', pending: 1, paused: 'gone' },
      { room: A, pending: 2, paused: 'forbidden' },
    ]);
    await store().outbox.resumeLane(A);
    expect((await head(A)).seq).toBe(1);
    expect((await store().outbox.lanes())[1]).toEqual({ room: A, pending: 2, paused: undefined });
  });

  test('a later delivery with the same coalescing key makes the earlier one superfluous', async () => {
    await say(delivery(A, card), delivery(A), delivery(B, card));
    const first = await head(A);
    expect(await store().outbox.superseded(first.id, false)).toBe(false);
    await say(delivery(A, card));
    expect(await store().outbox.superseded(first.id, false)).toBe(true);
    expect(await store().outbox.superseded((await head(B)).id, false)).toBe(false);
    await store().outbox.markDone(first.id, 'superseded', NOON);
    expect(await store().outbox.countDone(A)).toBe(0);
    expect((await head(A)).seq).toBe(2);
    expect(await store().outbox.superseded((await head(A)).id, false)).toBe(false);
  });

  test('what would open a thread is superfluous only when nothing of the thread comes before the later one', async () => {
    await say(
      delivery(A, card),
      delivery(A),
      delivery(A, card),
      delivery(A, { thread: card.thread }),
      delivery(A, card),
    );
    const first = await head(A);
    expect(await store().outbox.superseded(first.id, true)).toBe(true);
    await store().outbox.markDone(first.id, 'superseded', NOON);
    await sent(A, '$other');
    const second = await head(A);
    expect(await store().outbox.superseded(second.id, false)).toBe(true);
    expect(await store().outbox.superseded(second.id, true)).toBe(false);
  });

  test('the first root that was said opens its thread; edits do not change it', async () => {
    await say(delivery(A, { thread: 'stay:s1' }), delivery(A, card), delivery(A, card));
    await sent(A, '$fact');
    expect(await store().outbox.threadRoot(A, 'stay:s1')).toBeUndefined();
    await sent(A, '$root');
    await sent(A, '$edit');
    expect(await store().outbox.threadRoot(A, 'stay:s1')).toBe('$root');
    expect(await store().outbox.threadRoot(B, 'stay:s1')).toBeUndefined();
    expect(await store().outbox.byEvent('$edit')).toEqual({ room: A, thread: 'stay:s1' });
    expect(await store().outbox.byEvent('$other')).toBeUndefined();
  });

  test.each(['superseded', 'quarantined'] as const)('a root that was %s leaves its place to the edit', async (end) => {
    await say(delivery(A, card), delivery(A, { thread: card.thread, coalesce: card.coalesce }));
    const { id } = await head(A);
    if (end === 'superseded') await store().outbox.markDone(id, 'superseded', NOON);
    else await store().outbox.quarantine(id, 'refused');
    expect(await store().outbox.threadRoot(A, card.thread)).toBeUndefined();
    await sent(A, '$edit');
    expect(await store().outbox.threadRoot(A, card.thread)).toBe('$edit');
  });

  const by = { actor: 'operator', at: NOON + 5 };
  const acts = async () =>
    (await store().audit(10))
      .filter(({ actor }) => actor === by.actor)
      .map(({ at, ...act }) => [at, act.action, act.subject]);

  test('a delivery put aside is said again at the end of its lane, once, and the audit tells who wanted it', async () => {
    await say(delivery(A), delivery(A));
    const { id } = await head(A);
    expect(await store().outbox.replay(id, by)).toBe(false);
    await store().outbox.markTried(id, 'DEV1', 10);
    await store().outbox.quarantine(id, 'refused');
    expect(await store().outbox.replay(id, by)).toBe(true);
    expect(await store().outbox.replay(id, by)).toBe(false);
    await sent(A, '$2');
    expect(await head(A)).toMatchObject({ id, seq: 3, attempts: 0, tried: { device: 'DEV1', at: 10 } });
    await store().outbox.quarantine(id, 'in doubt');
    expect(await store().outbox.replay(id, { ...by, forget: true })).toBe(true);
    expect((await head(A)).tried).toBeUndefined();
    expect(await acts()).toEqual([
      [by.at, 'delivery:replay', id],
      [by.at, 'delivery:replay', id],
    ]);
  });

  test('a delivery put aside is dropped for good', async () => {
    await say(delivery(A));
    const { id } = await head(A);
    expect(await store().outbox.drop(id, by)).toBe(false);
    await store().outbox.quarantine(id, 'refused');
    expect(await store().outbox.drop(id, by)).toBe(true);
    expect(await store().outbox.listQuarantined(10)).toEqual([]);
    expect(await store().outbox.replay(id, by)).toBe(false);
    expect(await acts()).toEqual([[by.at, 'delivery:drop', id]]);
  });

  test('the head of a closed lane is skipped: put aside, and the lane goes on', async () => {
    await say(delivery(A), delivery(A));
    const { id } = await head(A);
    await store().outbox.pauseLane(A, 'forbidden');
    expect(await store().outbox.skipHead(A, by)).toBe(id);
    expect((await head(A)).seq).toBe(2);
    expect(await store().outbox.listQuarantined(10)).toEqual([{ id, room: A, why: 'skipped by operator' }]);
    expect(await acts()).toEqual([[by.at, 'lane:skip', id]]);
    expect(await store().outbox.skipHead(B, by)).toBeUndefined();
  });

  test('marking done twice changes nothing', async () => {
    await say(delivery(A, card));
    const { id } = await head(A);
    await store().outbox.markDone(id, { eventId: '$1' }, NOON);
    await store().outbox.markDone(id, { eventId: '$2' }, NOON);
    await store().outbox.markDone(id, 'superseded', NOON);
    await store().outbox.quarantine(id, 'late');
    expect(await store().outbox.threadRoot(A, card.thread)).toBe('$1');
    expect(await store().outbox.countDone(A)).toBe(1);
  });
}
