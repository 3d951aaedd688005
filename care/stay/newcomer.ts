/** Somebody joins a patient's room, or has a new phone: one summary for who cannot read the past, and nobody else. */
import type { Decision } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { StoredFile } from '../relay/ports.ts';
import { roomRef } from '../relay/room.ts';
import type { StayPorts } from './case.ts';
import type { Patient, Stay } from './stay.ts';

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
  return ended(decision, envelope, reader.userId, decision.deliveries.length > 0, reader.patientId);
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
  if (await isProtected(ports, patientId)) return; // then not even the name is said again
  const watch = await watchOf(ports, reader);
  const state: Watch = { summaries: (watch?.state.summaries ?? 0) + 1, devices };
  decision.files.push({ kind: 'room-watch', id: `${patientId}|${userId}`, version: watch?.version ?? 0, state });
  decision.deliveries.push({
    room: roomRef.patient(patientId),
    ring: [userId],
    announcement: { kind: 'patient-summary', patientId, forUser: userId },
  });
}

async function isProtected(ports: StayPorts, patientId: string): Promise<boolean> {
  const patient = await ports.store.files.load<Patient>('patient', patientId);
  const stays = await Promise.all((patient?.state.stays ?? []).map((id) => ports.store.files.load<Stay>('stay', id)));
  return stays.some((stay) => stay?.state.protected !== undefined);
}

function ended(decision: Decision, envelope: string, actor: string, said: boolean, subject: string): Decision {
  const end = said
    ? ({ outcome: 'posted', reason: 'announced' } as const)
    : ({ outcome: 'muted', reason: 'recorded' } as const);
  decision.audit.push({ actor, action: 'join', subject, ...end });
  decision.settle = { envelope, state: 'decided', ...end };
  return decision;
}
