/** The room of a patient, wanted by a decision. */
import type { Decision } from '../relay/decision.ts';
import type { StayPorts } from './case.ts';
import { roomRef } from '../relay/room.ts';
import type { Person } from '../people/person.ts';

/** The patient's room must exist, with the équipe of today, before anything is sent to it. */
export async function wantRoom(ports: StayPorts, decision: Decision, patientId: string, team: Person[]): Promise<void> {
  const ref = roomRef.patient(patientId);
  if (decision.rooms.some((r) => r.ref === ref)) return;
  const known = await ports.store.rooms.get(ref);
  const name = known?.name ?? `R-${ports.ids.code(4)}`;
  decision.rooms.push({
    ref,
    kind: 'patient',
    subject: patientId,
    encrypted: true,
    name,
    members: team.map((p) => p.matrix),
  });
}
