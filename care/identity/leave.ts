/** `pas-mon-patient`: who does not follow a patient leaves at once, and gets no further key; the desk clears it up afterwards. */
import type { Decision } from '../relay/decision.ts';
import { type Refusal, refuse } from '../relay/refusal.ts';
import { directRoom } from '../relay/room.ts';
import type { Person } from '../people/person.ts';
import type { StayPorts } from '../stay/case.ts';
import { patientFile } from '../stay/patient.ts';
import type { Patient } from '../stay/stay.ts';
import { teamOf } from './people-of.ts';
import type { Proposal } from './proposal.ts';
import { changeMembers, roomOf } from './rooms.ts';

type Leave = Extract<Proposal['about'], { do: 'leave' }>;

/**
 * Fills the decision: the person is put out of the room and remembered as refused, which wins over the declared équipe.
 * @returns the proposal to the desk, still without its code
 */
export async function leave(
  ports: StayPorts,
  decision: Decision,
  by: Person,
  patientId: string,
  now: number,
): Promise<Omit<Proposal, 'code'> | Refusal> {
  const file = await ports.store.files.load<Patient>('patient', patientId);
  const room = await roomOf(ports, patientId);
  if (!file || !room) return refuse('not-a-patient-room');
  if (!room.members.includes(by.matrix)) return refuse('not-in-team');
  const refused = [...new Set([...(file.state.refused ?? []), by.id])];
  const team = file.state.team.filter((id) => id !== by.id);
  decision.files.push(patientFile(file.version, { ...file.state, refused, team }));
  const others = room.members.filter((userId) => userId !== by.matrix);
  await changeMembers(ports, decision, room, others);
  const direct = directRoom(by.matrix);
  decision.rooms.push(direct);
  decision.deliveries.push({ room: direct.ref, ring: [], announcement: { kind: 'not-mine', code: '' } });
  const { facility, ipp } = file.state;
  return {
    facility,
    facilityName: await facilityName(ports, file.state),
    desk: ports.deskOf(facility),
    about: { do: 'leave', patient: patientId, ipp, person: by.id, room: room.name },
    status: 'proposed',
    same: ports.sealer.blind(`proposal|leave|${patientId}|${by.id}|${now}`),
    askedAt: now,
    envelopes: [],
  };
}

/** The desk says that they do follow the patient: back in, with a summary of what was said meanwhile. */
export async function takeBack(ports: StayPorts, decision: Decision, about: Leave): Promise<void> {
  const file = await ports.store.files.load<Patient>('patient', about.patient);
  if (!file) return;
  const refused = (file.state.refused ?? []).filter((id) => id !== about.person);
  const team = teamOf(ports.people, { ...file.state, refused });
  decision.files.push(patientFile(file.version, { ...file.state, refused, team: team.map((person) => person.id) }));
  const room = await roomOf(ports, about.patient);
  const person = team.find((one) => one.id === about.person);
  if (!room || !person) return; // the declared équipe has been corrected meanwhile
  await changeMembers(ports, decision, room, [...new Set([...room.members, person.matrix])]);
  decision.deliveries.push({
    room: room.ref,
    ring: [person.matrix],
    announcement: { kind: 'patient-summary', patientId: about.patient, forUser: person.matrix },
  });
}

async function facilityName(ports: StayPorts, patient: Patient): Promise<string> {
  const [stay] = await Promise.all(
    patient.stays.slice(-1).map((id) => ports.store.files.load<{ facilityName: string }>('stay', id)),
  );
  return stay?.state.facilityName ?? patient.facility;
}
