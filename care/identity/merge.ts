/**
 * A confirmed merge (A40): the stays go to the surviving patient, whose own équipe reads on in a new room; the other room
 * ends. Nobody follows a patient because they followed the other one. Where nothing was known of the surviving number, it
 * is the same patient under another number: the room stays.
 */
import type { Decision } from '../relay/decision.ts';
import type { StoredFile } from '../relay/ports.ts';
import type { StayPorts } from '../stay/case.ts';
import { wantRoom } from '../stay/patient-room.ts';
import { followPatient } from '../request/record.ts';
import { planClosing } from '../stay/closing.ts';
import { card } from '../stay/deliveries.ts';
import { newPatient, withIdentity, withoutIns, patientFile } from '../stay/patient.ts';
import type { Patient, Stay } from '../stay/stay.ts';
import { staysOf, survivorOf, teamOf } from './people-of.ts';
import type { Proposal } from './proposal.ts';
import { act, changeMembers, isSayable, roomOf, summarise, tellRoom, withdraw } from './rooms.ts';

type Merge = Extract<Proposal['about'], { do: 'merge' }>;

export async function applyMerge(
  ports: StayPorts,
  decision: Decision,
  about: Merge,
  facility: string,
  now: number,
): Promise<void> {
  const from = await ports.store.files.load<Patient>('patient', about.from.id);
  // Another decision has been quicker: the stays are where it put them.
  if (!from || from.state.mergedInto !== undefined || from.state.ipp !== about.from.ipp) return;
  const known = await ports.store.files.load<Patient>('patient', about.to.id);
  if (!known) return rename(ports, decision, from, about, facility);
  const to = await survivorOf(ports, about.to.id);
  if (!to || to.id === from.id) return;
  const moved = (await staysOf(ports, from.state.stays)).map(({ version, state }) => ({
    version,
    state: { ...state, patientId: to.id },
  }));
  const stays = [...new Set([...to.state.stays, ...from.state.stays])];
  const refused = [...new Set([...(to.state.refused ?? []), ...(from.state.refused ?? [])])];
  const team = teamOf(ports.people, { ...to.state, refused });
  const survivor: Patient = { ...to.state, stays, refused, team: team.map((person) => person.id) };
  decision.files.push(
    patientFile(from.version, { ...withoutIns(from.state), stays: [], team: [], mergedInto: to.id }),
    patientFile(to.version, survivor),
    ...moved.map(({ version, state }) => ({ kind: 'stay' as const, id: state.id, version, state })),
  );
  await followPatient(ports, decision, `patient:${from.id}`, to.id);
  decision.timers.push({ do: 'cancel-all', kind: 'room-close', ref: from.id });
  const all = [...moved.map((one) => one.state), ...(await staysOf(ports, to.state.stays)).map((one) => one.state)];
  await endRoom(
    ports,
    decision,
    from.id,
    moved.map((one) => one.state),
  );
  await openNext(ports, decision, survivor, team, all, now);
}

async function endRoom(ports: StayPorts, decision: Decision, patientId: string, stays: Stay[]): Promise<void> {
  const room = await roomOf(ports, patientId);
  if (!room) return;
  withdraw(decision, room, stays);
  tellRoom(decision, room, 'regrouped-away');
  act(decision, room, { kind: 'end-room', next: false, generation: room.generation });
}

/** The survivor's room goes on as another one, so that no earlier history is mixed with what is now one patient's. */
async function openNext(
  ports: StayPorts,
  decision: Decision,
  survivor: Patient,
  team: ReturnType<typeof teamOf>,
  stays: Stay[],
  now: number,
): Promise<void> {
  if (team.length === 0 || !isSayable(stays)) return;
  const room = await roomOf(ports, survivor.id);
  await wantRoom(ports, decision, survivor.id, team);
  if (room?.matrixId) {
    tellRoom(decision, room, 'regrouped-here');
    act(decision, room, { kind: 'end-room', next: true, generation: room.generation });
  }
  summarise(decision, survivor.id);
  await planClosing(ports, decision, survivor, stays, now);
}

/** The number changes, the patient and the room stay; the équipe is the one declared for the new number, if any. */
async function rename(
  ports: StayPorts,
  decision: Decision,
  from: StoredFile<Patient>,
  { to, told }: Merge,
  facility: string,
): Promise<void> {
  const identified = withIdentity(from.state, told);
  const named: Patient = { ...identified, ipp: to.ipp, formerIpp: from.state.ipp };
  const team = teamOf(ports.people, named);
  decision.files.push(
    patientFile(from.version, { ...named, team: team.map((person) => person.id) }),
    patientFile(0, { ...newPatient(to.id, facility, to.ipp), goesBy: from.id }),
  );
  const room = await roomOf(ports, from.id);
  if (!room) return;
  await changeMembers(
    ports,
    decision,
    room,
    team.map((person) => person.matrix),
  );
  const stays = (await staysOf(ports, named.stays)).map((file) => file.state);
  if (isSayable(stays)) decision.deliveries.push(...stays.filter((stay) => isSayable([stay])).map(card));
}
