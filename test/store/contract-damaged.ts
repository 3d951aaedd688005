/** One byte of a sealed row is another one: that row is set aside, everything else goes on. Run on each engine's real base. */
import { describe, expect, test } from 'vitest';
import type { Damaged } from '../../care/relay/damaged.ts';
import type { Store } from '../../care/relay/ports.ts';
import { acceptOne, settled } from './contract-inbox.ts';
import { NOON, decision, delivery, envelope, wanted } from './fixtures.ts';

export type Spoiled = {
  store: Store;
  /** Flips one bit of that column where the condition holds; a second time mends it. */
  flip: (table: string, column: string, where: string) => Promise<void>;
  /** What the store has said, once for each row. */
  said: Pick<Damaged, 'what' | 'row'>[];
};

const DAMAGED = { state: 'quarantined', outcome: 'quarantined', reason: 'damaged' } as const;

export function damagedContract(name: string, open: () => Promise<Spoiled>): void {
  describe(`a sealed row that does not open, on ${name}`, () => {
    for (const column of ['body', 'sender_key'])
      test(`an envelope (${column}): in quarantine, its lane and the others go on, and it may be put back`, async () => {
        const { store, flip, said } = await open();
        const [bad, next] = [await acceptOne(store, 'A'), await acceptOne(store, 'B')];
        await store.inbox.accept([envelope('C', { lane: 'in:other' })]);
        await flip('inbox', column, `id = '${bad}'`);
        const keys = async () => (await store.inbox.heads('in:', 9)).map(({ key }) => key);
        expect(await keys()).toEqual(['C']);
        expect(await keys()).toEqual(['B', 'C']);
        expect(said).toEqual([{ what: 'inbox', row: bad }]);
        expect(await store.inbox.list({ state: 'quarantined', limit: 9 })).toMatchObject([{ id: bad, ...DAMAGED }]);
        expect(await store.inbox.get(bad)).toMatchObject({ body: new Uint8Array(0), ...DAMAGED });
        expect((await store.inbox.lane('in:chu', 0, 9)).map(({ id }) => id)).toEqual([bad, next]);
        expect(await store.counts()).toEqual([{ outcome: 'quarantined', reason: 'damaged', n: 1 }]);
        expect(await store.audit(9)).toMatchObject([{ action: 'quarantine', subject: bad, reason: 'damaged' }]);
        // Sent again by the hospital: it is known all the same.
        expect((await store.inbox.accept([envelope('A')]))[0]).toMatchObject({ id: bad, state: 'duplicate' });
        await store.inbox.replay(bad, 'a note');
        expect(await keys()).toEqual(['B', 'C']);
        expect(said).toHaveLength(1);
        await flip('inbox', column, `id = '${bad}'`);
        expect(await store.damaged.list()).toEqual([]);
        await store.inbox.replay(bad);
        for (const id of [next]) await store.commit(settled(id), NOON);
        expect(await keys()).toEqual(expect.arrayContaining(['A', 'C']));
      });

    test('an event that waits for its key does not stop the others from being tried again', async () => {
      const { store, flip } = await open();
      const [bad, good] = [await acceptOne(store, 'A'), await acceptOne(store, 'B')];
      for (const id of [bad, good]) await store.commit(settled(id, 'waiting-key', 'quarantined'), NOON);
      await flip('inbox', 'body', `id = '${bad}'`);
      expect((await store.inbox.list({ state: 'waiting-key', limit: 9 })).map(({ id }) => id)).toEqual([good]);
      expect(await store.inbox.list({ state: 'quarantined', limit: 9 })).toMatchObject([{ id: bad, ...DAMAGED }]);
    });

    test('a stored acknowledgement is made anew rather than refused for ever', async () => {
      const { store, flip } = await open();
      const id = await acceptOne(store, 'A', { acknowledgement: 'MSA|AA|A' });
      await flip('inbox', 'acknowledgement', `id = '${id}'`);
      for (const neighbour of ['N1', 'N2'])
        expect(await store.inbox.accept([envelope('A'), envelope(neighbour)])).toMatchObject([
          { id, state: 'duplicate', acknowledgement: undefined },
          { state: 'fresh' },
        ]);
      expect(await store.damaged.list()).toMatchObject([{ what: 'inbox', row: id }]);
    });

    test('a delivery: put aside, its lane and the others go on; shown, dropped', async () => {
      const { store, flip, said } = await open();
      await store.commit(decision({ deliveries: [delivery('patient:a'), delivery('patient:a')] }), NOON);
      await store.commit(decision({ deliveries: [delivery('patient:b')] }), NOON);
      const [bad] = await store.outbox.heads(NOON, 9);
      if (!bad) throw new Error('nothing waits');
      await flip('outbox', 'body', `id = '${bad.id}'`);
      expect((await store.outbox.heads(NOON, 9)).map(({ room }) => room)).toEqual(['patient:b']);
      expect((await store.outbox.heads(NOON, 9)).map(({ room, seq }) => `${room} ${seq}`).sort()).toEqual([
        'patient:a 2',
        'patient:b 1',
      ]);
      expect(said).toEqual([{ what: 'outbox', row: bad.id }]);
      expect(await store.outbox.listQuarantined(9)).toEqual([
        { id: bad.id, room: 'patient:a', why: 'its sealed row does not open' },
      ]);
      expect(await store.outbox.look(bad.id)).toMatchObject({ announcement: undefined, state: 'quarantined' });
      expect(await store.audit(9)).toMatchObject([{ action: 'delivery:aside', subject: bad.id, reason: 'damaged' }]);
      const by = { actor: 'operator', at: NOON };
      expect(await store.outbox.replay(bad.id, by)).toBe(true);
      for (const { id } of await store.outbox.heads(NOON, 9)) await store.outbox.markDone(id, 'superseded', NOON);
      expect(await store.outbox.heads(NOON, 9)).toEqual([]);
      expect(await store.outbox.listQuarantined(9)).toHaveLength(1);
      expect(await store.outbox.drop(bad.id, by)).toBe(true);
      expect(await store.outbox.listQuarantined(9)).toEqual([]);
      expect(said).toHaveLength(1);
    });

    test('a delivery that is on its way ends as any other, and is taken back with what it may have told', async () => {
      const { store, flip } = await open();
      await store.commit(decision({ deliveries: [delivery('patient:a', { thread: 'stay:s1', root: true })] }), NOON);
      await store.commit(decision({ deliveries: [delivery('patient:a')] }), NOON);
      for (const eventId of ['$1', '$2']) {
        const [item] = await store.outbox.heads(NOON, 9);
        if (!item) throw new Error('nothing waits');
        await flip('outbox', 'body', `id = '${item.id}'`);
        await store.outbox.markDone(item.id, { eventId }, NOON);
      }
      expect((await store.outbox.carriers('patient:a', 'stay:s1')).map(({ eventId }) => eventId)).toEqual(['$1', '$2']);
      expect(await store.retention.empty('announcements', NOON + 1, 9)).toBe(2);
      expect(await store.outbox.carriers('patient:a', 'stay:s1')).toHaveLength(2);
    });

    test('why a lane is closed, or a delivery put aside: the others are listed', async () => {
      const { store, flip } = await open();
      await store.outbox.pauseLane('patient:a', 'forbidden');
      await store.outbox.pauseLane('patient:b', 'forbidden');
      await flip('lane', 'paused_why', "name = 'patient:a'");
      expect((await store.outbox.lanes()).map(({ paused }) => paused)).toEqual([
        'the reason does not open',
        'forbidden',
      ]);
    });

    test('a file: said once, thrown to who needs it, passed over by who looks for several', async () => {
      const { store, flip, said } = await open();
      const write = (kind: 'stay' | 'proposal', id: string) => ({ kind, id, version: 0, state: id, keys: ['k'] });
      const files = [write('stay', 's1'), write('stay', 's2'), write('proposal', 'v1'), write('proposal', 'v2')];
      await store.commit(decision({ files }), NOON);
      await flip('file', 'state', "id in ('s1')");
      await flip('file', 'state', "id in ('v1')");
      await expect(store.files.load('stay', 's1')).rejects.toMatchObject({ name: 'DamagedRow', what: 'file:stay' });
      await expect(store.files.load('stay', 's1')).rejects.toThrow('see relais doctor');
      expect((await store.files.find('stay', 'k')).map(({ id }) => id)).toEqual(['s2']);
      // A proposal holds what must not be said yet: whoever asks for them waits.
      await expect(store.files.find('proposal', 'k')).rejects.toMatchObject({ what: 'file:proposal' });
      expect((await store.retention.idle('stay', NOON + 1, 9)).map(({ id }) => id)).toEqual(['s2']);
      expect(said.map(({ what }) => what)).toEqual(['file:stay', 'file:proposal']);
      const damaged = await store.damaged.list();
      expect(damaged).toMatchObject([{ what: 'file:stay' }, { what: 'file:proposal' }]);
      const by = { actor: 'operator', at: NOON };
      for (const row of damaged) expect(await store.damaged.drop(row, by)).toBe(true);
      expect(await store.damaged.list()).toEqual([]);
      expect(await store.damaged.drop({ what: 'file:stay', row: '1' }, by)).toBe(false);
      expect(await store.files.load('stay', 's1')).toBeUndefined();
      expect((await store.files.find('proposal', 'k')).map(({ id }) => id)).toEqual(['v2']);
      expect(await store.commit(decision({ files: [write('stay', 's1')] }), NOON)).toBe('committed');
      expect((await store.audit(9)).map(({ action }) => action)).toEqual(['damaged:drop', 'damaged:drop']);
    });

    test('a file that is put back from a backup is no longer in the list', async () => {
      const { store, flip } = await open();
      await store.commit(decision({ files: [{ kind: 'stay', id: 's1', version: 0, state: 1 }] }), NOON);
      await flip('file', 'state', "id = 's1'");
      await expect(store.files.load('stay', 's1')).rejects.toThrow('see relais doctor');
      const [row] = await store.damaged.list();
      await flip('file', 'state', "id = 's1'");
      if (row) expect(await store.damaged.drop(row, { actor: 'operator', at: NOON })).toBe(false);
      expect(await store.damaged.list()).toEqual([]);
      expect((await store.files.load('stay', 's1'))?.state).toBe(1);
    });

    test('a room: the others are listed; dropped, its people come with the next decision and its Matrix room stays', async () => {
      const { store, flip, said } = await open();
      for (const ref of ['patient:a', 'patient:b']) await store.rooms.want(wanted(ref, { subject: ref.slice(8) }));
      await store.rooms.opened('patient:a', '!a:x');
      await flip('room', 'body', "ref = 'patient:a'");
      expect((await store.rooms.list()).map(({ ref }) => ref)).toEqual(['patient:b']);
      await expect(store.rooms.get('patient:a')).rejects.toMatchObject({ what: 'room:patient' });
      await expect(store.rooms.byMatrixId('!a:x')).rejects.toMatchObject({ what: 'room:patient' });
      expect(said).toHaveLength(1);
      const [row] = await store.damaged.list();
      if (!row) throw new Error('not listed');
      expect(await store.damaged.drop(row, { actor: 'operator', at: NOON })).toBe(true);
      const room = { subject: 'a', members: [], matrixId: '!a:x', generation: 1, encrypted: true, state: 'open' };
      expect(await store.rooms.get('patient:a')).toMatchObject(room);
      await store.rooms.want(wanted('patient:a', { subject: 'a' }));
      expect(await store.rooms.get('patient:a')).toMatchObject({ ...room, members: ['@dr:a'] });
    });

    test('an audit row: that it was there is shown', async () => {
      const { store, flip } = await open();
      const row = { actor: 'a', action: 'look', subject: 's', outcome: 'muted', reason: 'recorded' } as const;
      await store.commit(decision({ audit: [row, row] }), NOON);
      await flip('audit', 'body', 'n = (select min(n) from audit)');
      expect(await store.audit(9)).toMatchObject([{ actor: '?', at: NOON }, row]);
    });
  });
}
