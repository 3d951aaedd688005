/** What each professional reads of a stay: HTTP in, room message out, on the real composition without Matrix. */
import { describe, expect, it } from 'vitest';
import { openWard, paris, POLICY, ts } from './stage.ts';

const at = (d: number, h: number, m = 0): { EVN: Record<number, string>; ZBE: Record<number, string> } => ({
  EVN: { 2: ts(2026, 1, d, h, m), 6: ts(2026, 1, d, h, m) },
  ZBE: { 2: ts(2026, 1, d, h, m) },
});

describe('a stay, told to the équipe', () => {
  it('announces an admission once, in a room with an opaque name, naming the patient in the body only', async () => {
    const ward = await openWard();
    expect(await ward.adt('A01')).toBe('AA');
    expect(ward.bodies('mt').at(-1)).toContain('Mme Lucie INVENTEE (née FICTIVE), née le 04/07/1961');
    const [room] = [...ward.transport.rooms.values()];
    expect(room?.spec.name).toMatch(/^R-/);
    expect(room?.spec.encrypted).toBe(true);
    expect(JSON.stringify(room?.spec)).not.toMatch(/INVENTEE|FICTIVE|00700123|1961/);
    await ward.close();
  });

  it('says a fact once: same message five times, then five new control ids', async () => {
    const ward = await openWard();
    for (let n = 0; n < 5; n += 1) expect(await ward.adt('A01', { MSH: { 10: 'SAME' } })).toBe('AA');
    for (let n = 0; n < 5; n += 1) expect(await ward.adt('A01')).toBe('AA');
    expect(ward.bodies('mt').filter((b) => b.startsWith('Entrée'))).toHaveLength(1);
    expect(await ward.store.counts()).toContainEqual({ outcome: 'muted', reason: 'duplicate-fact', n: 5 });
    await ward.close();
  });

  it('mutes a patient with nobody bound, and counts them', async () => {
    const ward = await openWard({ team: [] });
    expect(await ward.adt('A01')).toBe('AA');
    expect(ward.transport.rooms.size).toBe(0);
    expect(await ward.store.counts()).toEqual([{ outcome: 'muted', reason: 'no-team', n: 1 }]);
    expect(await ward.store.files.find('patient', 'no-team')).toHaveLength(1);
    await ward.close();
  });

  it('says nothing of a protected patient, before or after, and empties the envelope', async () => {
    const ward = await openWard();
    await ward.adt('A01');
    const said = ward.bodies('mt').length;
    await ward.adt('A02', { PD1: { 12: 'Y' }, ZBE: { 1: 'MV2' }, ...only(at(13, 10)) });
    await ward.adt('A03', { ZBE: { 1: 'MV3' }, EVN: at(14, 10).EVN });
    expect(ward.bodies('mt')).toHaveLength(said);
    const blocked = (await ward.store.inbox.list({ limit: 10 })).filter((e) => e.outcome === 'blocked');
    expect(blocked).toHaveLength(2);
    for (const envelope of blocked) expect(envelope.body).toHaveLength(0);
    await ward.close();
  });

  it('keeps no identity of a patient protected from the start', async () => {
    const ward = await openWard();
    await ward.adt('A01', { PV1: { 16: 'Y' } });
    const patientId = ward.sealer.blind('patient|CH_VAL|00700123');
    expect(await ward.store.files.load('patient', patientId)).toBeUndefined();
    expect(ward.transport.rooms.size).toBe(0);
    await ward.close();
  });

  it('never shows a visit known as another patient’s: a human looks first', async () => {
    const ward = await openWard();
    await ward.adt('A01');
    const said = ward.bodies('mt').length;
    await ward.adt('A02', {
      PID: { 3: '00999999^^^CH_VAL&1.2.250.1.999.1&ISO^PI', 5: 'AUTRE^Jean^^^^^L' },
      ZBE: { 1: 'MV2' },
      EVN: { 2: ts(2026, 1, 12, 9, 20) },
    });
    expect(ward.bodies('mt')).toHaveLength(said);
    const kept = await ward.store.inbox.list({ state: 'quarantined', limit: 5 });
    expect(kept.map((e) => e.reason)).toEqual(['merge-needs-human']);
    await ward.close();
  });

  it('takes back what was cancelled, and ignores an insert whose cancel came first', async () => {
    const ward = await openWard();
    await ward.adt('A01');
    await ward.adt('A11', { ZBE: { 4: 'CANCEL', 6: 'A01' }, EVN: { 2: ts(2026, 1, 12, 9, 30) } });
    expect(ward.bodies('mt').at(-1)).toContain('l’entrée n’a pas eu lieu');
    await ward.adt('A12', { ZBE: { 1: 'MV9', 4: 'CANCEL', 6: 'A02' }, EVN: { 2: ts(2026, 1, 12, 9, 40) } });
    const said = ward.bodies('mt').length;
    await ward.adt('A02', { ZBE: { 1: 'MV9' }, EVN: { 2: ts(2026, 1, 12, 9, 35) } });
    expect(ward.bodies('mt')).toHaveLength(said);
    await ward.close();
  });

  it('reminds the équipe at T−24 h, on Friday noon for a Monday, without ringing twice', async () => {
    const ward = await openWard({ start: [2026, 1, 15, 14, 0] }); // Thursday
    await ward.adt('A01', { EVN: { 2: ts(2026, 1, 15, 13), 6: ts(2026, 1, 15, 13) }, ZBE: { 2: ts(2026, 1, 15, 13) } });
    await ward.until(paris(2026, 1, 15, 15));
    await ward.adt('A16', {
      EVN: { 2: ts(2026, 1, 15, 15), 3: ts(2026, 1, 19, 10), 6: ts(2026, 1, 15, 15) },
      ZBE: { 1: 'MV2', 2: ts(2026, 1, 15, 15), 9: '' },
      PV2: { 9: ts(2026, 1, 19, 10) },
    });
    expect(ward.bodies('idel').at(-1)).toMatch(/^Sortie prévue/);
    await ward.until(paris(2026, 1, 16, 11, 59));
    expect(ward.bodies('idel').filter((b) => b.startsWith('Rappel'))).toHaveLength(0);
    await ward.until(paris(2026, 1, 16, 12, 0));
    expect(ward.bodies('idel').filter((b) => b.startsWith('Rappel : sortie'))).toHaveLength(1);
    await ward.until(paris(2026, 1, 19, 9));
    expect(ward.bodies('idel').filter((b) => b.startsWith('Rappel'))).toHaveLength(1);
    await ward.close();
  });

  it('takes the date from PV2-9 of any message, re-plans when the day changes, and retracts', async () => {
    const ward = await openWard({ start: [2026, 1, 12, 9, 5] });
    await ward.adt('A01', { PV2: { 9: ts(2026, 1, 20, 10) } });
    expect(ward.bodies('mt').at(-1)).toContain('Sortie prévue');
    const said = ward.bodies('mt').length;
    const update = (over: Record<number, string>, day: number, hour: number, minute: number): Promise<string> =>
      ward.adt('Z99', {
        EVN: { 2: ts(2026, 1, 12, 10, minute), 6: ts(2026, 1, 12, 10, minute) },
        ZBE: { 4: 'UPDATE', 6: 'A01' },
        PV2: { 9: ts(2026, 1, day, hour), ...over },
      });
    await update({}, 20, 14, 0); // same day, another hour: kept, not said again
    expect(ward.bodies('mt').filter((b) => b.startsWith('Sortie déplacée'))).toHaveLength(0);
    await update({}, 22, 10, 5);
    expect(ward.bodies('mt').filter((b) => b.startsWith('Sortie déplacée'))).toHaveLength(1);
    await update({ 9: '""' }, 22, 10, 10);
    expect(ward.bodies('mt').at(-1)).toContain('Sortie annulée');
    expect(await ward.store.timers.next()).toBeUndefined();
    expect(ward.bodies('mt').length).toBeGreaterThan(said);
    await ward.close();
  });

  it('never reminds after a discharge or a death', async () => {
    for (const end of [{}, { PV1: { 41: 'D' } }]) {
      const ward = await openWard();
      await ward.adt('A01', { PV2: { 9: ts(2026, 1, 20, 10) } });
      expect(await ward.store.timers.next()).toBeDefined();
      await ward.adt('A03', { ...only(at(13, 11)), ZBE: { 1: 'MV7', 2: ts(2026, 1, 13, 11) }, ...end });
      const last = ward.bodies('mt').at(-1) ?? '';
      expect(last).toContain('PV1' in end ? 'Décès' : 'Sortie de l’hôpital');
      await ward.until(paris(2026, 1, 20, 11));
      expect(ward.bodies('mt').filter((b) => b.startsWith('Rappel'))).toEqual([]);
      await ward.close();
    }
  });

  it('says that it comes late when it was recorded long before', async () => {
    const ward = await openWard({ start: [2026, 1, 18, 22, 0] });
    await ward.adt('A01', only(at(16, 18)));
    expect(ward.bodies('mt').at(-1)).toContain('reçue en retard');
    await ward.close();
  });

  it('gives one summary to a newcomer who could not read the past, and bothers nobody else', async () => {
    const ward = await openWard({ late: ['pharma'] });
    await ward.adt('A01');
    const [room] = [...ward.transport.rooms.values()];
    await ward.joins(room?.id ?? '', '@pharma:test');
    const summaries = ward.bodies('pharma').filter((b) => b.startsWith('Résumé'));
    expect(summaries).toHaveLength(1);
    expect(summaries[0]).toContain('INVENTEE');
    await ward.adt('A02', { ZBE: { 1: 'MV2' }, EVN: { 2: ts(2026, 1, 12, 9, 20) } });
    expect(ward.bodies('pharma').filter((b) => b.startsWith('Résumé'))).toHaveLength(1);
    await ward.close();
  });

  it('holds an unknown unit for a human, and never says a label that the table does not allow', async () => {
    const units = new Map([
      ['2210', 'event' as const],
      ['3310', 'event+label' as const],
    ]);
    const ward = await openWard({ policy: { ...POLICY, units, unknownUnit: 'hold' } });
    await ward.adt('A01');
    expect(ward.bodies('mt').join('\n')).not.toContain('Pneumologie');
    await ward.adt('A02', {
      ZBE: { 1: 'MV2', 7: 'Soins de suite^^^^^CH_VAL^UF^^^3310' },
      PV1: { 3: '3310^1^1^CH_VAL' },
      EVN: { 2: ts(2026, 1, 12, 9, 20) },
    });
    expect(ward.bodies('mt').at(-1)).toContain('Soins de suite');
    await ward.adt('A02', {
      ZBE: { 1: 'MV3', 7: 'Secrète^^^^^CH_VAL^UF^^^9999' },
      PV1: { 3: '9999^1^1^CH_VAL' },
      EVN: { 2: ts(2026, 1, 12, 9, 25) },
    });
    expect(await ward.store.inbox.count('quarantined')).toBe(1);
    await ward.close();
  });

  it('keeps outside text as text: no tag, no link, no ring of the room', async () => {
    const ward = await openWard();
    await ward.adt('A01', { PID: { 5: '<b>http://x.test</b> @room^A^^^^^L' } });
    const last = ward.readBy('@mt:test').at(-1)?.event.content ?? {};
    expect(String(last['formatted_body'])).not.toContain('<b>');
    expect(String(last['body'])).not.toMatch(/http:\/\/x|@room/);
    expect(last['m.mentions']).toEqual({ user_ids: ['@mt:test', '@idel:test'] });
    await ward.close();
  });
});

/** Only the parts of a moment that a segment override can take. */
function only(parts: { EVN: Record<number, string>; ZBE: Record<number, string> }): { EVN: Record<number, string> } {
  return { EVN: parts.EVN };
}
