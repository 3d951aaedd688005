/** A40: two numbers are one patient. Nothing is mixed before the identity desk has decided, and nobody follows by accident. */
import { describe, expect, it } from 'vitest';
import { ts } from './stage.ts';
import {
  asks,
  BARE,
  both,
  codeFor,
  everRead,
  HECTOR,
  HECTORS,
  held,
  LUCIE,
  merge,
  moves,
  openTwo,
  over,
  roomsOf,
  said,
} from './two-patients.ts';

describe('a merge that the hospital asks for', () => {
  it('is a proposal to the desk: named there, listed in quarantine, and nothing moves', async () => {
    const ward = await both();
    const before = { mt: ward.bodies('mt').length, autre: ward.bodies('autre').length };
    await asks(ward, 'A40', 9, merge);
    const [proposal = ''] = said(ward, 'vigile', 'réunir deux dossiers');
    expect(proposal).toMatch(HECTOR);
    expect(proposal).toMatch(LUCIE);
    expect(said(ward, 'adjoint', 'réunir deux dossiers')).toHaveLength(1);
    expect(ward.bodies('coord').join('\n')).not.toMatch(/V-|CHIMERE|FICTIVE/);
    expect((await ward.store.inbox.list({ state: 'quarantined', limit: 5 })).map((e) => e.reason)).toEqual([
      'merge-needs-human',
    ]);
    expect({ mt: ward.bodies('mt').length, autre: ward.bodies('autre').length }).toEqual(before);
    const desk = await ward.store.rooms.get('desk:cellule-identitovigilance');
    expect(desk).toMatchObject({ encrypted: true, kind: 'desk', name: 'Identitovigilance' });
    await ward.close();
  });

  it('asked again, or replayed by the operator, is the same proposal', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    await asks(ward, 'A40', 10, merge);
    for (const { id } of await ward.store.inbox.list({ state: 'quarantined', limit: 5 }))
      await ward.store.inbox.replay(id);
    await ward.settle();
    expect(said(ward, 'vigile', 'réunir deux dossiers')).toHaveLength(1);
    expect(await held(ward)).toBe(2);
    await ward.types('vigile', `refuser ${codeFor(ward)}`);
    expect(await held(ward)).toBe(0);
    await ward.close();
  });

  it('holds what is said of the patient who goes away, and lets the other one go on', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    const silent = ward.bodies('autre').length;
    await moves(ward, 'A02', 'M3', 10, HECTORS); // under the old number
    const stay = over(HECTORS, { PID: { 3: '00700123^^^CH_VAL^PI', 5: 'FICTIVE^Lucie^^^^^L', 7: '19610704', 8: 'F' } });
    await moves(ward, 'A02', 'M4', 11, stay); // the same visit, under the surviving number
    expect(ward.bodies('autre')).toHaveLength(silent);
    await moves(ward, 'A02', 'M5', 10);
    expect(said(ward, 'mt', 'Changement de service')).toHaveLength(1);
    expect(await held(ward)).toBe(3);
    await ward.close();
  });

  it('refused: both go on as before, with what waited, and the hospital’s message is over', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    await moves(ward, 'A02', 'M3', 10, HECTORS);
    await ward.types('vigile', `refuser ${codeFor(ward)} ce sont deux personnes`);
    expect(said(ward, 'adjoint', 'ce sont deux personnes')).toHaveLength(1);
    expect(said(ward, 'autre', 'Changement de service')).toHaveLength(1);
    expect(await held(ward)).toBe(0);
    expect(everRead(ward, 'mt')).not.toMatch(HECTOR);
    expect(everRead(ward, 'autre')).not.toMatch(LUCIE);
    expect((await ward.store.counts()).find((c) => c.reason === 'desk-refused')?.n).toBe(1);
    await ward.close();
  });

  it('confirmed: the équipe of the surviving number reads on in a new room; the other one reads nothing more', async () => {
    const ward = await both();
    const [lucies] = roomsOf(ward, 'mt');
    const [hectors] = roomsOf(ward, 'autre');
    await asks(ward, 'A40', 9, merge);
    await moves(ward, 'A02', 'M3', 10, HECTORS);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    const now = roomsOf(ward, 'mt').at(-1);
    expect(now).not.toBe(lucies);
    const tombstone = (id: string | undefined): unknown =>
      ward.transport.rooms.get(id ?? '')?.events.find((e) => e.type === 'm.room.tombstone')?.content;
    expect(tombstone(lucies)).toEqual({ body: '', replacement_room: now });
    expect(tombstone(hectors)).toEqual({ body: '', replacement_room: '' }); // nobody is sent from there to the other room
    for (const id of [lucies, hectors])
      expect(ward.transport.rooms.get(id ?? '')?.members.has('@relais:transcript')).toBe(false);
    expect(said(ward, 'autre', 'Vous ne suivez plus ce dossier ici')).toHaveLength(1);
    expect(everRead(ward, 'autre')).not.toMatch(LUCIE);
    expect(roomsOf(ward, 'autre')).toEqual([hectors]);
    const [summary = ''] = said(ward, 'mt', 'L’établissement a corrigé ce dossier : voici');
    expect(summary.match(/•/g)).toHaveLength(2); // both stays, one patient
    expect(everRead(ward, 'mt')).not.toMatch(HECTOR);
    // Later messages of the stay come under the surviving number.
    const before = ward.bodies('autre').length;
    await moves(ward, 'A02', 'M6', 13, { PV1: { 19: 'VEN9009^^^CH_VAL^VN' } });
    expect(said(ward, 'mt', 'Changement de service').at(-1)).toMatch(LUCIE);
    expect(ward.bodies('autre')).toHaveLength(before);
    await ward.close();
  });

  it('confirmed: what waited under the retired number is held, and the desk is told by number only', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    await moves(ward, 'A02', 'M3', 10, HECTORS);
    await moves(ward, 'A02', 'M4', 11, HECTORS);
    const notes = said(ward, 'vigile', 'Numéro retiré');
    expect(notes).toHaveLength(1);
    expect(notes[0]).not.toMatch(/CHIMERE|Hector|1948/);
    expect(await held(ward)).toBe(2);
    await asks(ward, 'A40', 12, merge);
    expect(await held(ward)).toBe(2); // done already
    await ward.close();
  });

  it('of two numbers, or of a number, that nobody knows here changes nothing', async () => {
    const ward = await openTwo();
    await asks(ward, 'A40', 9, merge);
    await moves(ward, 'A01', 'M1', 8);
    await asks(ward, 'A40', 10, merge);
    expect(ward.bodies('vigile')).toEqual([]);
    expect((await ward.store.counts()).find((c) => c.reason === 'nothing-changed')?.n).toBe(2);
    await ward.close();
  });

  it('into a number that is unknown here: confirmed, the same room goes on under it', async () => {
    const ward = await openTwo({ teams: [{ facility: 'CH_VAL', ipp: '00700999', members: ['autre'] }], team: ['mt'] });
    await moves(ward, 'A01', 'M2', 8, HECTORS);
    const rooms = roomsOf(ward, 'autre');
    const renamed = over(HECTORS, { PID: { 3: '00700777^^^CH_VAL^PI' } });
    await asks(ward, 'A40', 9, over(renamed, { PV1: null, ...merge }));
    await moves(ward, 'A02', 'M3', 10, renamed);
    expect(said(ward, 'autre', 'Changement de service')).toEqual([]);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    expect(said(ward, 'autre', 'Changement de service')).toHaveLength(1);
    expect(roomsOf(ward, 'autre')).toEqual(rooms);
    await moves(ward, 'A02', 'M4', 11, HECTORS);
    expect(said(ward, 'autre', 'Changement de service')).toHaveLength(1); // the old number is retired
    expect(said(ward, 'vigile', 'Numéro retiré')).toHaveLength(1);
    await ward.close();
  });

  it('by A47 with another IPP is the same question', async () => {
    const ward = await both();
    const at = { EVN: { 2: ts(2026, 1, 12, 9) } };
    await ward.adt('A47', over({ ZBE: null, PV1: null }, at, merge));
    expect(said(ward, 'vigile', 'réunir deux dossiers')).toHaveLength(1);
    await ward.close();
  });
});

describe('a merge, whatever is under way', () => {
  it('says nothing to the other équipe of what waited in their lane: it would bear the survivor’s name', async () => {
    const ward = await both();
    const hectors = (await ward.store.rooms.list()).filter((room) => room.kind === 'patient')[1];
    await ward.store.outbox.pauseLane(hectors?.ref ?? '', 'test');
    await moves(ward, 'A02', 'M3', 9, HECTORS);
    await asks(ward, 'A40', 10, merge);
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    await ward.store.outbox.resumeLane(hectors?.ref ?? '');
    await ward.settle();
    expect(everRead(ward, 'autre')).not.toMatch(LUCIE);
    expect(said(ward, 'autre', 'Vous ne suivez plus ce dossier ici')).toHaveLength(1);
    expect(await ward.store.outbox.listQuarantined(5)).toEqual([]);
    await ward.close();
  });

  it('opens no room and says no name where one of them is protected', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    await ward.adt('A31', over(BARE, { PD1: { 12: 'Y' }, EVN: { 2: ts(2026, 1, 12, 10) } }));
    const before = ward.bodies('mt').length;
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    expect(ward.bodies('mt')).toHaveLength(before);
    expect(said(ward, 'autre', 'Vous ne suivez plus ce dossier ici')).toHaveLength(1);
    await ward.close();
  });

  it('of merges goes to who is left', async () => {
    const ward = await both();
    const third = over(HECTORS, { PID: { 3: '00700777^^^CH_VAL^PI', 18: 'NDA3' }, PV1: { 19: 'VEN3' } });
    await moves(ward, 'A01', 'M3', 8, third);
    await asks(ward, 'A40', 9, over(HECTORS, BARE, { MRG: { 1: '00700777^^^CH_VAL^PI' } })); // the third into Hector
    const first = codeFor(ward);
    await asks(ward, 'A40', 10, merge); // Hector into Lucie
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    await ward.types('vigile', `confirmer ${first}`);
    const [lucie] = (await ward.store.files.find<{ stays: string[] }>('patient', 'no-team')).map((file) => file.state);
    expect(lucie).toBeUndefined();
    const summary = said(ward, 'mt', 'voici l’essentiel').at(-1) ?? '';
    expect(summary.match(/•/g)).toHaveLength(3);
    await ward.close();
  });

  it('keeps no INS: neither in the proposal, nor in the file that goes away', async () => {
    const ward = await openTwo();
    const INS = '279035121518989'; // right key, nobody's
    const ins = { 32: 'VALI' };
    const id = (ipp: string): string => `${ipp}^^^CH_VAL^PI~${INS}^^^ASIP-SANTE-INS&1.2.250.1.213.1.4.8&ISO^INS`;
    await moves(ward, 'A01', 'M1', 8);
    await moves(ward, 'A01', 'M2', 8, over(HECTORS, { PID: { ...ins, 3: id('00700999') } }));
    const idOf = (ipp: string): string => ward.sealer.blind(`patient|CH_VAL|${ipp}`);
    const file = async (ipp: string): Promise<unknown> => (await ward.store.files.load('patient', idOf(ipp)))?.state;
    expect(await file('00700999')).toMatchObject({ ins: INS });
    await asks(ward, 'A40', 9, over({ PID: { ...ins, 3: id('00700123') } }, merge));
    const code = codeFor(ward);
    expect(JSON.stringify(await ward.store.files.load('proposal', code))).not.toContain(INS);
    await ward.types('vigile', `confirmer ${code}`);
    expect(JSON.stringify(await file('00700999'))).not.toContain(INS);
    await ward.close();
  });
});
