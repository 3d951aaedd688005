/** One flow per clinical story, as the médecin traitant reads it: from the hospital's messages to the sentences. */
import { describe, expect, it } from 'vitest';
import { card, cancels, facts, outcomes, planned, post, pv29, resend, rung, updates } from './january.ts';
import { openWard, paris, ts } from './stage.ts';

const uf = (code: string, label: string) => ({ ZBE: { 7: `${label}^^^^^CH_VAL^UF^^^${code}` }, PV1: { 3: code } });
const emergency = { PV1: { 2: 'E', 3: 'URG' } };

describe('stories', () => {
  it('planned surgery: pre-admission, put off, entry, leave of absence, home with its reminder', async () => {
    const ward = await openWard();
    await post(ward, 'A05', 'M1', [12, 10], planned(14, 8));
    await post(ward, 'Z99', 'M1', [12, 15], { ...updates('A05'), ...planned(15, 8) });
    await post(ward, 'A01', 'M2', [15, 8], pv29(20, 14));
    await post(ward, 'A21', 'M3', [17, 9]);
    await post(ward, 'A22', 'M4', [18, 18]);
    await ward.until(paris(2026, 1, 19, 15));
    await post(ward, 'A03', 'M5', [20, 14], { ZFM: { 2: '8' } });
    expect(facts(ward)).toEqual([
      'Hospitalisation prévue',
      'Hospitalisation déplacée',
      'Entrée à l’hôpital',
      'Permission',
      'Retour de permission',
      'Rappel : sortie prévue mardi 20 janvier à 14h',
      'Sortie de l’hôpital',
    ]);
    expect(ward.bodies('mt').at(-1)).toContain('Vers : domicile');
    await ward.close();
  });

  it('emergency, admission, two transfers and a bed, home with T−24 h on the Friday for the Monday', async () => {
    const ward = await openWard();
    await post(ward, 'A04', 'M1', [12, 22], emergency);
    await post(ward, 'A06', 'M2', [13, 4], uf('2210', 'Médecine'));
    await post(ward, 'A02', 'M3', [13, 15], uf('3310', 'Chirurgie'));
    await post(ward, 'A02', 'M4', [13, 16], { ...uf('3310', 'Chirurgie'), ZBE: { 9: 'L' } });
    await post(ward, 'A02', 'M5', [14, 10], uf('4410', 'SSR'));
    await post(ward, 'A16', 'M6', [15, 15], planned(19, 10)); // Thursday, for Monday
    await ward.until(paris(2026, 1, 16, 12, 1));
    await post(ward, 'A03', 'M7', [19, 10]);
    expect(facts(ward)).toEqual([
      'Arrivée aux urgences',
      'Passage en hospitalisation',
      'Changement de service',
      'Changement de service',
      'Sortie prévue',
      'Rappel : sortie prévue lundi 19 janvier à 10h',
      'Sortie de l’hôpital',
    ]);
    expect(rung(ward, 'Changement')).toEqual(undefined);
    await ward.close();
  });

  it('a discharge that is cancelled, planned again with less than a day left, and done', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A16', 'M2', [12, 11], planned(15, 10));
    await post(ward, 'A25', 'M2', [13, 9], cancels('A16'));
    await post(ward, 'A16', 'M3', [14, 16], planned(15, 10));
    expect(ward.bodies('mt').at(-1)).toContain('(dans 18 h)');
    await ward.until(paris(2026, 1, 15, 9));
    await post(ward, 'A03', 'M4', [15, 10]);
    await post(ward, 'A13', 'M4', [15, 11], cancels('A03'));
    expect(facts(ward)).toEqual([
      'Entrée à l’hôpital',
      'Sortie prévue',
      'Sortie annulée',
      'Sortie prévue',
      'Sortie de l’hôpital',
      'Annulation : la sortie n’a pas eu lieu, toujours à l’hôpital',
    ]);
    expect(card(ward)).toMatch(/^Hospitalisé/);
    await ward.close();
  });

  it('death: its own sentence, nothing afterwards', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(16, 10));
    await post(ward, 'A03', 'M2', [14, 3], { PV1: { 41: 'D' }, ZFM: { 2: '9' } });
    await post(ward, 'Z99', 'M1', [14, 9], { ...updates('A01'), ...pv29(17, 10) });
    await ward.until(paris(2026, 1, 18, 9));
    expect(facts(ward)).toEqual(['Entrée à l’hôpital', 'Décès']);
    await ward.close();
  });

  it('day hospital: a dossier of sessions says nothing, the admission in the middle of it does', async () => {
    const ward = await openWard();
    for (const day of [12, 14, 16]) {
      const session = { PV1: { 2: 'R', 19: `S${day}` } };
      await post(ward, 'A01', `E${day}`, [day, 10], session);
      await post(ward, 'A03', `X${day}`, [day, 14], session);
      if (day === 14) await post(ward, 'A01', 'M1', [14, 15]);
    }
    expect(facts(ward)).toEqual(['Entrée à l’hôpital']);
    expect(card(ward)).toMatch(/^Hospitalisé/);
    await ward.close();
  });

  it('left without being seen, against advice, reoriented, another hospital: each is told as it is', async () => {
    for (const [over, words] of [
      [{ PV1: { 2: 'E', 36: 'PSA' } }, 'Partie des urgences sans attendre'],
      [{ PV1: { 36: '4' } }, 'contre avis médical'],
      [{ PV1: { 2: 'E', 36: 'REO' } }, 'Réorientée vers la médecine de ville'],
      [{ PV1: { 36: 'F' } }, 'sans prévenir'],
      [{ ZFM: { 2: '7' }, PV1: { 37: '590000000' } }, 'autre établissement'],
    ] as const) {
      const ward = await openWard();
      await post(ward, 'A04', 'M1', [12, 10], emergency);
      await post(ward, 'A03', 'M2', [12, 15], over);
      expect(ward.bodies('mt').at(-1)).toContain(words);
      await ward.close();
    }
  });
});

describe('the clock', () => {
  it('of the night when the hour comes twice: an order of movements that local time alone would confuse', async () => {
    const ward = await openWard({ start: [2026, 10, 24, 20, 0] });
    const at = (text: string, id: string) => ({ EVN: { 2: text, 6: text }, ZBE: { 1: `${id}^CH_VAL`, 2: text } });
    await ward.adt('A01', at('20261024200000', 'M1'));
    await ward.until(paris(2026, 10, 25, 4));
    await ward.adt('A02', { ...uf('3310', 'Réanimation'), ...at('20261025021500+0100', 'M3') });
    await ward.adt('A02', { ...uf('2210', 'Bloc'), ...at('20261025024500+0200', 'M2') }); // half an hour earlier
    expect((await outcomes(ward)).slice(-2)).toEqual(['posted announced', 'muted recorded']);
    await ward.adt('A16', { EVN: { 2: '20261025100000', 3: '20261026010000' }, ZBE: { 1: 'M4^CH_VAL' } });
    await ward.close();
  });

  it('T−24 h across the change is 24 hours, and stays between 8 and 20 h on the wall', async () => {
    const ward = await openWard({ start: [2026, 10, 20, 9, 0] });
    const evn = { 2: '20261020090000', 6: '20261020090000' };
    await ward.adt('A01', { EVN: evn, PV2: { 9: '20261026083000' } }); // the Monday after the night of the change
    expect(await ward.store.timers.next()).toBe(paris(2026, 10, 23, 12)); // Sunday is closed: Friday noon
    await ward.close();
  });
});

describe('an interface that fails', () => {
  it('the week-end outage: Friday’s discharges say that they are late, nothing rings twice, no plan of the past', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [14, 10], pv29(17, 10));
    await ward.jump(paris(2026, 1, 18, 22));
    const before = facts(ward).length; // the reminder that fell due meanwhile was decided at the return
    await resend(ward, 'A02', 'M2', [16, 18, 30]);
    await resend(ward, 'A16', 'M3', [16, 19], planned(17, 11));
    await resend(ward, 'A03', 'M4', [17, 11]);
    await resend(ward, 'A03', 'M4', [17, 11]);
    expect(facts(ward).slice(before)).toEqual(['Changement de service', 'Sortie de l’hôpital']);
    expect(ward.bodies('mt').at(-1)).toContain('reçue en retard');
    await ward.until(paris(2026, 1, 20, 12));
    expect(facts(ward).slice(before)).toHaveLength(2);
    await ward.close();
  });

  it('an engine that counts from 1 again: the same control ids, other messages, none lost and none said twice', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], { MSH: { 10: '1' } });
    await post(ward, 'A02', 'M2', [12, 11], { MSH: { 10: '2' } });
    await post(ward, 'A03', 'M3', [13, 11], { MSH: { 10: '1' } });
    await post(ward, 'A13', 'M3', [13, 12], { ...cancels('A03'), MSH: { 10: '1', 7: ts(2026, 1, 13, 12) } });
    await resend(ward, 'A02', 'M2', [12, 11], { MSH: { 10: '1' } }); // sent again under a new number
    expect(facts(ward)).toEqual([
      'Entrée à l’hôpital',
      'Changement de service',
      'Sortie de l’hôpital',
      'Annulation : la sortie n’a pas eu lieu, toujours à l’hôpital',
    ]);
    expect((await outcomes(ward)).at(-1)).toBe('muted duplicate-fact');
    await ward.close();
  });

  it('a patient protected in mid-stay: not even the discharge, and no payload is left', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(16, 10));
    await post(ward, 'Z99', 'M1', [13, 10], { ...updates('A01'), PV2: { 22: 'Y' } });
    await post(ward, 'A03', 'M2', [14, 10]);
    await ward.until(paris(2026, 1, 16, 12));
    expect(facts(ward)).toHaveLength(1);
    const blocked = (await ward.store.inbox.list({ limit: 9 })).filter((e) => e.outcome === 'blocked');
    expect(blocked.map((e) => e.body.length)).toEqual([0, 0]);
    await ward.close();
  });
});
