/** Stays in odd orders: nobody is told something that is no longer true, and what matters rings. */
import { describe, expect, it } from 'vitest';
import type { Fields } from '../formats/hl7v2/fixtures.ts';
import { openWard, paris, ts, type Ward } from './stage.ts';

type When = [day: number, hour: number, minute?: number];

/** One movement of January 2026, recorded and happened at that moment; civil time follows, and never goes back. */
async function post(ward: Ward, trigger: string, id: string, [d, h, m = 0]: When, over: Fields = {}): Promise<void> {
  const at = ts(2026, 1, d, h, m);
  await ward.until(paris(2026, 1, d, h, m));
  const zbe = { 1: `${id}^CH_VAL^1.2.250.1.999.5^ISO`, 2: at, ...over['ZBE'] };
  expect(await ward.adt(trigger, { ...over, EVN: { 2: at, 6: at, ...over['EVN'] }, ZBE: zbe })).toBe('AA');
}

const cancels = (trigger: string): Fields => ({ ZBE: { 4: 'CANCEL', 6: trigger } });
const planned = (d: number, h: number): Fields => ({ EVN: { 3: ts(2026, 1, d, h) } });
const pv29 = (d: number, h: number): Fields => ({ PV2: { 9: ts(2026, 1, d, h) } });

/** The card as it stands, without the mark of an edit. */
function card(ward: Ward): string {
  const cards = ward
    .bodies('mt')
    .filter((body) => /^(?:\* )?(?:Hospitalis|A quitté|Décédé|Aux urgences|En perm)/.test(body));
  return (cards.filter((body) => body.startsWith('* ')).at(-1) ?? cards[0] ?? '').replace('* ', '');
}

function rung(ward: Ward, start: string): unknown {
  const found = ward.readBy('@mt:test').findLast((h) => String(h.event.content['body']).startsWith(start));
  return (found?.event.content['m.mentions'] as { user_ids?: string[] } | undefined)?.user_ids;
}

describe('what comes out of order', () => {
  it('does not bring back to hospital somebody who has left', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A03', 'M3', [14, 14]);
    const said = ward.bodies('mt').length;
    await post(ward, 'A02', 'M2', [13, 10]);
    await post(ward, 'A16', 'M4', [13, 11], planned(16, 10));
    await post(ward, 'A25', 'M4', [14, 15], cancels('A16'));
    expect(ward.bodies('mt').filter((b) => !b.startsWith('* '))).toHaveLength(said - 1);
    expect(card(ward)).toMatch(/^A quitté/);
    await ward.close();
  });

  it('says nothing more of a patient who has died, and no reminder', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A03', 'M3', [13, 14], { PV1: { 41: 'D' } });
    const said = ward.bodies('mt').length;
    await post(ward, 'A16', 'M2', [13, 10], planned(15, 10));
    await post(ward, 'Z99', 'M1', [13, 15], { ZBE: { 4: 'UPDATE', 6: 'A01' }, ...pv29(16, 10) });
    await post(ward, 'A02', 'M4', [13, 16]);
    await ward.until(paris(2026, 1, 17, 10));
    expect(ward.bodies('mt')).toHaveLength(said);
    await ward.close();
  });

  it('keeps a patient admitted when the pre-admission comes late: the reminder still rings', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [13, 9], pv29(16, 10));
    await post(ward, 'A05', 'M0', [12, 9], planned(13, 8));
    await ward.until(paris(2026, 1, 16, 9));
    expect(ward.bodies('mt').filter((b) => b.startsWith('Hospitalisation prévue'))).toHaveLength(0);
    expect(rung(ward, 'Rappel')).toEqual(['@mt:test', '@idel:test', '@pharma:test']);
    await ward.close();
  });

  it('leaves who has left where they are when an old leave is cancelled', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A21', 'M2', [13, 9]);
    await post(ward, 'A03', 'M3', [14, 10]);
    await post(ward, 'A52', 'M2', [14, 11], cancels('A21'));
    expect(card(ward)).toMatch(/^A quitté/);
    await ward.close();
  });
});

describe('a cancel', () => {
  it('of a plan that another A16 has replaced takes nothing back', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M0', [12, 10]);
    await post(ward, 'A16', 'M1', [12, 11], planned(19, 10));
    await post(ward, 'A16', 'M2', [12, 12], planned(20, 10));
    await post(ward, 'A25', 'M1', [12, 12, 1], cancels('A16'));
    expect(ward.bodies('mt').join('\n')).not.toContain('Sortie annulée');
    expect(await ward.store.timers.next()).toBe(paris(2026, 1, 19, 10));
    await ward.close();
  });

  it('of an entry that was entered again takes nothing back', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A01', 'M2', [12, 10, 10]);
    await post(ward, 'A11', 'M1', [12, 10, 11], cancels('A01'));
    expect(card(ward)).toMatch(/^Hospitalisée?/);
    expect(ward.bodies('mt').join('\n')).not.toContain('Annulation');
    await ward.close();
  });

  it('of a death says so, although the cancel does not repeat it', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    await post(ward, 'A03', 'M3', [13, 10], { PV1: { 41: 'D' } });
    await post(ward, 'A13', 'M3', [13, 11], cancels('A03'));
    expect(ward.bodies('mt').at(-1)).toContain('le décès a été annoncé par erreur');
    expect(card(ward)).toMatch(/^Hospitalisée?/);
    await ward.close();
  });

  it('of what nobody was told is not told', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    const old = ts(2026, 1, 14, 10);
    await post(ward, 'A03', 'M3', [20, 10], { EVN: { 6: old }, PV1: { 45: old } }); // retroactive
    await post(ward, 'A13', 'M3', [20, 11], cancels('A03'));
    await post(ward, 'A02', 'M4', [20, 12], { ZBE: { 9: 'L' } });
    await post(ward, 'A12', 'M4', [20, 13], { ZBE: { 4: 'CANCEL', 6: 'A02', 9: '' } });
    expect(ward.bodies('mt').join('\n')).not.toContain('Annulation');
    await ward.close();
  });

  it('of an entry leaves no date of entry on the card; of a class change, the emergency department', async () => {
    const ward = await openWard();
    await post(ward, 'A05', 'M0', [12, 10], planned(13, 8));
    await post(ward, 'A01', 'M1', [13, 9]);
    await post(ward, 'A11', 'M1', [13, 10], cancels('A01'));
    const cards = ward.bodies('mt').filter((b) => b.startsWith('* Hospitalisation prévue'));
    expect(cards.at(-1)).not.toContain('Entrée :');
    await post(ward, 'A04', 'M2', [13, 11], { PV1: { 2: 'E' } });
    await post(ward, 'A06', 'M3', [13, 12]);
    await post(ward, 'A07', 'M3', [13, 13], { ...cancels('A06'), PV1: { 2: 'E' } });
    expect(card(ward)).toMatch(/^Aux urgences/);
    await ward.close();
  });
});

describe('a planned discharge', () => {
  it('rings when a silent move brings, moves or takes back the day', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M0', [12, 10]);
    await post(ward, 'A02', 'M1', [13, 10], pv29(14, 9)); // less than 24 h: no reminder would follow
    expect(rung(ward, 'Sortie prévue')).toEqual(['@mt:test', '@idel:test', '@pharma:test']);
    await post(ward, 'A02', 'M2', [13, 11], pv29(20, 9));
    expect(rung(ward, 'Sortie déplacée')).toHaveLength(3);
    await post(ward, 'A02', 'M3', [13, 12], { PV2: { 9: '""' } });
    expect(ward.bodies('mt').at(-1)).toContain('Elle était prévue mardi 20 janvier à 9h');
    await ward.close();
  });

  it('reminds once of one day, whatever becomes of its hour', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(15, 10));
    await ward.until(paris(2026, 1, 14, 10, 30));
    await post(ward, 'Z99', 'M1', [14, 10, 30], { ZBE: { 4: 'UPDATE', 6: 'A01' }, ...pv29(15, 18) });
    await ward.until(paris(2026, 1, 16, 9));
    expect(ward.bodies('mt').filter((b) => b.startsWith('Rappel'))).toHaveLength(1);
    await ward.close();
  });

  it('is reminded although nothing else of the stay was said, and never for a session', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], { ZBE: { 5: 'Y' }, ...pv29(15, 10) });
    await post(ward, 'A01', 'M2', [12, 11], { PV1: { 2: 'R', 19: 'SEANCES' }, ...pv29(15, 12) });
    await ward.until(paris(2026, 1, 16, 9));
    expect(await ward.store.outbox.listQuarantined(5)).toEqual([]);
    expect(ward.bodies('mt').filter((b) => b.startsWith('Rappel'))).toHaveLength(1);
    await ward.close();
  });
});

describe('who and what', () => {
  it('lets no test message move a real stay', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10], pv29(15, 10));
    await post(ward, 'A03', 'M2', [12, 11], { MSH: { 11: 'T' } });
    await ward.until(paris(2026, 1, 15, 9));
    expect(rung(ward, 'Rappel')).toHaveLength(3);
    await ward.close();
  });

  it('falls silent for every stay when an A31 protects the patient', async () => {
    const ward = await openWard({ late: ['pharma'] });
    await post(ward, 'A01', 'M1', [12, 10], pv29(15, 10));
    const evn = { 2: ts(2026, 1, 12, 11) };
    await ward.adt('A31', { PD1: { 12: 'Y' }, PV1: null, ZBE: null, EVN: evn, PID: { 18: '' } });
    const said = ward.bodies('mt').length;
    await ward.joins([...ward.transport.rooms.values()][0]?.id ?? '', '@pharma:test');
    await ward.until(paris(2026, 1, 16, 9));
    expect(ward.bodies('mt')).toHaveLength(said);
    await ward.close();
  });

  it('holds a number that now belongs to somebody else: another name, birth date and sex', async () => {
    const ward = await openWard();
    await post(ward, 'A01', 'M1', [12, 10]);
    const said = ward.bodies('mt').length;
    const other = { 5: 'AUTRE^Jean^^^^^L', 7: '19900101', 8: 'M' };
    await post(ward, 'A02', 'M2', [12, 11], { PID: other });
    expect(ward.bodies('mt')).toHaveLength(said);
    expect(await ward.store.inbox.count('quarantined')).toBe(1);
    await ward.close();
  });

  it('keeps a consultation out of the summary', async () => {
    const ward = await openWard({ late: ['pharma'] });
    await post(ward, 'A04', 'M0', [12, 10], { PV1: { 2: 'O', 19: 'CONSULT' } });
    await post(ward, 'A01', 'M1', [12, 11]);
    await ward.joins([...ward.transport.rooms.values()][0]?.id ?? '', '@pharma:test');
    const summary = ward.bodies('pharma').find((b) => b.startsWith('Résumé')) ?? '';
    expect(summary.match(/•/g)).toHaveLength(1);
    await ward.close();
  });
});
