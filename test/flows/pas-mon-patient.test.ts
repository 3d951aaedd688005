/** Who does not follow a patient leaves at once; the desk clears it up; and what else only the desk can see. */
import { describe, expect, it } from 'vitest';
import { admitted, PATIENT, transfer } from './patient-room.ts';
import { POLICY, type Ward } from './stage.ts';
import { codeFor, DESK, everRead, HECTORS, held, moves, openTwo, over, roomsOf, said } from './two-patients.ts';

async function inRoom(ward: Ward, id: string, text: string): Promise<void> {
  await ward.says(roomsOf(ward, id)[0] ?? '', `@${id}:test`, text);
}

async function left(): Promise<Ward> {
  const ward = await openTwo();
  await moves(ward, 'A01', 'M1', 8);
  await inRoom(ward, 'idel', '!pas-mon-patient');
  return ward;
}

describe('pas-mon-patient', () => {
  it('puts the person out, gives no further key, and tells the desk; their own answer names nobody', async () => {
    const ward = await left();
    expect(roomsOf(ward, 'idel')).toEqual([]);
    const answer = said(ward, 'idel', 'C’est noté')[0] ?? '';
    expect(answer).not.toMatch(PATIENT);
    const [told = ''] = said(ward, 'vigile', 'Dr idel dit ne pas suivre');
    expect(told).toMatch(PATIENT);
    expect(ward.bodies('coord').join('\n')).not.toMatch(/idel/);
    await moves(ward, 'A02', 'M2', 9);
    expect(said(ward, 'mt', 'Changement de service')).toHaveLength(1);
    expect(said(ward, 'idel', 'Changement de service')).toEqual([]);
    expect(roomsOf(ward, 'idel')).toEqual([]);
    const row = (await ward.store.audit(100)).find((r) => r.action === 'proposal:leave:asked');
    expect(row).toMatchObject({ actor: 'idel', subject: codeFor(ward) });
    await ward.close();
  });

  it('wins over the declared équipe, at the next stay too, once the desk has confirmed it', async () => {
    const ward = await left();
    await ward.types('vigile', `confirmer ${codeFor(ward)}`);
    await moves(ward, 'A01', 'M5', 10, { PV1: { 19: 'VEN7005^^^CH_VAL^VN' } });
    expect(said(ward, 'mt', 'Entrée à l’hôpital')).toHaveLength(2);
    expect(said(ward, 'idel', 'Entrée à l’hôpital')).toHaveLength(1);
    await ward.close();
  });

  it('taken back by the person, decided by the desk: back in, with what was said meanwhile', async () => {
    const ward = await left();
    const code = codeFor(ward);
    await ward.types('vigile', `confirmer ${code}`);
    await moves(ward, 'A02', 'M2', 9);
    await ward.types('mt', `mon-patient ${code}`); // not theirs to say
    expect(said(ward, 'mt', 'Je ne trouve pas')).toHaveLength(1);
    await ward.types('idel', `mon-patient ${code}`);
    expect(roomsOf(ward, 'idel')).toEqual([]);
    expect(said(ward, 'vigile', 'finalement, Dr idel dit suivre ce patient')).toHaveLength(1);
    await ward.types('vigile', `refuser ${code} elle le suit`);
    expect(roomsOf(ward, 'idel')).toHaveLength(1);
    expect(said(ward, 'idel', 'Résumé')).toHaveLength(1);
    await moves(ward, 'A03', 'M3', 11);
    expect(said(ward, 'idel', 'Sortie de l’hôpital')).toHaveLength(1);
    await ward.close();
  });

  it('by the last one who followed puts the patient on the list of those whom nobody follows', async () => {
    const ward = await openTwo({ team: ['mt'] });
    await moves(ward, 'A01', 'M1', 8);
    await inRoom(ward, 'mt', '!pas mon patient');
    expect(await ward.store.files.find('patient', 'no-team')).toHaveLength(1);
    await moves(ward, 'A02', 'M2', 9);
    expect(said(ward, 'mt', 'Changement de service')).toEqual([]);
    await ward.close();
  });

  it('elsewhere than in a patient’s room is asked for there', async () => {
    const ward = await left();
    await ward.types('mt', 'pas-mon-patient');
    expect(said(ward, 'mt', 'dans le salon du patient concerné')).toHaveLength(1);
    await ward.close();
  });

  it('without a declared desk: the coordination decides, and reads no name', async () => {
    const { ward, roomId } = await admitted();
    await ward.says(roomId, '@idel:test', '!pas-mon-patient');
    const [told = ''] = said(ward, 'coord', 'Dr idel dit ne pas suivre ce patient');
    expect(told).not.toMatch(PATIENT);
    await ward.types('coord', `refuser ${codeFor(ward, 'coord')}`);
    await transfer(ward, 'MV2', 9);
    expect(said(ward, 'idel', 'Changement de service')).toHaveLength(1);
    expect(everRead(ward, 'coord')).not.toMatch(PATIENT);
    await ward.close();
  });
});

describe('what the desk is told', () => {
  it('a number that now belongs to somebody else: once a day, by number', async () => {
    const ward = await openTwo();
    await moves(ward, 'A01', 'M1', 8);
    const other = { PID: { 5: 'AUTRE^Jean^^^^^L', 7: '19900101', 8: 'M' } };
    await moves(ward, 'A02', 'M2', 9, other);
    await moves(ward, 'A02', 'M3', 10, other);
    const notes = said(ward, 'vigile', 'Identité à vérifier');
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('00700123');
    expect(notes[0]).not.toMatch(/FICTIVE|AUTRE|1961|1990/);
    expect(await held(ward)).toBe(2);
    await ward.close();
  });

  it('a visit that is known as another patient’s', async () => {
    const ward = await openTwo();
    await moves(ward, 'A01', 'M1', 8);
    await moves(ward, 'A02', 'M2', 9, over(HECTORS, { PV1: { 19: 'VEN7001^^^CH_VAL^VN' } }));
    expect(said(ward, 'vigile', 'Séjour à vérifier')).toHaveLength(1);
    expect(ward.bodies('autre')).toEqual([]);
    await ward.close();
  });

  it('somebody who is not expected in a patient’s room: the hospital’s desk, not the territory', async () => {
    const { ward, roomId } = await admitted({
      policy: { ...POLICY, identityDesk: DESK },
      persons: [{ id: 'vigile', matrix: '@vigile:test', name: 'Dr vigile', role: 'secretariat', groups: [DESK] }],
    });
    await ward.joins(roomId, '@inconnu:ailleurs');
    expect(said(ward, 'vigile', '@inconnu:ailleurs est entré')).toHaveLength(1);
    expect(ward.bodies('coord')).toEqual([]);
    await ward.close();
  });

  it('the words of the desk are in the help of its members, and of nobody else', async () => {
    const ward = await openTwo();
    for (const id of ['vigile', 'mt']) await ward.types(id, 'aide');
    expect(everRead(ward, 'vigile')).toContain('confirmer');
    expect(everRead(ward, 'mt')).not.toContain('confirmer');
    await ward.close();
  });
});
