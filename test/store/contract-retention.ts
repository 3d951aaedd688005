import { expect, test } from 'vitest';
import type { Store } from '../../care/relay/ports.ts';
import { acceptOne, settled } from './contract-inbox.ts';
import { NOON, decision, delivery, envelope } from './fixtures.ts';

const DAY = 86_400_000;
const LATER = NOON + 60 * DAY;
const SUMMARY = { kind: 'patient-summary', patientId: 'p1', forUser: '@dr:a' } as const;

/** Says one delivery in its room. */
async function say(store: Store, room: string, eventId: string, at = NOON): Promise<string> {
  const [item] = (await store.outbox.heads(NOON, 9)).filter((one) => one.room === room);
  if (!item) throw new Error(`nothing waits for ${room}`);
  await store.outbox.markTried(item.id, 'DEVICE', at);
  await store.outbox.markDone(item.id, { eventId }, at);
  return item.id;
}

export function retentionContract(store: () => Store): void {
  test('empties decided messages, the oldest first, and knows them still', async () => {
    const given = { acknowledgement: 'MSA|AA|A', receivedAt: NOON } as const;
    const first = await acceptOne(store(), 'A', given);
    const second = await acceptOne(store(), 'B', { receivedAt: NOON + DAY });
    const young = await acceptOne(store(), 'C', { receivedAt: LATER });
    const retro = { envelope: first, state: 'decided', outcome: 'muted', reason: 'retroactive', detail: 'V1' } as const;
    await store().commit(decision({ settle: retro }), NOON);
    for (const id of [second, young]) await store().commit(settled(id), NOON);
    expect(await store().retention.count('messages', LATER)).toEqual({ due: 2, oldest: LATER });
    expect(await store().retention.empty('messages', LATER, 1)).toBe(1);
    expect(await store().inbox.get(first)).toMatchObject({
      key: '',
      body: new Uint8Array(0),
      note: undefined,
      detail: undefined,
      state: 'decided',
      reason: 'retroactive',
    });
    expect((await store().inbox.get(second))?.body).not.toHaveLength(0);
    expect(await store().retention.empty('messages', LATER, 9)).toBe(1);
    expect(await store().retention.empty('messages', LATER, 9)).toBe(0);
    expect((await store().inbox.get(young))?.key).toBe('C');
    const [again, other] = await store().inbox.accept([envelope('A', given), envelope('A', { text: 'other' })]);
    expect(again).toEqual({ id: first, state: 'duplicate', acknowledgement: 'MSA|AA|A' });
    expect(other).toEqual({ state: 'reused' });
    expect(await store().counts()).toContainEqual({ outcome: 'muted', reason: 'retroactive', n: 1 });
  });

  test('a counter that came again is known after its retention too', async () => {
    const resets = { onKeyReuse: 'accept-as-new' } as const;
    const one = await acceptOne(store(), 'C1', { text: 'one', ...resets });
    const two = await acceptOne(store(), 'C1', { text: 'two', ...resets });
    for (const id of [one, two]) await store().commit(settled(id), NOON);
    expect(await store().retention.empty('messages', LATER, 9)).toBe(2);
    const again = await store().inbox.accept([
      envelope('C1', { text: 'two', ...resets }),
      envelope('C1', { text: 'one', ...resets }),
    ]);
    expect(again).toMatchObject([
      { id: two, state: 'duplicate' },
      { id: one, state: 'duplicate' },
    ]);
  });

  test('never empties what waits: undecided, in quarantine, without its key', async () => {
    const [undecided, held, keyless] = [
      await acceptOne(store(), 'A'),
      await acceptOne(store(), 'B'),
      await acceptOne(store(), 'C'),
    ];
    await store().commit(settled(held, 'quarantined', 'quarantined'), NOON);
    await store().commit(settled(keyless, 'waiting-key', 'quarantined'), NOON);
    expect(await store().retention.empty('messages', LATER, 9)).toBe(0);
    for (const id of [undecided, held, keyless]) expect((await store().inbox.get(id))?.body).not.toHaveLength(0);
    // Decided later than everybody thought: it goes with the next night.
    await store().inbox.replay(held);
    await store().commit(settled(held), LATER);
    expect(await store().retention.empty('messages', LATER, 9)).toBe(1);
  });

  test('empties what was said; the event, its thread and its number stay', async () => {
    const thread = { thread: 'stay:s1', root: true };
    await store().commit(decision({ deliveries: [delivery('patient:a', thread)] }), NOON);
    await store().commit(decision({ deliveries: [delivery('patient:b', { announcement: SUMMARY })] }), NOON);
    const [told, summary] = [await say(store(), 'patient:a', '$a'), await say(store(), 'patient:b', '$b')];
    expect(await store().retention.empty('announcements', NOON, 9)).toBe(0);
    expect(await store().retention.count('announcements', LATER)).toEqual({ due: 2, oldest: undefined });
    expect(await store().retention.empty('announcements', LATER, 9)).toBe(2);
    expect(await store().retention.empty('announcements', LATER, 9)).toBe(0);
    expect(await store().outbox.look(summary)).toMatchObject({ announcement: { kind: 'patient-summary' } });
    expect((await store().outbox.look(summary))?.announcement).not.toHaveProperty('patientId');
    expect(await store().outbox.byEvent('$a')).toEqual({ room: 'patient:a', thread: 'stay:s1' });
    expect(await store().outbox.threadRoot('patient:a', 'stay:s1')).toBe('$a');
    expect(await store().outbox.countDone('patient:a')).toBe(1);
    // The bot's own sync brings it back: it is known.
    await store().outbox.markDone(told, { eventId: '$twin' }, LATER);
    expect(await store().outbox.byEvent('$twin')).toBeUndefined();
  });

  test('what was said of a stay is taken back after its retention as before it', async () => {
    const about = { thread: 'stay:s1', root: true };
    await store().commit(decision({ deliveries: [delivery('patient:a', about)] }), NOON);
    const told = await say(store(), 'patient:a', '$a');
    await store().commit(decision({ deliveries: [delivery('patient:a', { announcement: SUMMARY })] }), NOON);
    const summary = await say(store(), 'patient:a', '$s');
    await store().commit(decision({ deliveries: [delivery('patient:a')] }), NOON);
    await say(store(), 'patient:a', '$other');
    const before = await store().outbox.carriers('patient:a', 'stay:s1');
    expect(await store().retention.empty('announcements', LATER, 9)).toBe(3);
    const after = await store().outbox.carriers('patient:a', 'stay:s1');
    expect(after).toEqual(before);
    expect(after.map(({ id }) => id)).toEqual([told, summary]);
  });

  test('never empties what is still to be said, or waits for a person', async () => {
    await store().commit(decision({ deliveries: ['a', 'b', 'c'].map((room) => delivery(`patient:${room}`)) }), NOON);
    const [pending, paused, aside] = await store().outbox.heads(NOON, 9);
    if (!pending || !paused || !aside) throw new Error('three wait');
    await store().outbox.pauseLane(paused.room, 'forbidden');
    await store().outbox.quarantine(aside.id, 'too large');
    expect(await store().retention.empty('announcements', LATER, 9)).toBe(0);
    expect(await store().retention.owes(pending.room)).toBe(true);
    expect(await store().retention.owes(aside.room)).toBe(true);
    await store().outbox.drop(aside.id, { actor: 'operator', at: NOON });
    expect(await store().retention.owes(aside.room)).toBe(false);
    expect(await store().retention.empty('announcements', LATER, 9)).toBe(1);
  });

  test('what was decided long ago and said yesterday stays its time', async () => {
    await store().commit(decision({ deliveries: [delivery('patient:a')] }), NOON);
    await say(store(), 'patient:a', '$a', LATER);
    expect(await store().retention.empty('announcements', LATER, 9)).toBe(0);
    expect(await store().retention.count('announcements', LATER)).toEqual({ due: 0, oldest: LATER });
    expect(await store().retention.empty('announcements', LATER + 1, 9)).toBe(1);
  });

  test('erases audit rows by their age, the rest is read as before', async () => {
    const row = { actor: 'a', action: 'look', subject: 's', outcome: 'muted', reason: 'recorded' } as const;
    for (const at of [NOON, NOON + DAY, LATER]) await store().commit(decision({ audit: [row] }), at);
    expect(await store().retention.count('audit', LATER)).toEqual({ due: 2, oldest: LATER });
    expect(await store().retention.empty('audit', LATER, 1)).toBe(1);
    expect(await store().retention.empty('audit', LATER, 9)).toBe(1);
    expect(await store().retention.empty('audit', LATER, 9)).toBe(0);
    expect(await store().audit(9)).toEqual([{ at: LATER, ...row }]);
  });

  test('files rest from their last use, and are found longest first, page by page', async () => {
    const write = (id: string, version = 0) => ({ kind: 'request' as const, id, version, state: id });
    await store().commit(decision({ files: [write('b'), write('a')] }), NOON);
    await store().commit(decision({ files: [write('c'), { ...write('x'), kind: 'stay' }] }), NOON + 1);
    const idle = async (before: number, limit = 9, after?: { id: string; idleSince: number }) =>
      (await store().retention.idle('request', before, limit, after)).map(({ id }) => id);
    expect(await idle(NOON)).toEqual([]);
    expect(await idle(LATER)).toEqual(['a', 'b', 'c']);
    expect(await idle(LATER, 2)).toEqual(['a', 'b']);
    expect(await idle(LATER, 2, { id: 'b', idleSince: NOON })).toEqual(['c']);
    await store().commit(decision({ files: [write('b', 1)] }), NOON + 2);
    await store().commit(decision({ touches: [{ kind: 'request', id: 'a' }] }), NOON + 3);
    expect(await idle(LATER)).toEqual(['c', 'b', 'a']);
    await store().commit(
      decision({
        touches: [
          { kind: 'request', id: 'a' },
          { kind: 'stay', id: 'gone' },
        ],
      }),
      NOON,
    );
    await store().retention.rest({ kind: 'request', id: 'c', since: NOON + 4 });
    expect(await store().retention.idle('request', LATER, 9)).toMatchObject([
      { id: 'b', version: 2, idleSince: NOON + 2 },
      { id: 'a', version: 1, idleSince: NOON + 3, state: 'a' },
      { id: 'c', version: 1, idleSince: NOON + 4 },
    ]);
  });

  test('a file goes with its events when that is said, and what moved meanwhile stays', async () => {
    const event = { kind: 'stay' as const, id: 's1', type: 'admitted', at: NOON, body: 'where' };
    const file = { kind: 'stay' as const, id: 's1', version: 0, state: 1, keys: ['k'] };
    await store().commit(decision({ files: [file], events: [event] }), NOON);
    const erase = { kind: 'stay' as const, id: 's1', version: 1, events: true };
    expect(await store().commit(decision({ erases: [{ ...erase, version: 7 }] }), NOON)).toBe('stale');
    expect(await store().files.history('stay', 's1')).toHaveLength(1);
    expect(await store().commit(decision({ erases: [erase] }), NOON)).toBe('committed');
    expect(await store().files.history('stay', 's1')).toEqual([]);
    expect(await store().files.find('stay', 'k')).toEqual([]);
    // Another one under the same id begins anew.
    expect(await store().commit(decision({ files: [file] }), NOON)).toBe('committed');
    expect((await store().files.load('stay', 's1'))?.version).toBe(1);
  });
}
