/**
 * The life of a stay: one intent in, the new state and the facts to say out. Pure; what may be said at all was decided
 * before (verdict.ts). Movements are known by their id (ZBE-1): a cancel finds its insert, and may come first.
 */
import { cancel } from './cancel.ts';
import { type Evolution, fact, movementKey, record, retractable, silent } from './evolution.ts';
import { type Replan, replan } from './expected-discharge.ts';
import type { StayIntent, StayIntentType } from './intent.ts';
import { isOpen, isOvertaken } from './order.ts';
import type { Stay, StayFact } from './stay.ts';
import type { Reason } from '../relay/outcome.ts';

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

/**
 * @param unit label that may be said, already filtered by the source's unit table
 * @param told whether somebody reads it: what nobody was told is not taken back either
 */
export function evolve(stay: Stay, intent: StayIntent, unit: string | undefined, told = true): Evolution {
  if (intent.type === 'movement-cancelled') return cancel(stay, intent, unit);
  const evolved = insert(stay, intent, unit);
  const key = movementKey(intent);
  const known = evolved.stay.movements[key];
  if (told || !known || stay.movements[key]) return evolved;
  const movements = { ...evolved.stay.movements, [key]: { ...known, unsaid: true } };
  return { ...evolved, stay: { ...evolved.stay, movements } };
}

function insert(stay: Stay, intent: StayIntent, unit: string | undefined): Evolution {
  const key = movementKey(intent);
  if (intent.movement.action === 'insert' && stay.movements[key]?.state === 'cancelled')
    return silent(stay, 'already-cancelled');
  const movements = { ...stay.movements, [key]: record(stay, intent) };
  if (isOvertaken(stay, intent)) {
    const admittedAt = ENTERS.has(intent.type) ? (stay.admittedAt ?? intent.occurredAt) : stay.admittedAt;
    return silent({ ...stay, admittedAt, movements }, 'recorded');
  }

  const plan = replan(stay, intent);
  const told = tell(stay, intent, unit, plan.kind);
  const next: Stay = {
    ...stay,
    ...told.change,
    class: intent.class ?? stay.class,
    expectedAdmission: intent.expectedAdmission ?? stay.expectedAdmission,
    expectedDischarge: plan.expected,
    destination: intent.destination ?? stay.destination,
    movements,
  };
  // A silent move that brings another date must ring those whom that date concerns.
  const also = MOVES.has(intent.type) ? planned(stay, plan.kind) : undefined;
  const facts = told.fact ? [fact(next, intent, told.fact)] : [];
  if (also) {
    for (const one of facts) one.expectedDischarge = undefined;
    facts.push(fact(next, intent, also));
  }
  return facts.length > 0
    ? {
        stay: next,
        facts: facts.map((one) => retractable(one, stay)),
        outcome: 'posted',
        reason: told.fact === 'discharge-retracted' ? 'retracted' : 'announced',
      }
    : silent(next, told.why ?? 'nothing-changed');
}

const ENTERS = new Set<StayIntentType>(['admitted', 'emergency-arrived']);
const MOVES = new Set<StayIntentType>(['transferred', 'class-changed', 'on-leave', 'returned']);

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
      return { change: here, why: 'bed-move', fact: planned(stay, plan) };
    case 'discharge-planned':
    case 'movement-updated':
    case 'doctors-changed':
      return { change: {}, fact: planned(stay, plan) };
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
function planned(stay: Stay, plan: Replan): StayFact['type'] | undefined {
  if (!isOpen(stay)) return undefined;
  if (plan === 'first') return 'discharge-planned';
  if (plan === 'other-day') return 'discharge-replanned';
  return plan === 'retracted' ? 'discharge-retracted' : undefined;
}
