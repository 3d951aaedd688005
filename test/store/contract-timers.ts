import { expect, test } from 'vitest';
import type { Store } from '../../care/relay/ports.ts';
import type { Timer, TimerChange, TimerKey } from '../../care/relay/timer.ts';
import { NOON, decision, delivery } from './fixtures.ts';

const notice: TimerKey = { kind: 'stay-notice', ref: 's1', step: 'j-1' };
const evening: TimerKey = { ...notice, step: 'letter' };

export function timerContract(store: () => Store): void {
  const change = (...timers: TimerChange[]) => store().commit(decision({ timers }), NOON);
  const set = (key: TimerKey, dueAt: number) => change({ ...key, do: 'set', dueAt });

  /** The one deadline of s1; the test fails where there is another number of them. */
  async function only(): Promise<Timer> {
    const [timer, ...more] = await store().timers.list('stay-notice', 's1');
    if (!timer || more.length > 0) throw new Error('one deadline was expected');
    return timer;
  }

  test('gives what is due, oldest first, and when the next one is', async () => {
    expect(await store().timers.next()).toBeUndefined();
    await set(notice, NOON + 2);
    await set(evening, NOON + 1);
    await set({ ...notice, ref: 's2' }, NOON + 3);
    const due = async (now: number, limit = 9) => (await store().timers.due(now, limit)).map((timer) => timer.dueAt);
    expect(await due(NOON)).toEqual([]);
    expect(await due(NOON + 2)).toEqual([NOON + 1, NOON + 2]);
    expect(await due(NOON + 9, 1)).toEqual([NOON + 1]);
    expect(await store().timers.next()).toBe(NOON + 1);
    expect((await store().timers.list('stay-notice', 's1')).map((timer) => timer.step)).toEqual(['letter', 'j-1']);
  });

  test('re-planning is the next epoch, and the earlier firing is stale', async () => {
    await set(notice, NOON);
    const first = await only();
    expect(first).toEqual({ ...notice, epoch: 1, dueAt: NOON });
    await set(notice, NOON + 5);
    expect(await only()).toEqual({ ...notice, epoch: 2, dueAt: NOON + 5 });
    expect(await store().commit(decision({ fired: first, deliveries: [delivery('patient:a')] }), NOON)).toBe('stale');
    expect(await store().outbox.pending()).toBe(0);
    expect((await only()).epoch).toBe(2);
  });

  test('a deadline fires once', async () => {
    await set(notice, NOON);
    const fired = await only();
    const both = await Promise.all([
      store().commit(decision({ fired }), NOON),
      store().commit(decision({ fired }), NOON),
    ]);
    expect(both.sort()).toEqual(['committed', 'stale']);
    expect(await store().timers.due(NOON, 9)).toEqual([]);
  });

  test('what fires may arm the same deadline again', async () => {
    await set(notice, NOON);
    const fired = await only();
    const again = decision({ fired, timers: [{ ...notice, do: 'set', dueAt: NOON + 9 }] });
    expect(await store().commit(again, NOON)).toBe('committed');
    expect(await only()).toEqual({ ...notice, epoch: 2, dueAt: NOON + 9 });
  });

  test('a cancelled deadline is silent, and its epoch still counts', async () => {
    await set(notice, NOON);
    const fired = await only();
    await change({ ...notice, do: 'cancel' });
    expect(await store().timers.due(NOON, 9)).toEqual([]);
    expect(await store().commit(decision({ fired }), NOON)).toBe('stale');
    await set(notice, NOON);
    expect((await only()).epoch).toBe(2);
    expect(await store().commit(decision({ fired }), NOON)).toBe('stale');
  });

  test('cancelling all of a file leaves the other files alone', async () => {
    await set(notice, NOON);
    await set(evening, NOON);
    await set({ ...notice, ref: 's2' }, NOON);
    await set({ kind: 'request-sla', ref: 's1', step: 'take' }, NOON);
    await change({ do: 'cancel-all', kind: 'stay-notice', ref: 's1' });
    expect(await store().timers.list('stay-notice', 's1')).toEqual([]);
    expect(await store().timers.due(NOON, 9)).toHaveLength(2);
  });
}
