import { expect, test } from 'vitest';
import type { Accepted, Envelope } from '../../care/relay/envelope.ts';
import type { Store } from '../../care/relay/ports.ts';
import { NOON, decision, envelope } from './fixtures.ts';

function idOf(accepted: Accepted | undefined): string {
  if (!accepted || accepted.state === 'reused') throw new Error('nothing was stored');
  return accepted.id;
}

/** Accepts one envelope and gives its id. */
export async function acceptOne(store: Store, ...given: Parameters<typeof envelope>): Promise<string> {
  return idOf((await store.inbox.accept([envelope(...given)]))[0]);
}

/** Settles an envelope without saying anything. */
export function settled(
  id: string,
  state: Envelope['state'] = 'decided',
  outcome: 'muted' | 'quarantined' = 'muted',
): ReturnType<typeof decision> {
  const reason = outcome === 'muted' ? 'bed-move' : 'unknown-unit';
  return decision({ settle: { envelope: id, state, outcome, reason } });
}

export function inboxContract(store: () => Store): void {
  test('gives an envelope back as it was received, byte for byte', async () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    const id = await acceptOne(store(), 'MSG1', { body, note: 'latin1', lane: 'in:chu', receivedAt: NOON });
    expect(await store().inbox.get(id)).toEqual({
      id,
      lane: 'in:chu',
      seq: 1,
      source: 'chu',
      key: 'MSG1',
      format: 'hl7v2',
      body,
      receivedAt: NOON,
      note: 'latin1',
      state: 'undecided',
      outcome: undefined,
      reason: undefined,
      detail: undefined,
    });
    expect(await store().inbox.get('no such id')).toBeUndefined();
  });

  test('a retransmission stores nothing and has the first acknowledgement again', async () => {
    const [first] = await store().inbox.accept([envelope('MSG1', { acknowledgement: 'MSA|AA|MSG1' })]);
    const [again] = await store().inbox.accept([envelope('MSG1', { acknowledgement: 'another' })]);
    expect(first).toEqual({ id: idOf(first), state: 'fresh' });
    expect(again).toEqual({ id: idOf(first), state: 'duplicate', acknowledgement: 'MSA|AA|MSG1' });
    expect(await store().inbox.count('undecided')).toBe(1);
  });

  test('a retransmission in the same batch is one too', async () => {
    const answers = await store().inbox.accept([envelope('MSG1'), envelope('MSG1')]);
    expect(answers.map((answer) => answer.state)).toEqual(['fresh', 'duplicate']);
  });

  test('the same key at another source is another message', async () => {
    await acceptOne(store(), 'MSG1');
    const [other] = await store().inbox.accept([envelope('MSG1', { source: 'clinique', lane: 'in:clinique' })]);
    expect(other?.state).toBe('fresh');
  });

  test('another body under a known key is refused to a sender who owns its keys', async () => {
    await acceptOne(store(), 'K1', { text: 'one' });
    expect(await store().inbox.accept([envelope('K1', { text: 'two' })])).toEqual([{ state: 'reused' }]);
    expect(await store().inbox.count('undecided')).toBe(1);
  });

  test('another body under a known key is a new message where engines reset their counters', async () => {
    const resets = { onKeyReuse: 'accept-as-new' } as const;
    const first = await acceptOne(store(), 'C1', { text: 'one', ...resets });
    const [second] = await store().inbox.accept([envelope('C1', { text: 'two', ...resets })]);
    expect(second).toEqual({ id: idOf(second), state: 'fresh', warning: 'key-reused' });
    const again = await store().inbox.accept([
      envelope('C1', { text: 'two', ...resets }),
      envelope('C1', { text: 'one', ...resets }),
    ]);
    expect(again.map((answer) => [answer.state, idOf(answer)])).toEqual([
      ['duplicate', idOf(second)],
      ['duplicate', first],
    ]);
    expect((await store().inbox.get(idOf(second)))?.key).toBe('C1');
  });

  test('concurrent callers are taken in the order of their calls, lane by lane', async () => {
    const calls = Array.from({ length: 300 }, (_, index) =>
      store().inbox.accept([envelope(`M${index}`, { lane: index % 3 === 0 ? 'in:a' : 'in:b' })]),
    );
    const ids = (await Promise.all(calls)).map(([accepted]) => idOf(accepted));
    const kept = await Promise.all(ids.map((id) => store().inbox.get(id)));
    for (const lane of ['in:a', 'in:b']) {
      const seqs = kept.filter((one) => one?.lane === lane).map((one) => one?.seq);
      expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    }
  });

  test('one call that cannot be written does not refuse its neighbours', async () => {
    const before = store().inbox.accept([envelope('before')]);
    const broken = store().inbox.accept([envelope('good'), envelope('broken', { receivedAt: Number.NaN })]);
    const after = store().inbox.accept([envelope('after')]);
    await expect(broken).rejects.toThrow();
    expect([(await before)[0]?.state, (await after)[0]?.state]).toEqual(['fresh', 'fresh']);
    const kept = (await store().inbox.list({ limit: 10 })).map((one) => one.key);
    expect(kept).toEqual(['after', 'before']);
  });

  test('a cursor comes with its envelopes or not at all', async () => {
    expect(await store().inbox.cursor('sync')).toBeUndefined();
    await store().inbox.accept([envelope('$1')], { name: 'sync', value: 's1' });
    expect(await store().inbox.cursor('sync')).toBe('s1');
    const broken = [envelope('$2'), envelope('$3', { receivedAt: Number.NaN })];
    await expect(store().inbox.accept(broken, { name: 'sync', value: 's2' })).rejects.toThrow();
    expect(await store().inbox.cursor('sync')).toBe('s1');
    expect(await store().inbox.count('undecided')).toBe(1);
    await store().inbox.accept([], { name: 'sync', value: 's3' });
    expect(await store().inbox.cursor('sync')).toBe('s3');
  });

  test('heads are the oldest undecided of each lane with the prefix', async () => {
    const lanes = ['in:a', 'in:a', 'in:!room', 'in:b', 'in:!room'];
    await store().inbox.accept(lanes.map((lane, index) => envelope(`M${index}`, { lane })));
    const keys = async (prefix: string, limit = 10) => (await store().inbox.heads(prefix, limit)).map((one) => one.key);
    expect(await keys('in:')).toEqual(['M0', 'M2', 'M3']);
    expect(await keys('in:!')).toEqual(['M2']);
    expect(await keys('in:', 2)).toEqual(['M0', 'M2']);
    const [head] = await store().inbox.heads('in:a', 1);
    expect(await store().commit(settled(head?.id ?? ''), NOON)).toBe('committed');
    expect(await keys('in:')).toEqual(['M1', 'M2', 'M3']);
  });

  test('what is settled at the door is kept, counted and never a head', async () => {
    const refused = { state: 'quarantined', outcome: 'rejected', reason: 'not-hl7', detail: 'no MSH' } as const;
    const id = await acceptOne(store(), 'X', { settled: refused });
    expect(await store().inbox.heads('in:', 10)).toEqual([]);
    expect(await store().inbox.get(id)).toMatchObject(refused);
    expect(await store().counts()).toEqual([{ outcome: 'rejected', reason: 'not-hl7', n: 1 }]);
  });

  test('lists the newest first, by state and reason', async () => {
    for (const key of ['A', 'B', 'C']) await acceptOne(store(), key);
    const [head] = await store().inbox.heads('in:', 1);
    await store().commit(settled(head?.id ?? '', 'quarantined', 'quarantined'), NOON);
    const keys = async (filter: Parameters<Store['inbox']['list']>[0]) =>
      (await store().inbox.list(filter)).map((one) => one.key);
    expect(await keys({ limit: 2 })).toEqual(['C', 'B']);
    expect(await keys({ state: 'quarantined', limit: 9 })).toEqual(['A']);
    expect(await keys({ reason: 'unknown-unit', limit: 9 })).toEqual(['A']);
    expect(await keys({ reason: 'no such reason', limit: 9 })).toEqual([]);
  });

  test('a lane is read in its order, whatever became of its envelopes, page by page', async () => {
    for (const key of ['A', 'B', 'C', 'D']) await acceptOne(store(), key);
    await store().inbox.accept([envelope('other', { lane: 'in:chu-nord' })]);
    const [head] = await store().inbox.heads('in:chu', 1);
    await store().commit(settled(head?.id ?? ''), NOON);
    const keys = async (after: number, limit: number) =>
      (await store().inbox.lane('in:chu', after, limit)).map((one) => `${one.key} ${one.state}`);
    expect(await keys(0, 3)).toEqual(['A decided', 'B undecided', 'C undecided']);
    expect(await keys(3, 3)).toEqual(['D undecided']);
    expect(await keys(4, 3)).toEqual([]);
  });

  test('replay puts what waits at the end of its lane, and takes it out of the counts', async () => {
    const first = await acceptOne(store(), 'A');
    const second = await acceptOne(store(), 'B');
    await store().commit(settled(first, 'quarantined', 'quarantined'), NOON);
    await store().inbox.replay(first);
    expect(await store().inbox.get(first)).toMatchObject({ state: 'undecided', seq: 3, outcome: undefined });
    expect((await store().inbox.heads('in:', 1))[0]?.id).toBe(second);
    expect(await store().counts()).toEqual([]);
    await store().commit(settled(first, 'waiting-key', 'quarantined'), NOON);
    await store().inbox.replay(first);
    expect((await store().inbox.get(first))?.state).toBe('undecided');
  });

  test('replay may carry a note, which comes back with the body', async () => {
    const first = await acceptOne(store(), 'A');
    const { body } = (await store().inbox.get(first)) ?? {};
    await store().commit(settled(first, 'quarantined', 'quarantined'), NOON);
    await store().inbox.replay(first, 'same-patient');
    expect(await store().inbox.get(first)).toMatchObject({ state: 'undecided', note: 'same-patient', body });
  });

  test('replay leaves alone what waits for its turn and what is over', async () => {
    const first = await acceptOne(store(), 'A');
    await acceptOne(store(), 'B');
    await store().inbox.replay(first);
    expect((await store().inbox.get(first))?.seq).toBe(1);
    await store().commit(settled(first), NOON);
    await store().inbox.replay(first);
    expect((await store().inbox.get(first))?.state).toBe('decided');
  });
}
