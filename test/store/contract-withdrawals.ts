import { expect, test } from 'vitest';
import type { Carrier, Store } from '../../care/relay/ports.ts';
import { NOON, decision, delivery, envelope, wanted } from './fixtures.ts';

const A = 'patient:a';
const thread = 'stay:s1';

export function withdrawalContract(store: () => Store): void {
  const say = (...given: Parameters<typeof delivery>[1][]) =>
    store().commit(decision({ deliveries: given.map((one) => delivery(A, one)) }), NOON);
  const withdraw = () => store().commit(decision({ withdraws: [{ room: A, thread }] }), NOON);
  const carriers = (): Promise<Carrier[]> => store().outbox.carriers(A, thread);
  const head = async () => (await store().outbox.heads(NOON, 10))[0];

  async function sent(eventId: string): Promise<void> {
    await store().outbox.markDone((await head())?.id ?? '', { eventId }, NOON);
  }

  test('what was said of a thread is found in order, with the summaries since, and nothing else', async () => {
    const summary = { announcement: { kind: 'patient-summary', patientId: 'a', forUser: '' } } as const;
    await say(summary, { thread, root: true }, { thread: 'stay:s2' }, { thread }, summary, {});
    for (const n of [1, 2, 3, 4, 5, 6]) await sent(`$${n}`);
    expect((await carriers()).map((one) => one.eventId)).toEqual(['$2', '$4', '$5']);
    for (const one of await carriers()) await store().outbox.markRedacted(one.id, 'redacted', NOON);
    expect(await carriers()).toEqual([]);
    expect(await store().outbox.countDone(A)).toBe(6); // said all the same
    expect(await store().outbox.threadRoot(A, thread)).toBeUndefined();
    const rows = (await store().audit(10)).filter((row) => row.action === 'redact');
    expect(rows.map(({ reason }) => reason)).toEqual(['retracted', 'retracted', 'retracted']);
  });

  test('what waits is never said; what was tried may be there, and is told by its id once it shows', async () => {
    await say({ thread }, { thread }, { thread: 'stay:s2' });
    const { id = '' } = (await head()) ?? {};
    expect(await store().outbox.markTried(id, 'DEV', NOON)).toBe(true);
    await store().outbox.postpone(id, NOON + 60_000, 'reset');
    expect((await carriers()).map((one) => one.id)).toEqual([id]);
    await withdraw();
    expect(await store().outbox.markTried(id, 'DEV', NOON)).toBe(false);
    expect(await head()).toMatchObject({ thread: 'stay:s2' }); // the lane does not wait for what has gone
    expect(await carriers()).toMatchObject([{ id, eventId: undefined, tried: { device: 'DEV' } }]);
    await store().outbox.markDone(id, { eventId: '$late' }, NOON);
    expect(await carriers()).toMatchObject([{ id, eventId: '$late' }]);
    expect(await store().outbox.byEvent('$late')).toMatchObject({ room: A });
  });

  test('what was put aside cannot be sent again after it was withdrawn; what stays in the room is counted as such', async () => {
    await say({ thread }, { thread });
    const { id = '' } = (await head()) ?? {};
    await store().outbox.quarantine(id, 'too large');
    await sent('$2');
    await withdraw();
    expect(await store().outbox.listQuarantined(5)).toEqual([]);
    expect(await store().outbox.replay(id, { actor: 'operator', at: NOON })).toBe(false);
    const [one] = await carriers();
    await store().outbox.markRedacted(one?.id ?? '', { failed: 'another room' }, NOON);
    expect(await carriers()).toEqual([]);
    expect((await store().audit(5)).at(-1)).toMatchObject({ action: 'redact', reason: 'not-redacted' });
  });

  test('an act leaves its lane and is not counted as said', async () => {
    await say({ announcement: { kind: 'end-room', next: false, generation: 1 } });
    await store().outbox.markDone((await head())?.id ?? '', 'performed', NOON);
    expect(await head()).toBeUndefined();
    expect(await store().outbox.countDone(A)).toBe(0);
  });

  test('a room goes on in another Matrix room, as the next generation', async () => {
    await store().rooms.want(wanted(A));
    await store().rooms.opened(A, '!old');
    await say({ thread, root: true });
    await sent('$1');
    await store().commit(decision({ replaces: [{ ref: A, matrixId: '!new' }] }), NOON);
    expect(await store().rooms.get(A)).toMatchObject({ matrixId: '!new', generation: 2, state: 'open' });
    expect(await store().rooms.byMatrixId('!old')).toBeUndefined();
    expect(await store().outbox.threadRoot(A, thread)).toBeUndefined();
  });

  test('envelopes are decided again with the decision, in its order; what is decided stays so', async () => {
    const settle = (id: string, state: 'quarantined' | 'decided') =>
      store().commit(
        decision({ settle: { envelope: id, state, outcome: 'quarantined', reason: 'merge-needs-human' } }),
        NOON,
      );
    const accepted = await store().inbox.accept([envelope('1'), envelope('2'), envelope('3')]);
    const ids = accepted.map((one) => ('id' in one ? one.id : ''));
    for (const [n, id] of ids.entries()) await settle(id, n === 2 ? 'decided' : 'quarantined');
    expect(await store().inbox.heads('in:', 5)).toEqual([]);
    const stale = decision({ replays: ids, files: [{ kind: 'proposal', id: 'V-1', version: 7, state: {} }] });
    expect(await store().commit(stale, NOON)).toBe('stale');
    expect(await store().inbox.heads('in:', 5)).toEqual([]);
    expect(await store().commit(decision({ replays: [ids[1] ?? '', ids[0] ?? '', ids[2] ?? ''] }), NOON)).toBe(
      'committed',
    );
    expect((await store().inbox.heads('in:', 5)).map((one) => one.key)).toEqual(['2']);
    await settle(ids[1] ?? '', 'decided');
    expect((await store().inbox.heads('in:', 5)).map((one) => one.key)).toEqual(['1']);
    await settle(ids[0] ?? '', 'decided');
    expect(await store().inbox.heads('in:', 5)).toEqual([]);
  });
}
