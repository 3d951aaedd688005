import { expect, test } from 'vitest';
import type { Decision, FileWrite } from '../../care/relay/decision.ts';
import type { Store } from '../../care/relay/ports.ts';
import { acceptOne, settled } from './contract-inbox.ts';
import { NOON, decision, delivery, wanted } from './fixtures.ts';

const stay = (version: number, state: unknown, keys?: string[]): FileWrite => ({
  kind: 'stay',
  id: 's1',
  version,
  state,
  ...(keys && { keys }),
});

/** One of everything, so that a stale commit can be seen to have written none of it. */
function full(given: Partial<Decision>): Decision {
  return decision({
    files: [{ kind: 'patient', id: 'p1', version: 0, state: { name: 'x' }, keys: ['ins'] }],
    events: [{ kind: 'patient', id: 'p1', type: 'opened', at: NOON, body: {} }],
    deliveries: [delivery('patient:p1')],
    timers: [{ do: 'set', kind: 'stay-notice', ref: 's1', step: 'j-1', dueAt: NOON }],
    rooms: [wanted('patient:p1')],
    facts: ['fact-1'],
    audit: [{ actor: 'source:chu', action: 'decide', subject: 'p1', outcome: 'posted', reason: 'announced' }],
    ...given,
  });
}

async function expectNothingWritten(store: Store): Promise<void> {
  expect(await store.files.load('patient', 'p1')).toBeUndefined();
  expect(await store.files.find('patient', 'ins')).toEqual([]);
  expect(await store.files.history('patient', 'p1')).toEqual([]);
  expect(await store.files.knowsFact('fact-1')).toBe(false);
  expect(await store.outbox.pending()).toBe(0);
  expect(await store.timers.next()).toBeUndefined();
  expect(await store.rooms.list()).toEqual([]);
  expect(await store.audit(10)).toEqual([]);
}

export function commitContract(store: () => Store): void {
  test('writes all of a decision at once', async () => {
    const id = await acceptOne(store(), 'A');
    const settle = { envelope: id, state: 'decided', outcome: 'posted', reason: 'announced', detail: 'said' } as const;
    expect(await store().commit(full({ settle }), NOON)).toBe('committed');
    expect(await store().files.load('patient', 'p1')).toEqual({
      kind: 'patient',
      id: 'p1',
      version: 1,
      state: { name: 'x' },
    });
    expect(await store().files.knowsFact('fact-1')).toBe(true);
    expect(await store().outbox.pending()).toBe(1);
    expect(await store().timers.next()).toBe(NOON);
    expect((await store().rooms.list()).map((room) => room.ref)).toEqual(['patient:p1']);
    expect(await store().audit(10)).toEqual([
      { at: NOON, actor: 'source:chu', action: 'decide', subject: 'p1', outcome: 'posted', reason: 'announced' },
    ]);
    expect(await store().inbox.get(id)).toMatchObject({ state: 'decided', outcome: 'posted', detail: 'said' });
    expect(await store().counts()).toEqual([{ outcome: 'posted', reason: 'announced', n: 1 }]);
  });

  test('a file that has moved makes it stale, and nothing is written', async () => {
    await store().commit(decision({ files: [stay(0, 'a')] }), NOON);
    await store().commit(decision({ files: [stay(1, 'b')] }), NOON);
    const id = await acceptOne(store(), 'A');
    const { files } = full({});
    for (const read of [0, 1, 3]) {
      const late = full({ ...settledPart(id), files: [...files, stay(read, 'late')] });
      expect(await store().commit(late, NOON)).toBe('stale');
    }
    await expectNothingWritten(store());
    expect((await store().files.load('stay', 's1'))?.state).toBe('b');
    expect((await store().inbox.get(id))?.state).toBe('undecided');
    expect(await store().counts()).toEqual([]);
  });

  test('two deciders of the same version: one wins', async () => {
    await store().commit(decision({ files: [stay(0, 'asked')] }), NOON);
    const both = await Promise.all([
      store().commit(decision({ files: [stay(1, 'taken by A')], deliveries: [delivery('group:g')] }), NOON),
      store().commit(decision({ files: [stay(1, 'taken by B')], deliveries: [delivery('group:g')] }), NOON),
    ]);
    expect(both.sort()).toEqual(['committed', 'stale']);
    expect(await store().outbox.pending()).toBe(1);
    expect((await store().files.load('stay', 's1'))?.version).toBe(2);
  });

  test('a fact is decided once', async () => {
    expect(await store().commit(decision({ facts: ['f', 'fact-0', 'f'] }), NOON)).toBe('committed');
    expect(await store().commit(full({ facts: ['fact-1', 'fact-0'] }), NOON)).toBe('stale');
    await expectNothingWritten(store());
  });

  test('an envelope is decided once', async () => {
    const id = await acceptOne(store(), 'A');
    expect(await store().commit(settled(id), NOON)).toBe('committed');
    expect(await store().commit(full({ ...settledPart(id) }), NOON)).toBe('stale');
    expect(await store().commit(full({ ...settledPart('no such id') }), NOON)).toBe('stale');
    await expectNothingWritten(store());
  });

  test('what waits for a human or a key can be settled, and is counted once', async () => {
    const id = await acceptOne(store(), 'A');
    await store().commit(settled(id, 'waiting-key', 'quarantined'), NOON);
    expect(await store().inbox.count('waiting-key')).toBe(1);
    await store().commit(settled(id, 'quarantined', 'quarantined'), NOON);
    expect(await store().commit(settled(id), NOON)).toBe('committed');
    expect(await store().counts()).toEqual([{ outcome: 'muted', reason: 'bed-move', n: 1 }]);
  });

  test('an emptied envelope keeps its key and its acknowledgement, and nothing else', async () => {
    const id = await acceptOne(store(), 'A', { text: 'protected', note: 'n', acknowledgement: 'AA' });
    const settle = { envelope: id, state: 'decided', outcome: 'blocked', reason: 'vip', emptied: true } as const;
    await store().commit(decision({ settle }), NOON);
    const kept = await store().inbox.get(id);
    expect(kept).toMatchObject({ key: 'A', note: undefined, outcome: 'blocked' });
    expect(kept?.body.length).toBe(0);
    const again = await acceptOne(store(), 'A', { text: 'protected' });
    expect(again).toBe(id);
  });

  test('look-up keys replace the earlier ones; without any they stay', async () => {
    const found = async (key: string) => (await store().files.find('stay', key)).map((file) => file.state);
    await store().commit(decision({ files: [stay(0, 'a', ['k1', 'k2', 'k1'])] }), NOON);
    await store().commit(decision({ files: [stay(1, 'b')] }), NOON);
    expect([await found('k1'), await found('k2')]).toEqual([['b'], ['b']]);
    await store().commit(decision({ files: [stay(2, 'c', ['k3'])] }), NOON);
    expect([await found('k1'), await found('k3')]).toEqual([[], ['c']]);
    expect(await store().files.find('patient', 'k3')).toEqual([]);
  });

  test('files are found oldest first, whatever has been written since', async () => {
    const file = (id: string, version: number): FileWrite => ({ kind: 'stay', id, version, state: id, keys: ['k'] });
    for (const id of ['z', 'a', 'm']) await store().commit(decision({ files: [file(id, 0)] }), NOON);
    await store().commit(decision({ files: [file('z', 1)] }), NOON);
    expect((await store().files.find('stay', 'k')).map((one) => one.id)).toEqual(['z', 'a', 'm']);
  });

  test('the history tells with which version each event came', async () => {
    const event = (type: string) => ({ kind: 'stay' as const, id: 's1', type, at: NOON, body: { type } });
    await store().commit(decision({ files: [stay(0, 1)], events: [event('opened'), event('named')] }), NOON);
    await store().commit(decision({ files: [stay(1, 2)], events: [event('closed')] }), NOON);
    const history = await store().files.history('stay', 's1');
    expect(history.map(({ version, type }) => [version, type])).toEqual([
      [1, 'opened'],
      [1, 'named'],
      [2, 'closed'],
    ]);
    expect(history[2]).toEqual({ version: 2, type: 'closed', at: NOON, body: { type: 'closed' } });
  });

  test('the audit gives its last rows, oldest first', async () => {
    const entry = { actor: 'clock', action: 'decide', outcome: 'muted', reason: 'recorded' } as const;
    for (const subject of ['1', '2', '3']) await store().commit(decision({ audit: [{ ...entry, subject }] }), NOON);
    expect((await store().audit(2)).map((row) => row.subject)).toEqual(['2', '3']);
  });

  test('settings are kept and replaced', async () => {
    expect(await store().get('civil-offset')).toBeUndefined();
    await store().set('civil-offset', '1');
    await store().set('civil-offset', '2');
    expect(await store().get('civil-offset')).toBe('2');
    await store().ping();
  });
}

function settledPart(id: string): Pick<Decision, 'settle'> {
  const { settle } = settled(id);
  return settle ? { settle } : {};
}
