/** What must not be said, must not be said late, or must be seen by somebody although nobody is rung. */
import { describe, expect, it } from 'vitest';
import { card, cancels, facts, outcomes, planned, post, pv29, resend, updates } from './january.ts';
import { openWard, paris, POLICY, ts } from './stage.ts';

const who = (over: Record<number, string>) => ({ PID: over });

describe('death', () => {
  it('is told when an update corrects a discharge, and nothing follows', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(20, 10));
    await post(ward, 'A03', 'M3', [13, 10]);
    await post(ward, 'Z99', 'M3', [13, 12], { ...updates('A03'), PV1: { 41: 'D' } });
    expect(facts(ward).at(-1)).toBe('Décès');
    expect(card(ward)).toMatch(/^Décédé/);
    await ward.close();
  });

  it('silences the reminders of every stay of the patient', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M0', [12, 9], { PV1: { 19: 'AUTRE' }, ...pv29(20, 10) });
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A03', 'M3', [13, 10], { ZFM: { 2: '9' } });
    await ward.until(paris(2026, 1, 20, 9));
    expect(facts(ward).filter((title) => title.startsWith('Rappel'))).toEqual([]);
    await ward.close();
  });

  it('known from an identity message (PID-30) silences them too, and says nothing', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(20, 10));
    const said = facts(ward).length;
    await ward.adt('A31', { ZBE: null, PV1: null, EVN: { 2: ts(2026, 1, 13, 8) }, PID: { 18: '', 30: 'Y' } });
    await ward.until(paris(2026, 1, 20, 9));
    expect(facts(ward)).toHaveLength(said);
    await ward.close();
  });
});

describe('UPDATE beside a trigger that is not Z99 (PAM.fr keeps the two together; some senders do not)', () => {
  const left = { ...updates('A03'), PV1: { 44: ts(2026, 1, 12, 10), 45: ts(2026, 1, 13, 10) } };

  it('of a discharge that nobody has heard of is that discharge; of a known one it says nothing new', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A03', 'M2', [13, 10], left);
    expect(facts(ward)).toEqual(['Entrée à l’hôpital', 'Sortie de l’hôpital']);
    await post(ward, 'A03', 'M2', [13, 11], left);
    expect(facts(ward)).toHaveLength(2);
    expect(card(ward)).toMatch(/^A quitté/);
    await ward.close();
  });

  it('under the number of the entry it is a discharge too, and its cancel gives the stay back', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A03', 'M1', [13, 10], left);
    expect(facts(ward).at(-1)).toBe('Sortie de l’hôpital');
    await post(ward, 'A13', 'M1', [13, 11], cancels('A03'));
    expect(facts(ward).at(-1)).toBe('Annulation : la sortie n’a pas eu lieu, toujours à l’hôpital');
    expect(card(ward)).toMatch(/^Hospitalisée?/);
    await ward.close();
  });

  it('of an entry, a move or a class that is known it corrects, and rings nobody', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A01', 'M1', [12, 11], { ZBE: { 4: 'UPDATE', 6: 'A01' } });
    await post(ward, 'A04', 'M1', [12, 12], { ZBE: { 4: 'UPDATE', 6: 'A04' } });
    expect(facts(ward)).toEqual(['Entrée à l’hôpital']);
    await ward.close();
  });
});

describe('entered more than 48 h late', () => {
  it('an end rings nobody, but the card shows it and the envelope says so to the operator', async () => {
    for (const [end, shown, what] of [
      [{}, /^A quitté/, 'a discharge'],
      [{ ZFM: { 2: '9' } }, /^Décédé/, 'a death'],
    ] as const) {
      const ward = await openWard();
      await post(ward, 'A01', 'M1', [12, 10], pv29(20, 10));
      const said = facts(ward).length;
      const friday = ts(2026, 1, 16, 20);
      await post(ward, 'A03', 'M3', [19, 9], { EVN: { 6: friday }, PV1: { 45: friday }, ...end });
      expect((await outcomes(ward)).at(-1)).toBe('muted retroactive');
      expect(facts(ward)).toHaveLength(said);
      expect(card(ward)).toMatch(shown);
      const [envelope] = await ward.store.inbox.list({ reason: 'retroactive', limit: 1 });
      expect(envelope?.detail).toContain(what);
      expect(await ward.store.timers.list('stay-notice', 'any')).toEqual([]);
      await ward.close();
    }
  });
});

describe('a plan whose day is over', () => {
  it('is not said when everything comes after an outage, nor is a pre-admission', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await ward.jump(paris(2026, 1, 18, 22));
    const said = facts(ward).length;
    await resend(ward, 'A16', 'M2', [16, 9], planned(17, 10));
    await resend(ward, 'A05', 'M5', [16, 9], { PV1: { 19: 'AUTRE' }, ...planned(18, 8) });
    expect(facts(ward)).toHaveLength(said + 1); // Sunday is not over
    expect((await outcomes(ward)).slice(-2)).toEqual(['muted too-old', 'posted announced']);
    await resend(ward, 'A03', 'M3', [17, 11]);
    expect(ward.bodies('mt').at(-1)).toContain('reçue en retard');
    await ward.close();
  });
});

describe('a reminder whose day is over', () => {
  it.each([
    ['the evening of the day itself', [17, 22], 1],
    ['the day after', [18, 7], 0],
  ] as const)('is not said at the return: %s', async (_when, [day, hour], said) => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(17, 10));
    await ward.jump(paris(2026, 1, day, hour));
    expect(facts(ward).filter((title) => title.startsWith('Rappel'))).toHaveLength(said);
    await ward.close();
  });
});

describe('sessions and consultations', () => {
  it('stay silent when their discharge forgets its class', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], { PV1: { 2: 'R' } });
    await post(ward, 'A03', 'M2', [12, 15], { PV1: { 2: '' } });
    expect(facts(ward)).toEqual([]);
    expect(await outcomes(ward)).toEqual(['muted session', 'muted session']);
    await ward.close();
  });

  it('bring no card into the room of a hospital stay', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    const said = ward.bodies('mt').length;
    await post(ward, 'A04', 'M2', [12, 11], { PV1: { 2: 'O', 19: 'CONSULT' }, ...pv29(13, 10) });
    expect(ward.bodies('mt')).toHaveLength(said);
    await ward.close();
  });
});

describe('units', () => {
  const units = new Map([
    ['2210', 'event+label' as const],
    ['3310', 'event' as const],
    ['6277', 'block' as const],
  ]);
  const unit = (code: string, label: string) => ({ ZBE: { 7: `${label}^^^^^CH_VAL^UF^^^${code}` }, PV1: { 3: code } });

  it('of the past are not said as the present when the new one may not be named', async () => {
    const ward = await openWard({ policy: { ...POLICY, units, unknownUnit: 'hold' } });
    await post(ward, 'A01', 'M1', [12, 10], unit('2210', 'Pneumologie'));
    await post(ward, 'A02', 'M2', [13, 10], unit('3310', 'Secrète'));
    expect(facts(ward).at(-1)).toBe('Changement de service');
    expect(ward.bodies('mt').at(-1)).not.toMatch(/Pneumologie|Secrète/);
    expect(card(ward)).not.toContain('Pneumologie');
    await ward.close();
  });

  it('corrected by an update are corrected on the card', async () => {
    const ward = await openWard({
      policy: { ...POLICY, units: new Map([...units, ['4410', 'event+label' as const]]) },
    });
    await post(ward, 'A01', 'M1', [12, 10], unit('2210', 'Pneumologie'));
    const fixed = unit('4410', 'Cardiologie');
    await post(ward, 'Z99', 'M1', [12, 11], { ...fixed, ZBE: { ...updates('A01')['ZBE'], ...fixed.ZBE } });
    expect(card(ward)).toContain('Cardiologie');
    await ward.close();
  });

  it('that did not change are no transfer when the sender does not say what changed (ZBE-9 empty)', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A02', 'M2', [12, 11], { ZBE: { 9: '' } });
    expect((await outcomes(ward)).at(-1)).toBe('muted bed-move');
    await ward.close();
  });
});

describe('identity', () => {
  it('a name in use that is taken away is not said any more', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    const evn = { 2: ts(2026, 1, 12, 11) };
    await ward.adt('A31', { ZBE: null, PV1: null, EVN: evn, PID: { 5: 'FICTIVE^Lucie^^^^^L~""^^^^^^D', 18: '' } });
    await post(ward, 'A02', 'M2', [13, 10], who({ 5: 'FICTIVE^Lucie^^^^^L' }));
    expect(ward.bodies('mt').at(-1)).not.toContain('INVENTEE');
    await ward.close();
  });

  it('an INS goes with the qualification of the identity', async () => {
    const ward = await openWard();
    const ins = '00700123^^^CH_VAL&1.2.250.1.999.1&ISO^PI~255081416802538^^^INS&1.2.250.1.213.1.4.8&ISO^INS';
    const kept = async (): Promise<unknown> => {
      const id = ward.sealer.blind('patient|CH_VAL|00700123');
      return (await ward.store.files.load<{ ins?: string }>('patient', id))?.state.ins;
    };
    await post(ward, 'A01', 'M1', [12, 10], who({ 3: ins, 32: 'VALI' }));
    expect(await kept()).toBe('255081416802538');
    await post(ward, 'A02', 'M2', [12, 11], who({ 32: '' }));
    expect(await kept()).toBe('255081416802538');
    await post(ward, 'A02', 'M3', [12, 12], who({ 32: 'PROV' }));
    expect(await kept()).toBeUndefined();
    await ward.close();
  });

  it('a protection in the same second as another identity message is not taken for a repetition', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(20, 10));
    const none = { ZBE: null, PV1: null, EVN: { 2: ts(2026, 1, 12, 11) } };
    await ward.adt('A31', { ...none, PID: { 18: '' } });
    await ward.adt('A31', { ...none, PID: { 18: '' }, PD1: { 12: 'Y' } });
    expect((await outcomes(ward)).at(-1)).toBe('blocked protected-patient');
    expect(await ward.store.timers.next()).toBeUndefined();
    await ward.close();
  });
});

describe('a message without its visit number', () => {
  it('is about the stay of the same dossier, not about another one', async () => {
    const ward = await openWard();
    await ward.adt('A31', { ZBE: null, PV1: null, EVN: { 2: ts(2026, 1, 12, 9) } }); // the dossier is there, no visit yet
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A08', 'M2', [12, 11], { ...pv29(20, 10), PV1: { 19: '' } });
    expect(facts(ward).at(-1)).toBe('Sortie prévue');
    expect(ward.bodies('mt').filter((body) => /^Hospitalis/.test(body))).toHaveLength(1);
    expect(await ward.store.timers.next()).toBe(paris(2026, 1, 19, 10));
    await post(ward, 'A03', 'M3', [13, 10]);
    await ward.until(paris(2026, 1, 20, 10));
    expect(facts(ward).filter((title) => title.startsWith('Rappel'))).toEqual([]);
    await ward.close();
  });
});

describe('in-patients who were there before Relais', () => {
  it('are reminded of, although the first message is their planned discharge', async () => {
    const ward = await openWard();
    await post(ward, 'A16', 'M5', [12, 10], planned(15, 10));
    expect(card(ward)).toMatch(/^Hospitalisée?/);
    await ward.until(paris(2026, 1, 14, 11));
    expect(facts(ward).at(-1)).toMatch(/^Rappel/);
    await post(ward, 'A25', 'M5', [14, 12], cancels('A16'));
    expect(facts(ward).at(-1)).toBe('Sortie annulée');
    await ward.close();
  });
});

describe('a pre-admission', () => {
  it('whose day moves is said again', async () => {
    const ward = await openWard();
    await post(ward, 'A05', 'M1', [12, 10], planned(20, 8));
    await post(ward, 'Z99', 'M1', [13, 10], { ...updates('A05'), ...planned(22, 8) });
    expect(facts(ward)).toEqual(['Hospitalisation prévue', 'Hospitalisation déplacée']);
    expect(ward.bodies('mt').at(-1)).toContain('jeudi 22 janvier');
    await post(ward, 'Z99', 'M1', [13, 11], { ...updates('A05'), ...planned(22, 9) });
    expect(facts(ward)).toHaveLength(2);
    await ward.close();
  });
});
