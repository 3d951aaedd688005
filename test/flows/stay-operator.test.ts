/** An operator's two words about a stay: the number and the person are one; a silenced stay may be told again. */
import { describe, expect, it } from 'vitest';
import { SAME_PATIENT } from '../../care/stay/decide-intent.ts';
import { release } from '../../care/stay/silence.ts';
import type { Stay } from '../../care/stay/stay.ts';
import { facts, outcomes, post, pv29 } from './january.ts';
import { openWard, paris, POLICY } from './stage.ts';

describe('an operator', () => {
  it('lets pass what was held as another person, once, and says who it is from then on', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    const corrected = { PID: { 5: 'CORRIGE^Jean^^^^^L~""^^^^^^D', 7: '19900101', 8: 'M' } };
    await post(ward, 'A02', 'M2', [12, 11], corrected);
    const [held] = await ward.store.inbox.list({ state: 'quarantined', limit: 1 });
    expect(held?.reason).toBe('merge-needs-human');
    await ward.store.inbox.replay(held?.id ?? '');
    await ward.settle();
    expect((await outcomes(ward)).at(-1)).toBe('quarantined merge-needs-human'); // a plain replay changes nothing
    await ward.store.inbox.replay(held?.id ?? '', SAME_PATIENT);
    await ward.settle();
    expect(ward.bodies('mt').at(-1)).toContain('M. Jean CORRIGE');
    await post(ward, 'A02', 'M3', [12, 12], { ...corrected, ZBE: { 7: 'X^^^^^CH_VAL^UF^^^3310' } });
    expect((await outcomes(ward)).at(-1)).toBe('posted announced');
    await ward.close();
  });

  it('wakes a stay that has left a blocked unit: what comes is told, what was is not', async () => {
    const units = new Map([
      ['2210', 'event+label' as const],
      ['6277', 'block' as const],
    ]);
    const ward = await openWard({ policy: { ...POLICY, units, unknownUnit: 'hold' } });
    const unit = (code: string) => ({ ZBE: { 7: `Service^^^^^CH_VAL^UF^^^${code}` }, PV1: { 3: code } });
    await post(ward, 'A01', 'M1', [12, 10], { ...unit('2210'), ...pv29(20, 10) });
    await post(ward, 'A02', 'M2', [12, 11], unit('6277'));
    await post(ward, 'A02', 'M3', [12, 12], unit('2210'));
    const said = facts(ward).length;
    const [stay] = await ward.store.files.find<Stay>('stay', 'silenced');
    if (!stay) throw new Error('nothing is silenced');
    expect([stay.state.visit, stay.state.protected]).toEqual(['VEN7001', 'blocked-unit']);
    await ward.store.commit(release(stay, ward.now()), ward.now());
    expect(await ward.store.files.find<Stay>('stay', 'silenced')).toEqual([]);
    expect(facts(ward)).toHaveLength(said);
    expect(await ward.store.timers.next()).toBe(paris(2026, 1, 19, 10));
    await post(ward, 'A03', 'M4', [13, 10], unit('2210'));
    expect(facts(ward).at(-1)).toBe('Sortie de l’hôpital');
    expect((await ward.store.audit(100)).some((row) => row.action === 'silenced:release')).toBe(true);
    await ward.close();
  });
});
