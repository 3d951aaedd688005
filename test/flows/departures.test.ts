/** Who is no longer wanted in a room leaves it, and is written down; who is wanted again comes back. */
import { describe, expect, it } from 'vitest';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { followTeams } from '../../care/stay/team-change.ts';
import { admitted, PATIENT, transfer } from './patient-room.ts';
import { openWard, type Ward } from './stage.ts';

const GROUP = 'Téléexpertise cardiologie (ECG)';
const BOT = '@relais:transcript';

const membersOf = (ward: Ward, roomId: string): string[] =>
  [...(ward.transport.rooms.get(roomId)?.members.keys() ?? [])].sort();

const rows = async (ward: Ward, action: string): Promise<string[]> =>
  (await ward.store.audit(500)).filter((row) => row.action === action).map((row) => row.subject);

describe('a request’s room', () => {
  it('is left by who gives back, without a word there, and entered by who takes', async () => {
    const ward = await openWard({ start: [2026, 11, 27, 17, 0] });
    await ward.types('mt', 'avis cardio ECG douteux, 17 ans');
    const code = /D-\w{3}/.exec(ward.bodies('mt').join('\n'))?.[0] ?? '';
    await ward.types('cardio2', '!prendre', GROUP);
    const roomId = ward.room(code);
    const said = (): number => ward.transport.rooms.get(roomId)?.events.length ?? 0;
    expect(membersOf(ward, roomId)).toEqual(['@cardio2:test', '@mt:test', BOT]);
    const before = said();
    await ward.types('cardio2', `rendre ${code}`);
    expect(membersOf(ward, roomId)).toEqual(['@mt:test', BOT]);
    expect(said()).toBe(before);
    expect(await rows(ward, 'member-removed')).toEqual([`request:${code} @cardio2:test`]);
    await ward.types('cardio1', `prendre ${code}`);
    expect(membersOf(ward, roomId)).toEqual(['@cardio1:test', '@mt:test', BOT]);
    await ward.types('cardio1', `rendre ${code}`);
    await ward.types('cardio2', `prendre ${code}`);
    expect(membersOf(ward, roomId)).toEqual(['@cardio2:test', '@mt:test', BOT]);
    await ward.close();
  });
});

describe('a patient’s room', () => {
  const person = (id: string, role: Person['role']): Person => ({
    id,
    matrix: `@${id}:test`,
    name: `Dr ${id}`,
    role,
    groups: [],
  });
  const PERSONS = [
    person('mt', 'medecin-traitant'),
    person('idel', 'infirmier'),
    person('pharma', 'pharmacien'),
    person('autre', 'infirmier'),
  ];

  /** As a start with another equipe.yaml does. */
  async function teamBecomes(ward: Ward, members: string[]): Promise<number> {
    const people = peopleFrom(PERSONS, [{ facility: 'CH_VAL', ipp: '00700123', members }], []);
    const changed = await followTeams({ store: ward.store, people }, ward.now());
    await ward.settle();
    return changed;
  }

  it('is left by who is taken off the équipe and entered by who is put on it, at once', async () => {
    const { ward, roomId, ref } = await admitted({ persons: [person('autre', 'infirmier')] });
    expect(await teamBecomes(ward, ['mt', 'idel', 'pharma'])).toBe(0);
    expect(await teamBecomes(ward, ['mt', 'pharma', 'autre'])).toBe(1);
    expect(membersOf(ward, roomId)).toEqual(['@autre:test', '@mt:test', '@pharma:test', BOT]);
    expect(await rows(ward, 'member-removed')).toEqual([`${ref} @idel:test`]);
    expect(await rows(ward, 'team-changed')).toEqual([ref]);
    expect(ward.bodies('autre').join('\n')).toContain('Résumé');
    expect(await teamBecomes(ward, ['mt', 'pharma', 'autre'])).toBe(0);
    await ward.close();
  });

  it('loses its last professional never without a row and a word to the coordination', async () => {
    const { ward, roomId, ref } = await admitted();
    await teamBecomes(ward, []);
    expect(membersOf(ward, roomId)).toEqual([BOT]);
    expect(await rows(ward, 'member-removed')).toHaveLength(3);
    expect(ward.bodies('coord')).toEqual([expect.stringContaining('Plus personne de l’équipe')]);
    expect(ward.bodies('coord').join('\n')).not.toMatch(PATIENT);
    expect(await ward.store.files.find('patient', 'no-team')).toHaveLength(1);
    await teamBecomes(ward, ['mt']);
    expect(membersOf(ward, roomId)).toEqual(['@mt:test', BOT]);
    expect((await ward.store.rooms.get(ref))?.members).toEqual(['@mt:test']);
    await ward.close();
  });

  it('taken off and put on again before the server acts: nobody is put out', async () => {
    const { ward, roomId } = await admitted();
    const people = (members: string[]) => ({
      store: ward.store,
      people: peopleFrom(PERSONS, [{ facility: 'CH_VAL', ipp: '00700123', members }], []),
    });
    await followTeams(people(['mt', 'pharma']), ward.now());
    await followTeams(people(['mt', 'idel', 'pharma']), ward.now());
    await transfer(ward, 'MV2', 9);
    expect(membersOf(ward, roomId)).toEqual(['@idel:test', '@mt:test', '@pharma:test', BOT]);
    expect(await rows(ward, 'member-removed')).toEqual([]);
    await ward.close();
  });
});
