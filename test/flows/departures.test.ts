/** Who is no longer wanted in a room leaves it, and is written down; who is wanted again comes back. */
import { describe, expect, it } from 'vitest';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { followTeams } from '../../care/stay/team-change.ts';
import { offer } from '../request/offers.ts';
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

describe('the room of a request in stages', () => {
  const STAGES = offer(`
id: lecture
title: Lecture
family: lecture
ask: { who: [medecin-traitant], consent: required, urgent: accept }
form: [{ key: motif, label: Motif, type: text, required: true, share: before }]
stages:
  - { id: prise, title: Prise, done: prise, to: { group: secretaires, dispatch: queue } }
  - { id: pose, title: Pose, done: posée, to: { group: poseurs, dispatch: queue } }
  - { id: lue, title: Lue, done: lue, readers: [pose], to: { group: avis-cardiologie, dispatch: queue } }
trace: { report: lecture, to: [asker, medecin-traitant] }
`);
  const PEOPLE: Person[] = [
    { id: 'sec', matrix: '@sec:test', name: 'Mme Sec', role: 'secretariat', groups: ['secretaires'] },
    { id: 'pose', matrix: '@pose:test', name: 'M. Pose', role: 'infirmier', groups: ['poseurs'] },
  ];

  it('is left by who did a stage before the next word is said, unless a later stage names them its readers', async () => {
    const ward = await openWard({ offers: [STAGES], persons: PEOPLE });
    await ward.types('mt', 'lecture Ronflements');
    const code = /D-\w{3}/.exec(ward.bodies('mt').join('\n'))?.[0] ?? '';
    await ward.types('sec', `prendre ${code}`);
    const roomId = ward.room(code);
    // Who is there when something is said has the key of it: nobody sees a message that they cannot read.
    const blind: string[] = [];
    const send = ward.transport.send.bind(ward.transport);
    ward.transport.send = async (...said) => {
      const event = await send(...said);
      if (said[0] === roomId)
        blind.push(...membersOf(ward, roomId).filter((userId) => !ward.transport.holdsKey(event, userId)));
      return event;
    };
    expect(membersOf(ward, roomId)).toEqual(['@mt:test', BOT, '@sec:test']);
    await ward.types('sec', `repondre ${code} mercredi à 9 h`);
    expect(membersOf(ward, roomId)).toEqual(['@mt:test', BOT]);
    await ward.types('pose', `prendre ${code}`);
    await ward.types('pose', `repondre ${code} appareil posé`);
    expect(membersOf(ward, roomId)).toEqual(['@mt:test', '@pose:test', BOT]);
    await ward.types('cardio1', `prendre ${code}`);
    await ward.types('cardio1', `repondre ${code} Apnées sévères`);
    expect(blind).toEqual([]);
    expect(ward.bodies('pose').join('\n')).toContain('Apnées sévères');
    expect(ward.bodies('sec').join('\n')).not.toMatch(/Apnées|appareil posé/);
    const files = ward.readBy('@sec:test').filter((h) => h.event.content['msgtype'] === 'm.file');
    expect(files).toEqual([]); // the report neither
    expect(await rows(ward, 'member-removed')).toEqual([`request:${code} @sec:test`]);
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
