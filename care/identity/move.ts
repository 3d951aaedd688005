/**
 * A confirmed move (A44): a dossier was written under the wrong patient. What was said of it in that patient's room is taken
 * back, the other patient's équipe reads a summary in their own room; neither learns anything of the other.
 */
import type { Decision } from '../relay/decision.ts';
import type { StayPorts } from '../stay/case.ts';
import { wantRoom } from '../stay/patient-room.ts';
import { followPatient } from '../request/record.ts';
import { planClosing } from '../stay/closing.ts';
import { threadOf } from '../stay/deliveries.ts';
import { newPatient, withIdentity, patientFile } from '../stay/patient.ts';
import type { Patient, Stay } from '../stay/stay.ts';
import { deskRoom } from './desk.ts';
import { staysOf, survivorOf, teamOf } from './people-of.ts';
import type { Proposal } from './proposal.ts';
import { act, isSayable, roomOf, summarise, tellRoom, withdraw } from './rooms.ts';

type Move = Extract<Proposal['about'], { do: 'move' }>;

export async function applyMove(
  ports: StayPorts,
  decision: Decision,
  about: Move,
  { facility, desk }: Pick<Proposal, 'facility' | 'desk'>,
  now: number,
): Promise<void> {
  const from = await ports.store.files.load<Patient>('patient', about.from.id);
  const to = (await survivorOf(ports, about.to.id)) ?? {
    version: 0,
    state: withIdentity(newPatient(about.to.id, facility, about.to.ipp), about.told),
  };
  if (!from || from.id === to.state.id) return;
  // Only those that are still there: another decision may have been quicker.
  const here = (await staysOf(ports, about.stays)).filter((stay) => stay.state.patientId === from.id);
  const gone = new Set(here.map((stay) => stay.id));
  const moved = here.map(({ version, state }) => ({ version, state: { ...state, patientId: to.state.id } }));
  const left: Patient = { ...from.state, stays: from.state.stays.filter((id) => !gone.has(id)) };
  const team = teamOf(ports.people, to.state);
  const received: Patient = {
    ...to.state,
    stays: [...new Set([...to.state.stays, ...gone])],
    team: team.map((person) => person.id),
  };
  decision.files.push(
    patientFile(from.version, left),
    patientFile(to.version, received),
    ...moved.map(({ version, state }) => ({ kind: 'stay' as const, id: state.id, version, state })),
  );
  for (const id of gone) await followPatient(ports, decision, `stay:${id}`, to.state.id);
  await takeBack(
    ports,
    decision,
    left,
    here.map((stay) => stay.state),
    desk,
    now,
  );
  const before = (await staysOf(ports, to.state.stays)).map((stay) => stay.state);
  const stays = [...before, ...moved.map((one) => one.state)];
  if (team.length === 0 || !isSayable(stays)) return;
  await wantRoom(ports, decision, received.id, team);
  summarise(decision, received.id);
  await planClosing(ports, decision, received, stays, now);
}

/** In the wrong patient's room: what was said of these stays goes, one word remains; without any other stay the room ends. */
async function takeBack(
  ports: StayPorts,
  decision: Decision,
  patient: Patient,
  stays: Stay[],
  desk: string | undefined,
  now: number,
): Promise<void> {
  const room = await roomOf(ports, patient.id);
  if (!room) return;
  withdraw(decision, room, stays);
  const said = await Promise.all(stays.map((stay) => ports.store.outbox.carriers(room.ref, threadOf(stay))));
  if (said.flat().length === 0) return;
  const to = desk === undefined ? '' : deskRoom(ports.people, desk).ref;
  for (const stay of stays) act(decision, room, { kind: 'withdraw', thread: threadOf(stay), desk: to });
  const others = (await staysOf(ports, patient.stays)).map((stay) => stay.state);
  if (isSayable(others)) {
    tellRoom(decision, room, 'withdrawn');
    await planClosing(ports, decision, patient, others, now);
    return;
  }
  tellRoom(decision, room, 'withdrawn-and-ends');
  act(decision, room, { kind: 'end-room', next: false, generation: room.generation });
  decision.timers.push({ do: 'cancel-all', kind: 'room-close', ref: patient.id });
}
