/**
 * The life of a stay: one intent in, the new state and the facts to say out. Pure; what may be said at all was decided
 * before (verdict.ts). Movements are known by their id (ZBE-1): a cancel finds its insert, and may come first.
 */
import { type Replan, replan } from './expected-discharge.ts';
import type { StayIntent, StayIntentType } from './intent.ts';
import type { MovementRecord, Stay, StayFact, StayStatus } from './stay.ts';
import type { Outcome, Reason } from '../relay/outcome.ts';

export type Evolution = { stay: Stay; facts: StayFact[]; outcome: Outcome; reason: Reason };

export function newStay(given: Pick<Stay, 'id' | 'patientId' | 'facility' | 'facilityName' | 'source'>): Stay {
  return {
    ...given,
    status: 'expected',
    class: undefined,
    unit: undefined,
    admittedAt: undefined,
    expectedAdmission: undefined,
    expectedDischarge: undefined,
    announcedDischarge: undefined,
    dischargedAt: undefined,
    destination: undefined,
    movements: {},
    protected: undefined,
  };
}

/** @param unit label that may be said, already filtered by the source's unit table */
export function evolve(stay: Stay, intent: StayIntent, unit: string | undefined): Evolution {
  if (intent.type === 'movement-cancelled') return cancel(stay, intent, unit);
  const key = movementKey(intent);
  if (intent.movement.action === 'insert' && stay.movements[key]?.state === 'cancelled')
    return silent(stay, 'already-cancelled');

  const plan = replan(stay, intent);
  const told = tell(stay, intent, unit, plan.kind);
  const next: Stay = {
    ...stay,
    ...told.change,
    class: intent.class ?? stay.class,
    expectedAdmission: intent.expectedAdmission ?? stay.expectedAdmission,
    expectedDischarge: plan.expected,
    destination: intent.destination ?? stay.destination,
    movements: { ...stay.movements, [key]: record(stay, intent) },
  };
  const facts = told.fact ? [fact(next, intent, told.fact)] : [];
  return facts.length > 0
    ? { stay: next, facts, outcome: 'posted', reason: told.fact === 'discharge-retracted' ? 'retracted' : 'announced' }
    : silent(next, told.why ?? 'nothing-changed');
}

type Told = { change: Partial<Stay>; fact?: StayFact['type'] | undefined; why?: Reason };

function tell(stay: Stay, intent: StayIntent, unit: string | undefined, plan: Replan): Told {
  const here: Partial<Stay> = { unit: unit ?? stay.unit };
  switch (intent.type) {
    case 'preadmitted':
      return { change: { ...here, status: 'expected' }, fact: 'preadmitted' };
    case 'admitted':
      return { change: { ...here, status: 'present', admittedAt: intent.occurredAt }, fact: 'admitted' };
    case 'emergency-arrived':
      return { change: { ...here, status: 'present', admittedAt: intent.occurredAt }, fact: 'emergency-arrived' };
    case 'transferred':
      return { change: { ...here, status: 'present' }, fact: 'transferred' };
    case 'class-changed':
      return { change: { ...here, status: 'present' }, fact: 'class-changed' };
    case 'on-leave':
      return { change: { status: 'on-leave' }, fact: 'on-leave' };
    case 'returned':
      return { change: { ...here, status: 'present' }, fact: 'returned' };
    case 'discharged':
      return { change: { status: 'left', dischargedAt: intent.effectiveAt ?? intent.occurredAt }, fact: 'discharged' };
    case 'left-without-being-seen':
      return { change: { status: 'left', dischargedAt: intent.occurredAt }, fact: 'left-without-being-seen' };
    case 'died':
      return { change: { status: 'dead', dischargedAt: intent.occurredAt }, fact: 'died' };
    case 'bed-moved':
      return { change: here, why: 'bed-move', fact: planned(plan) };
    case 'discharge-planned':
    case 'movement-updated':
    case 'doctors-changed':
      return { change: {}, fact: planned(plan) };
    case 'identity-created':
    case 'identity-updated':
    case 'ins-changed':
    case 'ins-removed':
      return { change: {}, why: 'identity-only' };
    case 'patients-merged':
    case 'stay-moved':
      return { change: {}, why: 'merge-needs-human' };
    case 'document-received':
      return { change: {}, why: 'document-only' };
    case 'movement-cancelled':
    case 'unknown':
      return { change: {}, why: 'unknown-trigger' };
    default:
      return intent.type satisfies never;
  }
}

/** A re-plan is said only if the day or the destination changes (DESIGN §7). */
function planned(plan: Replan): StayFact['type'] | undefined {
  if (plan === 'first') return 'discharge-planned';
  if (plan === 'other-day') return 'discharge-replanned';
  return plan === 'retracted' ? 'discharge-retracted' : undefined;
}

function cancel(stay: Stay, intent: StayIntent, unit: string | undefined): Evolution {
  const key = movementKey(intent);
  const known = stay.movements[key];
  const tombstone: MovementRecord = { ...(known ?? record(stay, intent)), state: 'cancelled' };
  const marked: Stay = { ...stay, movements: { ...stay.movements, [key]: tombstone } };
  if (known?.state === 'cancelled') return silent(marked, 'already-cancelled');
  const what = intent.cancels ?? known?.type;
  if (!known && what !== 'discharge-planned') return silent(marked, 'unknown-movement');
  if (what === 'discharge-planned') {
    const retracted: Stay = { ...marked, expectedDischarge: undefined, announcedDischarge: undefined };
    if (!stay.expectedDischarge) return silent(retracted, 'unknown-movement');
    // The fact keeps the date that is taken back, so that the reader knows which visit to cancel.
    return {
      stay: retracted,
      facts: [{ ...fact(retracted, intent, 'discharge-retracted'), expectedDischarge: stay.expectedDischarge }],
      outcome: 'posted',
      reason: 'retracted',
    };
  }
  const back = known?.before;
  // On A12, PV1-3 and ZBE-7 already give the unit before the transfer (PAM.fr §5.3); what we knew is the second choice.
  const next: Stay = {
    ...marked,
    status: what === 'admitted' || what === 'emergency-arrived' ? beforeAdmission(stay) : (back?.status ?? 'present'),
    unit: what === 'transferred' ? (unit ?? back?.unit ?? stay.unit) : (back?.unit ?? stay.unit),
    dischargedAt: what === 'discharged' || what === 'died' ? undefined : stay.dischargedAt,
    ...(what === 'preadmitted' ? { status: 'cancelled' as const } : {}),
  };
  if (what === 'bed-moved' || what === 'doctors-changed') return silent(next, 'bed-move');
  return {
    stay: next,
    facts: [{ ...fact(next, intent, 'cancelled'), cancelled: what }],
    outcome: 'posted',
    reason: 'retracted',
  };
}

/** A11 after A05 and A01: back to the pre-admission (FACTS §1.7); otherwise the stay never was. */
function beforeAdmission(stay: Stay): StayStatus {
  const preadmitted = Object.values(stay.movements).some((m) => m.type === 'preadmitted' && m.state === 'inserted');
  return preadmitted ? 'expected' : 'cancelled';
}

/** ZBE-1; senders without ZBE give one movement of each sort per visit. */
function movementKey(intent: StayIntent): string {
  const sort: StayIntentType = intent.type === 'movement-cancelled' ? (intent.cancels ?? 'unknown') : intent.type;
  return intent.movement.id ?? `~${sort}`;
}

function record(stay: Stay, intent: StayIntent): MovementRecord {
  const key = movementKey(intent);
  const known = stay.movements[key];
  const original = intent.movement.action === 'update' ? known : undefined;
  return {
    type: original?.type ?? (intent.type === 'movement-cancelled' ? (intent.cancels ?? 'unknown') : intent.type),
    state: 'inserted',
    recordedAt: intent.recordedAt,
    unit: intent.unit,
    before: original?.before ?? { status: stay.status, unit: stay.unit },
  };
}

function fact(stay: Stay, intent: StayIntent, type: StayFact['type']): StayFact {
  return {
    type,
    at: intent.effectiveAt ?? intent.occurredAt,
    facility: stay.facilityName,
    unit: stay.unit,
    expectedAdmission: stay.expectedAdmission,
    expectedDischarge: stay.expectedDischarge,
    destination: intent.destination,
    disposition: intent.disposition,
    cancelled: undefined,
  };
}

function silent(stay: Stay, reason: Reason): Evolution {
  return { stay, facts: [], outcome: 'muted', reason };
}
