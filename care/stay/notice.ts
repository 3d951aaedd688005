/** The T−24 h notice fires, and somebody joins a patient's room: the two other doors of the stay's corridor. */
import type { Decision } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { Timer } from '../relay/timer.ts';
import { roomRef } from '../relay/room.ts';
import type { StayPorts } from './case.ts';
import { deliveries } from './deliveries.ts';
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

/**
 * A newcomer none of whose devices got the earlier keys reads one fresh summary (DESIGN §6); nobody else is bothered.
 * @param canRead whether one of the newcomer's devices already holds the room's earlier keys
 */
export async function decideNewcomer(
  ports: StayPorts,
  joined: { envelope: string; patientId: string; userId: string; canRead: boolean; alreadySaid: number },
): Promise<Decision> {
  const decision = emptyDecision();
  const id = `${joined.patientId}|${joined.userId}`;
  const watch = await ports.store.files.load<{ summaries: number }>('room-watch', id);
  const needed = !joined.canRead && joined.alreadySaid > 0;
  if (needed) {
    const summaries = (watch?.state.summaries ?? 0) + 1;
    decision.files.push({ kind: 'room-watch', id, version: watch?.version ?? 0, state: { summaries } });
    decision.deliveries.push({
      room: roomRef.patient(joined.patientId),
      ring: [joined.userId],
      announcement: { kind: 'patient-summary', patientId: joined.patientId, forUser: joined.userId },
    });
  }
  const end = needed
    ? ({ outcome: 'posted', reason: 'announced' } as const)
    : ({ outcome: 'muted', reason: 'recorded' } as const);
  decision.audit.push({ actor: joined.userId, action: 'join', subject: joined.patientId, ...end });
  decision.settle = { envelope: joined.envelope, state: 'decided', ...end };
  return decision;
}
