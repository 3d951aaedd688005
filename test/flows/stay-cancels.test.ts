/** Cancels that name a movement nobody has seen, or come before it; movements that come twice. */
import { describe, expect, it } from 'vitest';
import { cancels, card, facts, outcomes, planned, post, pv29, resend, updates } from './january.ts';
import { openWard, paris, POLICY } from './stage.ts';

describe('a cancel under a number that was never seen', () => {
  it('A13 reopens the stay: there is one discharge to take back, whatever its number', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(16, 10));
    await post(ward, 'A03', 'M3', [13, 10]);
    await post(ward, 'A13', 'M9', [13, 11], cancels('A03'));
    expect(card(ward)).toMatch(/^Hospitalisée?/);
    expect(facts(ward).at(-1)).toBe('Annulation : la sortie n’a pas eu lieu, toujours à l’hôpital');
    expect(await ward.store.timers.next()).toBe(paris(2026, 1, 15, 10)); // and the plan stands again
    await ward.close();
  });

  it('A25 takes back the plan that stands, so that no reminder follows', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A16', 'M2', [12, 11], planned(16, 10));
    await post(ward, 'A25', 'M9', [13, 9], cancels('A16'));
    expect(facts(ward).at(-1)).toBe('Sortie annulée');
    expect(await ward.store.timers.next()).toBeUndefined();
    await ward.close();
  });

  it('A25 is held for a human when two plans could be meant', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A16', 'M2', [12, 11], planned(16, 10));
    await post(ward, 'A16', 'M3', [12, 12], planned(17, 10));
    await post(ward, 'A25', 'M9', [13, 9], cancels('A16'));
    expect((await outcomes(ward)).at(-1)).toBe('quarantined unknown-movement');
    const [held] = await ward.store.inbox.list({ state: 'quarantined', limit: 1 });
    await post(ward, 'A25', 'M2', [13, 10], cancels('A16'));
    await ward.store.inbox.replay(held?.id ?? '');
    await ward.settle();
    expect((await outcomes(ward)).at(-2)).toBe('posted retracted'); // one plan is left: now it is clear
    await ward.close();
  });

  it('A12 takes back the last transfer, but not when the patient was to stay where that one led', async () => {
    const ward = await openWard();
    const unit = (code: string, label: string) => ({
      ZBE: { 7: `${label}^^^^^CH_VAL^UF^^^${code}` },
      PV1: { 3: code },
    });
    await post(ward, 'A01', 'M1', [12, 10], unit('2210', 'Pneumologie'));
    await post(ward, 'A02', 'M2', [12, 11], unit('3310', 'Chirurgie'));
    const back = cancels('A02');
    await post(ward, 'A12', 'M8', [12, 12], {
      ...unit('3310', 'x'),
      ZBE: { ...back['ZBE'], 7: 'x^^^^^CH_VAL^UF^^^3310' },
    });
    expect((await outcomes(ward)).at(-1)).toBe('muted unknown-movement');
    await post(ward, 'A12', 'M9', [12, 13], {
      ...unit('2210', 'x'),
      ZBE: { ...back['ZBE'], 7: 'x^^^^^CH_VAL^UF^^^2210' },
    });
    expect(facts(ward).at(-1)).toBe('Annulation : le changement de service n’a pas eu lieu');
    await ward.close();
  });

  it('is remembered: the insert that comes after it stays silent, an update too', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    const said = facts(ward).length;
    await post(ward, 'A13', 'M5', [13, 11], cancels('A03'));
    await resend(ward, 'A03', 'M5', [13, 10]);
    await post(ward, 'A25', 'M6', [13, 12], cancels('A16'));
    await resend(ward, 'A16', 'M6', [13, 9], planned(16, 10));
    await post(ward, 'Z99', 'M6', [13, 13], { ...updates('A16'), ...planned(17, 10) });
    expect(facts(ward)).toHaveLength(said);
    expect(card(ward)).toMatch(/^Hospitalisée?/);
    expect(await ward.store.timers.next()).toBeUndefined();
    expect((await outcomes(ward)).slice(1)).toEqual([
      'muted unknown-movement',
      'muted already-cancelled',
      'muted unknown-movement',
      'muted already-cancelled',
      'muted already-cancelled',
    ]);
    await ward.close();
  });

  it('of a stay first heard of by its discharge: the patient is in hospital, not expected', async () => {
    const ward = await openWard();
    await post(ward, 'A03', 'M3', [13, 10]);
    await post(ward, 'A13', 'M3', [13, 11], cancels('A03'));
    expect(card(ward)).toMatch(/^Hospitalisée?/);
    await ward.close();
  });
});

describe('without any ZBE', () => {
  it('somebody who is admitted again after a cancel is admitted', async () => {
    const ward = await openWard();
    const bare = { ZBE: null };
    const evn = (minute: string) => ({ EVN: { 2: `202601120${minute}00`, 6: `202601120${minute}00` } });
    await ward.adt('A01', { ...bare, ...evn('801') });
    await ward.adt('A11', { ...bare, ...evn('810') });
    await ward.adt('A01', { ...bare, ...evn('820') });
    expect(facts(ward)).toEqual(['Entrée à l’hôpital', 'Annulation : l’entrée n’a pas eu lieu', 'Entrée à l’hôpital']);
    await ward.close();
  });
});

describe('a cancel that brings a date', () => {
  it('A13 with another PV2-9 plans that day', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(13, 16));
    await post(ward, 'A03', 'M3', [13, 10]);
    await post(ward, 'A13', 'M3', [13, 11], { ...cancels('A03'), ...pv29(20, 10) });
    expect(facts(ward).slice(-2)).toEqual([
      'Annulation : la sortie n’a pas eu lieu, toujours à l’hôpital',
      'Sortie déplacée',
    ]);
    expect(await ward.store.timers.next()).toBe(paris(2026, 1, 19, 10));
    await ward.close();
  });
});

describe('what is said twice by the sender', () => {
  it('the same movement with another EVN-2 (everything is sent again) is said once', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], { EVN: { 6: '20260112100000' } });
    await post(ward, 'A02', 'M2', [12, 11]);
    const said = facts(ward).length;
    await post(ward, 'A01', 'M1', [12, 15], { EVN: { 6: '20260112100000' } });
    await post(ward, 'A02', 'M2', [12, 15, 1], { EVN: { 6: '20260112110000' } });
    expect(facts(ward)).toHaveLength(said);
    await post(ward, 'A12', 'M2', [12, 16], cancels('A02'));
    expect(card(ward)).toMatch(/^Hospitalisée?/);
    await ward.close();
  });

  it('two dates within the same minute are two facts', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'Z99', 'M1', [12, 11], { ...updates('A01'), ...pv29(16, 10) });
    await post(ward, 'Z99', 'M1', [12, 11], { ...updates('A01'), ...pv29(19, 10) });
    expect(facts(ward).slice(-2)).toEqual(['Sortie prévue', 'Sortie déplacée']);
    await ward.close();
  });

  it('two patients with movements numbered from 1 are two patients', async () => {
    const ward = await openWard({ policy: POLICY });
    await post(ward, 'A01', '1', [12, 10]);
    await post(ward, 'A01', '1', [12, 10], { PV1: { 19: 'VEN7002' } });
    expect(await outcomes(ward)).toEqual(['posted announced', 'posted announced']);
    await ward.close();
  });

  it('a second A03 of the same day, under another number, is not said again', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A03', 'M2', [13, 10], { ZFM: { 2: '8' } });
    await post(ward, 'A03', 'M3', [13, 17], { ZFM: { 2: '8' } });
    expect(facts(ward).filter((title) => title.startsWith('Sortie'))).toHaveLength(1);
    await ward.close();
  });
});
