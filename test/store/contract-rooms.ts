import { expect, test } from 'vitest';
import type { Store } from '../../care/relay/ports.ts';
import { NOON, decision, delivery, wanted } from './fixtures.ts';

const REF = 'patient:p1';

export function roomContract(store: () => Store): void {
  test('a room is wanted first, and opened by the drain', async () => {
    const room = await store().rooms.want(wanted(REF));
    expect(room).toEqual({ ...wanted(REF), matrixId: null, generation: 1, state: 'wanted' });
    await store().rooms.opened(REF, '!one:a');
    expect(await store().rooms.byMatrixId('!one:a')).toEqual({ ...room, matrixId: '!one:a', state: 'open' });
    expect(await store().rooms.get('patient:other')).toBeUndefined();
    await expect(store().rooms.opened('patient:other', '!x:a')).rejects.toThrow('want it before');
  });

  test('wanting it again takes the new members and never changes its Matrix room', async () => {
    await store().rooms.want(wanted(REF));
    await store().rooms.opened(REF, '!one:a');
    const again = await store().rooms.want(wanted(REF, { members: ['@dr:a', '@nurse:a'] }));
    expect(again).toMatchObject({ matrixId: '!one:a', state: 'open', generation: 1, members: ['@dr:a', '@nurse:a'] });
  });

  test('encryption can be added, never taken away', async () => {
    await store().rooms.want(wanted('group:g', { encrypted: false }));
    expect((await store().rooms.want(wanted('group:g', { encrypted: true }))).encrypted).toBe(true);
    expect((await store().rooms.want(wanted('group:g', { encrypted: false }))).encrypted).toBe(true);
  });

  test('a closed room that is wanted again is the next generation, with an open lane and no old roots', async () => {
    await store().rooms.want(wanted(REF));
    await store().rooms.opened(REF, '!one:a');
    await store().commit(decision({ deliveries: [delivery(REF, { thread: 't', root: true }), delivery(REF)] }), NOON);
    const [root] = await store().outbox.heads(NOON, 1);
    await store().outbox.markDone(root?.id ?? '', { eventId: '$old' }, NOON);
    await store().outbox.pauseLane(REF, 'gone');
    await store().rooms.close(REF);
    expect((await store().rooms.get(REF))?.state).toBe('closed');
    const next = await store().rooms.want(wanted(REF));
    expect(next).toMatchObject({ matrixId: null, generation: 2, state: 'wanted' });
    expect(await store().outbox.threadRoot(REF, 't')).toBeUndefined();
    expect(await store().outbox.heads(NOON, 1)).toHaveLength(1);
    expect(await store().outbox.byEvent('$old')).toEqual({ room: REF, thread: 't' });
  });

  test('a room whose Matrix room was replaced forgets the roots of the old one', async () => {
    await store().rooms.want(wanted(REF));
    await store().rooms.opened(REF, '!one:a');
    await store().commit(decision({ deliveries: [delivery(REF, { thread: 't', root: true })] }), NOON);
    const [root] = await store().outbox.heads(NOON, 1);
    await store().outbox.markDone(root?.id ?? '', { eventId: '$old' }, NOON);
    await store().rooms.opened(REF, '!one:a');
    expect(await store().outbox.threadRoot(REF, 't')).toBe('$old');
    await store().rooms.opened(REF, '!two:a');
    expect(await store().outbox.threadRoot(REF, 't')).toBeUndefined();
    expect(await store().rooms.byMatrixId('!one:a')).toBeUndefined();
  });

  test('lists rooms in the order in which they were first wanted', async () => {
    for (const ref of ['patient:z', 'patient:a']) await store().rooms.want(wanted(ref));
    await store().rooms.want(wanted('patient:z'));
    expect((await store().rooms.list()).map((room) => room.ref)).toEqual(['patient:z', 'patient:a']);
  });
}
