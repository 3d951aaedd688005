/** One hospital message through the corridor: load the patient and the stays, decide each intent, route, one decision. */
import type { Decision, FileWrite } from '../relay/decision.ts';
import { emptyDecision } from '../relay/decision.ts';
import type { Envelope } from '../relay/envelope.ts';
import type { Store, StoredFile } from '../relay/ports.ts';
import type { Sealer } from '../relay/seal.ts';
import type { Ids } from '../relay/clock.ts';
import type { Reason } from '../relay/outcome.ts';
import { roomRef } from '../relay/room.ts';
import type { People, Person } from '../people/person.ts';
import { planClosing } from './closing.ts';
import type { Consequences } from './consequences.ts';
import { evolve, newStay } from './evolve.ts';
import { isSoon, noticeAt } from './expected-discharge.ts';
import type { StayIntent } from './intent.ts';
import { isSomebodyElse, newPatient, withIdentity, withoutIns } from './patient.ts';
import { card, deliveries } from './deliveries.ts';
import type { RingTable } from './ringing.ts';
import type { Patient, Stay } from './stay.ts';
import { type SourcePolicy, sayableUnit, strongest, type Verdict, verdict } from './verdict.ts';

export type StayPorts = {
  store: Pick<Store, 'files' | 'rooms' | 'timers' | 'commit'>;
  people: People;
  sealer: Pick<Sealer, 'blind'>;
  ids: Pick<Ids, 'code'>;
  ringing: RingTable;
  policyOf: (source: string) => SourcePolicy;
  /** What facts set off elsewhere, in the same decision. */
  consequences: Consequences;
  /** How long a patient's room outlives the last stay. */
  closeAfterDays: number;
};

/** Recorded more than this long before we say it: the reader is told that it comes late. */
const LATE_MS = 2 * 3_600_000;

type Open<S> = { version: number; state: S };

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
  const verdicts: Verdict[] = [];
  for (const intent of intents) {
    const ruled = verdict(intent, ports.policyOf(envelope.source));
    verdicts.push(await decideIntent(ports, { envelope, intent, ruled, now, patients, stays, decision }));
  }
  for (const [id, { version, state }] of patients) decision.files.push(patientFile(id, version, state));
  for (const { state } of patients.values()) {
    const touched = [...stays.values()].map((stay) => stay.state).filter((stay) => stay.patientId === state.id);
    await planClosing(ports, decision, state, touched, now);
  }
  for (const [id, { version, state }] of stays) decision.files.push({ kind: 'stay', id, version, state });
  const end: Verdict = strongest(verdicts) ?? { outcome: 'muted', reason: 'not-a-movement' };
  decision.audit.push({ actor: `source:${envelope.source}`, action: 'decide', subject: envelope.id, ...end });
  decision.settle = {
    envelope: envelope.id,
    state: end.outcome === 'quarantined' ? 'quarantined' : 'decided',
    ...end,
    emptied: end.outcome === 'blocked',
  };
  return decision;
}

const DUPLICATE: Verdict = { outcome: 'muted', reason: 'duplicate-fact' };

type Turn = {
  envelope: Envelope;
  intent: StayIntent;
  ruled: Verdict;
  now: number;
  patients: Map<string, Open<Patient>>;
  stays: Map<string, Open<Stay>>;
  decision: Decision;
};

async function decideIntent(ports: StayPorts, turn: Turn): Promise<Verdict> {
  const { intent, ruled, envelope, decision, now } = turn;
  if (ruled.outcome === 'quarantined' || ruled.outcome === 'rejected') return ruled;
  // A test message that comes on the production door must not move a real patient's stay either.
  if (ruled.reason === 'training-message' || ruled.reason === 'fictional-identity') return ruled;
  const { ipp } = intent.patient;
  const policy = ports.policyOf(envelope.source);
  if (policy.facilities?.includes(intent.facility) === false)
    return { outcome: 'quarantined', reason: 'wrong-facility' };
  if (!ipp) return ruled.outcome === 'posted' ? { outcome: 'quarantined', reason: 'missing-identity' } : ruled;

  const fact = ports.sealer.blind(factKey(intent));
  if (decision.facts.includes(fact) || (await ports.store.files.knowsFact(fact))) return DUPLICATE;
  const patientId = ports.sealer.blind(`patient|${intent.facility}|${ipp}`);
  const stay = intent.visit === undefined ? undefined : await openStay(ports, turn, patientId, intent.visit);
  // A visit that is known as another patient's: nothing reaches either room before a human has looked (invariant 6).
  if (stay && stay.state.patientId !== patientId) return { outcome: 'quarantined', reason: 'merge-needs-human' };
  const known = await ports.store.files.load<Patient>('patient', patientId);
  if (known && isSomebodyElse(known.state, intent.patient))
    return { outcome: 'quarantined', reason: 'merge-needs-human' };
  decision.facts.push(fact);
  if (ruled.outcome === 'blocked') {
    // Protected in mid-stay: nothing more is said, every deadline falls silent, no identity is kept.
    for (const silenced of await silencedStays(ports, turn, patientId, stay)) {
      silenced.state = { ...silenced.state, protected: ruled.reason };
      decision.timers.push({ do: 'cancel-all', kind: 'stay-notice', ref: silenced.state.id });
    }
    return ruled;
  }
  if (stay?.state.protected) return { outcome: 'blocked', reason: stay.state.protected };

  const team = ports.people.team(intent.facility, ipp);
  const patient = await open(ports, turn.patients, 'patient', patientId, () =>
    newPatient(patientId, intent.facility, ipp),
  );
  const identified = withIdentity(patient.state, intent.patient);
  // An identity that is no longer qualified takes its INS with it (PID-32 without VALI: FACTS §1.5).
  const purged = intent.type === 'ins-removed' || (intent.type === 'ins-changed' && intent.patient.ins === undefined);
  patient.state = { ...(purged ? withoutIns(identified) : identified), team: team.map((p) => p.id) };
  if (!stay) return ruled.outcome === 'posted' ? { outcome: 'quarantined', reason: 'missing-visit' } : ruled;
  const stayId = stay.state.id;
  if (!patient.state.stays.includes(stayId))
    patient.state = { ...patient.state, stays: [...patient.state.stays, stayId] };

  const before = stay.state;
  const evolved = evolve(before, intent, sayableUnit(intent, policy), ruled.outcome === 'posted' && team.length > 0);
  stay.state = evolved.stay;
  const facts = ruled.outcome === 'posted' ? evolved.facts : [];
  plan(decision, before, stay, facts.length > 0, now);
  decision.events.push({
    kind: 'stay',
    id: stayId,
    type: intent.type,
    at: now,
    body: { trigger: intent.trigger, facts, ruled },
  });
  if (facts.length === 0) {
    if (isMoved(before, stay.state) && (await ports.store.rooms.get(roomRef.patient(patientId))))
      decision.deliveries.push(card(stay.state));
    return ruled.outcome === 'posted' ? evolved : ruled;
  }
  const said = { stay: stay.state, patient: patient.state, team, tags: tagsOf(intent, stay.state, policy) };
  if (team.length === 0) {
    for (const fact of facts) await ports.consequences(decision, { ...said, fact }, now);
    return { outcome: 'muted', reason: 'no-team' };
  }
  const late = intent.recordedAt !== undefined && now - intent.recordedAt > LATE_MS;
  await wantRoom(ports, decision, patientId, team);
  for (const fact of facts) {
    decision.deliveries.push(...deliveries(ports.ringing, stay.state, patient.state, fact, team, late));
    await ports.consequences(decision, { ...said, fact }, now); // after the news: it says what comes of it
  }
  return { outcome: evolved.outcome, reason: evolved.reason };
}

/** Of the unit that the message names, else of the last one that the stay was in: a discharge often names none. */
function tagsOf(intent: StayIntent, stay: Stay, policy: SourcePolicy): readonly string[] {
  const last = Object.values(stay.movements).findLast((one) => one.state === 'inserted' && one.unit.code !== undefined);
  const code = intent.unit.code ?? last?.unit.code;
  return (code === undefined ? undefined : policy.tags?.get(code)) ?? [];
}

const OF_THE_PATIENT = new Set<Reason>(['protected-patient', 'vip', 'anonymous']);

/** The stay of the message; what protects the patient (an A31 names no stay) protects every stay that is known. */
async function silencedStays(
  ports: StayPorts,
  turn: Turn,
  patientId: string,
  stay: Open<Stay> | undefined,
): Promise<Open<Stay>[]> {
  const found = new Set(stay ? [stay] : []);
  if (!OF_THE_PATIENT.has(turn.ruled.reason)) return [...found];
  const known = await ports.store.files.load<Patient>('patient', patientId);
  for (const id of known?.state.stays ?? []) {
    const here = turn.stays.get(id);
    const stored = here ? undefined : await ports.store.files.load<Stay>('stay', id);
    if (stored) turn.stays.set(id, stored);
    const one = here ?? stored;
    if (one) found.add(one);
  }
  return [...found];
}

async function openStay(ports: StayPorts, turn: Turn, patientId: string, visit: string): Promise<Open<Stay>> {
  const { intent, envelope } = turn;
  const id = ports.sealer.blind(`stay|${intent.facility}|${visit}`);
  const facilityName = ports.policyOf(envelope.source).name ?? intent.facility;
  const { facility } = intent;
  return open(ports, turn.stays, 'stay', id, () =>
    newStay({ id, patientId, facility, facilityName, source: envelope.source }),
  );
}

/** Arms, moves or cancels the notice of the expected discharge. Pure but for the decision it fills. */
function plan(decision: Decision, before: Stay, stay: Open<Stay>, said: boolean, now: number): void {
  const { status, expectedDischarge: expected, id } = stay.state;
  const timer = { kind: 'stay-notice' as const, ref: id, step: 'j-1' };
  if (status === 'left' || status === 'dead' || status === 'cancelled' || !expected) {
    if (before.expectedDischarge) decision.timers.push({ do: 'cancel-all', kind: 'stay-notice', ref: id });
    return;
  }
  const known = before.expectedDischarge;
  if (known?.at === expected.at && known.precision === expected.precision && before.status === status) return;
  if (!isSoon(expected, now)) decision.timers.push({ do: 'set', ...timer, dueAt: noticeAt(expected) });
  else if (said) {
    // Less than 24 h left: this very message says it, a notice a moment later would ring twice.
    stay.state = { ...stay.state, announcedDischarge: expected.at };
    decision.timers.push({ do: 'cancel', ...timer });
  }
}

/** Another hour of the same day is not said again, but the card must not go on showing the old one. */
function isMoved(before: Stay, after: Stay): boolean {
  return (
    before.expectedDischarge?.at !== after.expectedDischarge?.at ||
    before.expectedDischarge?.precision !== after.expectedDischarge?.precision
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

/**
 * One message per fact (invariant 2): facility, movement, action and EVN-2 (FACTS §1.9). A sender without ZBE is known
 * by the visit, the trigger and the date of the fact.
 */
function factKey(intent: StayIntent): string {
  const movement =
    intent.movement.id ?? `${intent.visit ?? intent.patient.ipp ?? ''}/${intent.trigger}/${intent.occurredAt ?? ''}`;
  return ['fact', intent.facility, intent.type, movement, intent.movement.action, intent.recordedAt ?? ''].join('|');
}

async function open<S>(
  ports: StayPorts,
  opened: Map<string, Open<S>>,
  kind: 'patient' | 'stay',
  id: string,
  create: () => S,
): Promise<Open<S>> {
  const here = opened.get(id);
  if (here) return here;
  const stored: StoredFile<S> | undefined = await ports.store.files.load<S>(kind, id);
  const file = stored ? { version: stored.version, state: stored.state } : { version: 0, state: create() };
  opened.set(id, file);
  return file;
}

/** A patient whom nobody follows here is listed for the ward ("à téléphoner"): `relais no-team`. */
export function patientFile(id: string, version: number, state: Patient): FileWrite {
  return { kind: 'patient', id, version, state, keys: state.team.length === 0 ? ['no-team'] : [] };
}
