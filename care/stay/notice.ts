/** The T−24 h notice fires, and somebody joins a patient's room: the two other doors of the stay's corridor. */
import type { Decision } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { StoredFile } from '../relay/ports.ts';
import type { Timer } from '../relay/timer.ts';
import { roomRef } from '../relay/room.ts';
import { deliveries, type StayPorts } from './case.ts';
import type { Patient, Stay, StayFact } from './stay.ts';

/** @param timer the due `stay-notice`; a stale epoch makes the commit stale, a moved date says nothing */
export async function decideNotice(ports: StayPorts, timer: Timer, now: number): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const stay = await ports.store.files.load<Stay>('stay', timer.ref);
  const patient = stay && (await ports.store.files.load<Patient>('patient', stay.state.patientId));
  const expected = stay?.state.expectedDischarge;
  const here = stay?.state.status === 'present' || stay?.state.status === 'on-leave';
  const audit = { actor: 'clock', action: 'notice', subject: timer.ref };
  if (
    !stay ||
    !patient ||
    !expected ||
    !here ||
    stay.state.protected ||
    stay.state.announcedDischarge === expected.at
  ) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  const team = patient.state.team.flatMap((id) => ports.people.byId(id) ?? []);
  const state: Stay = { ...stay.state, announcedDischarge: expected.at };
  const fact: StayFact = {
    type: 'discharge-soon',
    at: now,
    facility: state.facilityName,
    unit: state.unit,
    expectedAdmission: undefined,
    expectedDischarge: expected,
    destination: state.destination,
    disposition: undefined,
    cancelled: undefined,
  };
  decision.files.push({ kind: 'stay', id: stay.id, version: stay.version, state });
  decision.events.push({ kind: 'stay', id: stay.id, type: 'discharge-soon', at: now, body: { expected } });
  if (team.length > 0) decision.deliveries.push(...deliveries(ports.ringing, state, patient.state, fact, team, false));
  decision.audit.push(
    team.length > 0
      ? { ...audit, outcome: 'posted', reason: 'announced' }
      : { ...audit, outcome: 'muted', reason: 'no-team' },
  );
  return decision;
}

/** Somebody in a patient's room, and what they can read there. */
export type Reader = {
  patientId: string;
  userId: string;
  /** Whether one of their devices already holds the room's earlier keys. */
  canRead: boolean;
  /** How much was said there before. */
  alreadySaid: number;
  /** Devices that a key would be given to now. */
  devices: string[];
};

/** A newcomer none of whose devices got the earlier keys reads one fresh summary (DESIGN §6); nobody else is bothered. */
export async function decideNewcomer(ports: StayPorts, envelope: string, reader: Reader): Promise<Decision> {
  const decision = emptyDecision();
  const needed = !reader.canRead && reader.alreadySaid > 0;
  if (needed) await summarise(ports, decision, reader);
  return ended(decision, envelope, reader.userId, needed, reader.patientId);
}

/** The same for who has a new device and none of the old ones: once per device, in each room where it reads nothing. */
export async function decideNewDevice(
  ports: StayPorts,
  envelope: string,
  userId: string,
  rooms: readonly Reader[],
): Promise<Decision> {
  const decision = emptyDecision();
  for (const reader of rooms) {
    if (reader.canRead || reader.alreadySaid === 0) continue;
    const told = (await watchOf(ports, reader))?.state.devices ?? [];
    if (reader.devices.some((device) => !told.includes(device))) await summarise(ports, decision, reader);
  }
  return ended(decision, envelope, userId, decision.deliveries.length > 0, envelope);
}

type Watch = { summaries: number; /** Those that could read the last summary. */ devices?: string[] };

async function watchOf(ports: StayPorts, reader: Reader): Promise<StoredFile<Watch> | undefined> {
  return ports.store.files.load<Watch>('room-watch', `${reader.patientId}|${reader.userId}`);
}

async function summarise(ports: StayPorts, decision: Decision, reader: Reader): Promise<void> {
  const { patientId, userId, devices } = reader;
  const watch = await watchOf(ports, reader);
  const state: Watch = { summaries: (watch?.state.summaries ?? 0) + 1, devices };
  decision.files.push({ kind: 'room-watch', id: `${patientId}|${userId}`, version: watch?.version ?? 0, state });
  decision.deliveries.push({
    room: roomRef.patient(patientId),
    ring: [userId],
    announcement: { kind: 'patient-summary', patientId, forUser: userId },
  });
}

function ended(decision: Decision, envelope: string, actor: string, said: boolean, subject: string): Decision {
  const end = said
    ? ({ outcome: 'posted', reason: 'announced' } as const)
    : ({ outcome: 'muted', reason: 'recorded' } as const);
  decision.audit.push({ actor, action: 'join', subject, ...end });
  decision.settle = { envelope, state: 'decided', ...end };
  return decision;
}
