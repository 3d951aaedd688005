/** One hospital message through the corridor: load the patient and the stays, decide each intent, route, one decision. */
import type { Decision, FileWrite } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { Envelope } from '../relay/envelope.ts';
import type { Store } from '../relay/ports.ts';
import type { Sealer } from '../relay/seal.ts';
import type { Ids } from '../relay/clock.ts';
import { roomRef } from '../relay/room.ts';
import type { People, Person } from '../people/person.ts';
import { noteDesk, writeProposal } from '../identity/desk.ts';
import { doubtAbout, noteOf } from '../identity/doubt.ts';
import { isHeld } from '../identity/hold.ts';
import { type NamedPatient, patientOf, stayIdOf, teamOf } from '../identity/people-of.ts';
import { asksTheDesk, type OpenProposals, propose } from '../identity/propose.ts';
import { planClosing } from './closing.ts';
import type { Consequences } from './consequences.ts';
import { factKey } from './fact-key.ts';
import { silenceDead, silencedStays } from './silence.ts';
import { visitOf } from './visit.ts';
import { evolve, newStay } from './evolve.ts';
import { plan } from './expected-discharge.ts';
import { asMovement } from './snapshot.ts';
import type { StayIntent } from './intent.ts';
import { newPatient, withIdentity, withoutIns } from './patient.ts';
import { card, deliveries, isOtherCard } from './deliveries.ts';
import { decideDocument, withOwner } from './document.ts';
import { planLetter } from './letter.ts';
import type { RingTable } from './ringing.ts';
import { asPresent, CENSUS, evolveUnheard, hushOf, noteShadow, wouldSay } from './shadow.ts';
import { isStayed, type Patient, type Stay } from './stay.ts';
import { withToldDay } from './told-day.ts';
import { type Open, open, type Turn } from './turn.ts';
import { isOver, lateEnd } from './unsaid.ts';
import { type SourcePolicy, sayableUnit, strongest, type Verdict, verdict } from './verdict.ts';

export type StayPorts = {
  store: Pick<Store, 'files' | 'rooms' | 'timers' | 'commit'> & { outbox: Pick<Store['outbox'], 'carriers'> };
  people: People;
  sealer: Pick<Sealer, 'blind'>;
  ids: Pick<Ids, 'code'>;
  ringing: RingTable;
  policyOf: (source: string) => SourcePolicy;
  /** The group of the identity desk of a facility; undefined: none is declared. */
  deskOf: (facility: string) => string | undefined;
  /** What facts set off elsewhere, in the same decision. */
  consequences: Consequences;
  /** How long a patient's room outlives the last stay. */
  closeAfterDays: number;
};

/** Recorded more than this long before we say it: the reader is told that it comes late. */
const LATE_MS = 2 * 3_600_000;

/**
 * @param intents what one message says, in its order
 * @param now civil time, epoch ms UTC
 * @returns one decision for the whole message; its outcome is the strongest of its intents' outcomes
 */
export async function decideMessage(
  ports: StayPorts,
  envelope: Envelope,
  intents: StayIntent[],
  now: number,
): Promise<Decision> {
  const decision = emptyDecision();
  const patients = new Map<string, Open<Patient>>();
  const stays = new Map<string, Open<Stay>>();
  const proposals: OpenProposals = new Map();
  const verdicts: Verdict[] = [];
  for (const told of intents) {
    const one = told.snapshot ? await asMovement(ports, stays, told) : await withOwner(ports, told);
    const intent = envelope.note === CENSUS ? asPresent(one) : one;
    const ruled = verdict(intent, ports.policyOf(envelope.source));
    const fact = ports.sealer.blind(factKey(envelope.note === CENSUS ? intent : told));
    const turn = { envelope, intent, fact, ruled, now, patients, stays, proposals, decision };
    verdicts.push(await decideIntent(ports, turn));
  }
  for (const { version, state } of proposals.values()) writeProposal(decision, version, state);
  for (const [id, { version, state }] of patients) decision.files.push(patientFile(id, version, state));
  for (const { state } of patients.values()) {
    const touched = [...stays.values()].map((stay) => stay.state).filter((stay) => stay.patientId === state.id);
    await planClosing(ports, decision, state, touched, now);
  }
  for (const [id, { version, state }] of stays) decision.files.push(stayFile(id, version, state));
  const end: Verdict = strongest(verdicts) ?? { outcome: 'muted', reason: 'not-a-movement' };
  decision.audit.push({ actor: `source:${envelope.source}`, action: 'decide', subject: envelope.id, ...end });
  const detail =
    end.reason === 'retroactive'
      ? lateEnd(
          intents,
          [...stays.values()].map((stay) => stay.state),
        )
      : undefined;
  decision.settle = {
    envelope: envelope.id,
    state: end.outcome === 'quarantined' ? 'quarantined' : 'decided',
    ...end,
    ...(detail === undefined ? {} : { detail }),
    // A document is not kept here, whatever became of it; what waits for a human waits whole.
    emptied:
      end.outcome === 'blocked' ||
      (end.outcome !== 'quarantined' && intents.some((one) => one.type === 'document-received')),
  };
  return decision;
}

/** Note of an envelope that an operator replays: the number and the person are one (`relais quarantine replay --accept-identity`). */
export const SAME_PATIENT = 'same-patient';

const DUPLICATE: Verdict = { outcome: 'muted', reason: 'duplicate-fact' };

async function decideIntent(ports: StayPorts, turn: Turn): Promise<Verdict> {
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
  if (!stay) return ruled.outcome === 'posted' ? { outcome: 'quarantined', reason: 'missing-visit' } : ruled;
  const stayId = stay.state.id;
  if (intent.account !== undefined) stay.state = { ...stay.state, account: intent.account };
  if (!patient.state.stays.includes(stayId))
    patient.state = { ...patient.state, stays: [...patient.state.stays, stayId] };

  const before = stay.state;
  const unit = sayableUnit(intent, policy);
  const hush = hushOf(policy, envelope, intent, before);
  const evolved = hush
    ? evolveUnheard(before, intent, unit, hush)
    : evolve(before, intent, unit, ruled.outcome === 'posted' && team.length > 0);
  if (evolved.outcome === 'quarantined') {
    decision.facts.splice(decision.facts.indexOf(fact), 1); // it is decided again when a human replays it
    return { outcome: 'quarantined', reason: evolved.reason };
  }
  stay.state = { ...evolved.stay, ...(intent.account === undefined ? {} : { account: intent.account }) };
  // A session or a consultation whose message forgot its class is known by its stay.
  const isTold = ruled.outcome === 'posted' && isStayed(stay.state);
  const facts = isTold ? evolved.facts.filter((one) => !isOver(one, now)) : [];
  if (!hush && facts.length > 0 && team.length > 0) stay.state = { ...stay.state, told: true };
  plan(decision, before, stay, facts.length > 0, now);
  if (!hush && ruled.outcome === 'posted') {
    const change = { before, stay: stay.state, patient: patient.state, intent, team, now };
    await planLetter(ports, decision, change);
  }
  decision.events.push({
    kind: 'stay',
    id: stayId,
    type: intent.type,
    at: now,
    body: { trigger: intent.trigger, facts, ruled },
  });
  if (hush === 'census') {
    // An admission of last week is history for a live source, and what a census is made of.
    const isPlain = ruled.outcome === 'posted' || ruled.reason === 'retroactive';
    return isPlain ? { outcome: 'muted', reason: 'recorded' } : ruled;
  }
  if (hush === 'shadow' && facts.length > 0) {
    const at = intent.recordedAt ?? now;
    const says = facts.map((said) => wouldSay(ports.ringing, stay.state, said, team, at));
    noteShadow(decision, envelope.source, envelope.id, says);
    return { outcome: 'muted', reason: 'shadow' };
  }
  const said = { stay: stay.state, patient: patient.state, team, tags: tagsOf(intent, stay.state, policy) };
  if (facts.length === 0) {
    if (!hush && isOtherCard(before, stay.state) && (await ports.store.rooms.get(roomRef.patient(patientId))))
      decision.deliveries.push(card(stay.state));
    // Too late to ring anybody, never too late to end what is still asked for somebody who has died.
    for (const fact of evolved.facts)
      if (fact.type === 'died') await ports.consequences(decision, { ...said, fact }, now);
    if (ruled.outcome !== 'posted') return ruled;
    if (!isTold) return { outcome: 'muted', reason: stay.state.class === 'R' ? 'session' : 'outpatient' };
    return evolved.facts.length > 0 ? { outcome: 'muted', reason: 'too-old' } : evolved;
  }
  if (team.length === 0) {
    for (const fact of facts) await ports.consequences(decision, { ...said, fact }, now);
    return { outcome: 'muted', reason: 'no-team' };
  }
  stay.state = withToldDay(stay.state, facts, now);
  const late = intent.recordedAt !== undefined && now - intent.recordedAt > LATE_MS;
  await wantRoom(ports, decision, patientId, team);
  for (const fact of facts) {
    decision.deliveries.push(...deliveries(ports.ringing, stay.state, patient.state, fact, team, late));
    await ports.consequences(decision, { ...said, fact }, now); // after the news: it says what comes of it
  }
  return { outcome: evolved.outcome, reason: evolved.reason };
}

const DOUBTFUL: Verdict = { outcome: 'quarantined', reason: 'merge-needs-human' };

/** A document of a known patient, or of one whose équipe is declared. */
async function document(ports: StayPorts, turn: Turn, named: NamedPatient): Promise<Verdict> {
  const { intent, envelope, decision } = turn;
  const policy = ports.policyOf(envelope.source);
  if (policy.shadow === true) return { outcome: 'muted', reason: 'shadow' };
  if (named.retired || (await isHeld(ports, turn.proposals, envelope.id, named.id, undefined))) return DOUBTFUL;
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

/** Of the unit that the message names, else of the last one that the stay was in: a discharge often names none. */
function tagsOf(intent: StayIntent, stay: Stay, policy: SourcePolicy): readonly string[] {
  const last = Object.values(stay.movements).findLast((one) => one.state === 'inserted' && one.unit.code !== undefined);
  const code = intent.unit.code ?? last?.unit.code;
  return (code === undefined ? undefined : policy.tags?.get(code)) ?? [];
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

/** A stay of which nothing may be said any more is listed for the operator: `relais silenced`. */
function stayFile(id: string, version: number, state: Stay): FileWrite {
  return { kind: 'stay', id, version, state, keys: state.protected === undefined ? [] : ['silenced'] };
}

/** A patient whom nobody follows here is listed for the ward ("à téléphoner"): `relais no-team`. */
export function patientFile(id: string, version: number, state: Patient): FileWrite {
  return { kind: 'patient', id, version, state, keys: state.team.length === 0 ? ['no-team'] : [] };
}
