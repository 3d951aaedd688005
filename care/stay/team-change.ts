/** The équipes as they are declared now, beside those of the patients' rooms: newcomers are invited, the others leave. */
import { apply } from '../relay/apply.ts';
import { eachSound } from '../relay/damaged.ts';
import { type Decision, emptyDecision } from '../relay/decision.ts';
import { memberChange } from '../relay/departures.ts';
import type { Store } from '../relay/ports.ts';
import type { Room, RoomWanted } from '../relay/room.ts';
import { teamOf } from '../identity/people-of.ts';
import type { People } from '../people/person.ts';
import { patientFile } from './patient.ts';
import type { Patient } from './stay.ts';

type Ports = { store: Pick<Store, 'files' | 'rooms' | 'commit'>; people: People };

/**
 * To be called when the équipes were read again.
 * @param now civil time, epoch ms UTC
 * @returns how many rooms change
 */
export async function followTeams(ports: Ports, now: number): Promise<number> {
  let changed = 0;
  await eachSound(await ports.store.rooms.list(), async (room) => {
    if (room.kind !== 'patient' || room.state === 'closed' || !(await decideTeam(ports, room))) return;
    await apply(ports.store, now, async () => (await decideTeam(ports, room)) ?? unchanged(room));
    changed += 1;
  });
  return changed;
}

/** @returns undefined when the équipe is the room's */
async function decideTeam({ store, people }: Ports, room: Room): Promise<Decision | undefined> {
  const patient = await store.files.load<Patient>('patient', room.subject);
  if (!patient) return undefined;
  const { version, state } = patient;
  if (state.mergedInto !== undefined) return undefined; // the room ends
  const team = teamOf(people, state);
  const { ref, kind, subject, encrypted, name } = room;
  const wanted: RoomWanted = { ref, kind, subject, encrypted, name, members: team.map((person) => person.matrix) };
  const change = await memberChange(store, wanted);
  if (!change) return undefined;
  const file = patientFile(version, { ...state, team: team.map((person) => person.id) });
  return {
    ...emptyDecision(),
    rooms: [wanted],
    files: [file, change.file],
    audit: [
      { actor: 'configuration', action: 'team-changed', subject: ref, outcome: 'posted', reason: 'planned' },
      ...change.audit,
    ],
  };
}

function unchanged({ ref }: Room): Decision {
  const audit = { actor: 'configuration', action: 'team-changed', subject: ref } as const;
  return { ...emptyDecision(), audit: [{ ...audit, outcome: 'muted', reason: 'nothing-changed' }] };
}
