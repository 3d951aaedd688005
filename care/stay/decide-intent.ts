/** One intent of a message: whose it is, whether it may touch them at all, and which stay of theirs it is about. */
import type { StayPorts } from './case.ts';
import { decideMovement } from './decide-movement.ts';
import { wantRoom } from './patient-room.ts';
import { roomRef } from '../relay/room.ts';
import { noteDesk } from '../identity/desk.ts';
import { doubtAbout, noteOf } from '../identity/doubt.ts';
import { isHeld } from '../identity/hold.ts';
import { type NamedPatient, patientOf, stayIdOf, teamOf } from '../identity/people-of.ts';
import { asksTheDesk, propose } from '../identity/propose.ts';
import { endRequests, silenceDead, silencedStays } from './silence.ts';
import { visitOf } from './visit.ts';
import { newStay } from './evolve.ts';
import { newPatient, withIdentity, withoutIns } from './patient.ts';
import { threadOf } from './deliveries.ts';
import { decideDocument } from './document.ts';
import { type Patient, type Stay } from './stay.ts';
import { type Open, open, type Turn } from './turn.ts';
import { type Verdict } from './verdict.ts';

/** Note of an envelope that an operator replays: the number and the person are one (`relais quarantine replay --accept-identity`). */
export const SAME_PATIENT = 'same-patient';

const DUPLICATE: Verdict = { outcome: 'muted', reason: 'duplicate-fact' };

/** @returns what became of it; the turn's decision has the rest. Of the message, the strongest of these counts */
export async function decideIntent(ports: StayPorts, turn: Turn): Promise<Verdict> {
  const { intent, fact, ruled, envelope, decision, now } = turn;
  const asks = asksTheDesk(intent) && ruled.reason === 'merge-needs-human';
  if (!asks && (ruled.outcome === 'quarantined' || ruled.outcome === 'rejected')) return ruled;
  // A test message that comes on the production door must not move a real patient's stay either.
  if (ruled.reason === 'training-message' || ruled.reason === 'fictional-identity') return ruled;
  const { ipp } = intent.patient;
  const policy = ports.policyOf(envelope.source);
  if (policy.facilities?.includes(intent.facility) === false)
    return { outcome: 'quarantined', reason: 'wrong-facility' };
  // In shadow nobody is asked to decide on patients of whom nothing is said.
  if (asks && policy.shadow === true) return { outcome: 'muted', reason: 'shadow' };
  if (asks) return propose(ports, { ...turn, policy });
  if (!ipp) return ruled.outcome === 'posted' ? { outcome: 'quarantined', reason: 'missing-identity' } : ruled;

  const isKnown = decision.facts.includes(fact) || (await ports.store.files.knowsFact(fact));
  if (isKnown && ruled.outcome !== 'blocked') return DUPLICATE; // silencing twice is harmless, not silencing is not
  const { id: patientId, file: known, retired } = await patientOf(ports, intent.facility, ipp);
  // What protects the patient or the stay is recorded as for any message; a masked document protects nothing but itself.
  if (intent.type === 'document-received' && (ruled.outcome !== 'blocked' || ruled.reason === 'masked-document'))
    return ruled.outcome === 'posted' ? document(ports, turn, { id: patientId, file: known, retired }) : ruled;
  const about = await visitOf(ports, turn, patientId);
  if (about === 'several')
    return ruled.outcome === 'posted' ? { outcome: 'quarantined', reason: 'missing-visit' } : ruled;
  const stay = about.visit === undefined ? undefined : await openStay(ports, turn, patientId, about.visit);
  // Nothing reaches any room before a human has looked (invariant 6); what protects somebody does not wait.
  if (ruled.outcome !== 'blocked' && (await isHeld(ports, turn.proposals, envelope.id, patientId, stay?.state)))
    return DOUBTFUL;
  const doubt = doubtAbout({ id: patientId, file: known, retired }, stay?.state, intent.patient);
  const isAccepted = doubt?.what === 'same-number-somebody-else' && envelope.note === SAME_PATIENT;
  if (doubt && !isAccepted) {
    if (policy.shadow !== true) await noteDesk(ports, decision, await noteOf(ports, doubt, turn, ipp), now);
    return DOUBTFUL;
  }
  if (!isKnown) decision.facts.push(fact);
  if (ruled.outcome === 'blocked') {
    // Protected in mid-stay: nothing more is said, every deadline falls silent, no identity is kept.
    for (const silenced of await silencedStays(ports, turn, patientId, stay)) {
      silenced.state = { ...silenced.state, protected: ruled.reason };
      for (const kind of ['stay-notice', 'letter-awaited'] as const)
        decision.timers.push({ do: 'cancel-all', kind, ref: silenced.state.id });
      // Nor what waits for the homeserver.
      const said = { room: roomRef.patient(silenced.state.patientId), thread: threadOf(silenced.state) };
      decision.withdraws = [...(decision.withdraws ?? []), said];
    }
    return ruled;
  }
  if (stay?.state.protected) return { outcome: 'blocked', reason: stay.state.protected };

  const patient = await open(ports, turn.patients, 'patient', patientId, () =>
    newPatient(patientId, intent.facility, ipp),
  );
  const team = teamOf(ports.people, patient.state);
  const identified = withIdentity(patient.state, intent.patient);
  if (intent.died) await silenceDead(ports, turn, patient.state);
  const purged = intent.type === 'ins-removed' || (intent.type === 'ins-changed' && intent.patient.ins === undefined);
  patient.state = { ...(purged ? withoutIns(identified) : identified), team: team.map((p) => p.id) };
  if (!stay && intent.died) await endRequests(ports, turn, patient.state, team);
  if (!stay) return ruled.outcome === 'posted' ? { outcome: 'quarantined', reason: 'missing-visit' } : ruled;
  const stayId = stay.state.id;
  if (intent.account !== undefined) stay.state = { ...stay.state, account: intent.account };
  if (!patient.state.stays.includes(stayId))
    patient.state = { ...patient.state, stays: [...patient.state.stays, stayId] };

  return decideMovement(ports, turn, { patient, stay, team });
}

const DOUBTFUL: Verdict = { outcome: 'quarantined', reason: 'merge-needs-human' };

/** A document of a known patient, or of one whose équipe is declared. */
async function document(ports: StayPorts, turn: Turn, named: NamedPatient): Promise<Verdict> {
  const { intent, envelope, decision } = turn;
  const policy = ports.policyOf(envelope.source);
  if (policy.shadow === true) return { outcome: 'muted', reason: 'shadow' };
  if (named.retired) return DOUBTFUL;
  const patient = (): Patient => newPatient(named.id, intent.facility, intent.patient.ipp ?? '');
  const team = teamOf(ports.people, named.file?.state ?? patient());
  const { verdict: end, deliveries: said } = await decideDocument(ports, turn, policy, named, team);
  if (said.length === 0) return end;
  const file = await open(ports, turn.patients, 'patient', named.id, patient);
  file.state = { ...withIdentity(file.state, intent.patient), team: team.map((p) => p.id) };
  await wantRoom(ports, decision, named.id, team);
  decision.deliveries.push(...said);
  return end;
}

async function openStay(ports: StayPorts, turn: Turn, patientId: string, visit: string): Promise<Open<Stay>> {
  const { intent, envelope } = turn;
  const id = stayIdOf(ports.sealer, intent.facility, visit);
  const facilityName = ports.policyOf(envelope.source).name ?? intent.facility;
  const { facility } = intent;
  return open(ports, turn.stays, 'stay', id, () =>
    newStay({ id, patientId, facility, facilityName, source: envelope.source, visit }),
  );
}
