/** A40: two numbers are one patient. Nothing is mixed before the identity desk has decided, and nobody follows by accident. */
import { describe, expect, it } from 'vitest';
import { paris, ts } from './stage.ts';
import {
  asks,
  codeFor,
  everRead,
  HECTOR,
  HECTORS,
  held,
  LUCIE,
  moves,
  openTwo,
  over,
  roomsOf,
  said,
} from './two-patients.ts';

/** Hector's number is merged into Lucie's. */
const merge = { MRG: { 1: '00700999^^^CH_VAL^PI' } };

async function both(): Promise<Awaited<ReturnType<typeof openTwo>>> {
  const ward = await openTwo();
  await moves(ward, 'A01', 'M1', 8);
  await moves(ward, 'A01', 'M2', 8, HECTORS);
  return ward;
}

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

describe('the desk’s word', () => {
  it('is the desk’s: neither an équipe, nor the coordination, nor a reaction, nor clear text decides', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    const code = codeFor(ward);
    for (const id of ['mt', 'coord', 'autre']) {
      await ward.types(id, `confirmer ${code}`);
      expect(said(ward, id, 'seule la cellule d’identitovigilance')).toHaveLength(1);
    }
    const event = ward.readBy('@vigile:test').find((h) => String(h.event.content['body']).includes(code));
    await ward.reacts(event?.roomId ?? '', '@vigile:test', event?.event.event_id ?? '', '✅');
    ward.transport.type(
      event?.roomId ?? '',
      '@vigile:test',
      { msgtype: 'm.text', body: `!confirmer ${code}` },
      { clear: true },
    );
    await ward.settle();
    expect((await ward.store.files.load<{ status: string }>('proposal', code))?.state.status).toBe('proposed');
    await ward.close();
  });

  it('is given once: the second reads who was quicker; a wrong code is said', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    const code = codeFor(ward);
    await ward.types('adjoint', `!refuser ${code.toLowerCase().replace('-', '')}`, 'Identitovigilance');
    await ward.types('vigile', `confirmer ${code}`);
    expect(said(ward, 'vigile', `déjà refusé par Dr adjoint`)).toHaveLength(1);
    await ward.types('vigile', 'confirmer V-ZZZ');
    expect(said(ward, 'vigile', 'Je ne trouve pas V-ZZZ')).toHaveLength(1);
    await ward.types('vigile', 'confirmer');
    expect(said(ward, 'vigile', 'Il me faut le code')).toHaveLength(1);
    await ward.close();
  });

  it('is asked for again each working day at nine, until it is given', async () => {
    const ward = await both(); // Monday 12 January 2026
    await asks(ward, 'A40', 9, merge);
    const reminders = (): number => said(ward, 'vigile', 'Toujours à décider').length;
    await ward.until(paris(2026, 1, 13, 8, 59));
    expect(reminders()).toBe(0);
    await ward.until(paris(2026, 1, 13, 9));
    expect(reminders()).toBe(1);
    await ward.until(paris(2026, 1, 18, 23));
    expect(reminders()).toBe(4); // Friday, then nobody on Saturday and Sunday
    await ward.types('vigile', `refuser ${codeFor(ward)}`);
    await ward.until(paris(2026, 1, 23, 12));
    expect(reminders()).toBe(4);
    await ward.close();
  });

  it('leaves a trail: asked, decided, by whom', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    const code = codeFor(ward);
    await ward.types('vigile', `confirmer ${code}`);
    const trail = (await ward.store.audit(500)).filter((row) => row.subject === code);
    expect(trail.map(({ actor, action }) => [actor, action])).toEqual([
      ['source:ch-val', 'proposal:merge'],
      ['vigile', 'proposal:merge:confirmed'],
    ]);
    await ward.close();
  });
});
