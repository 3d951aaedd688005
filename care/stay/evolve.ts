/**
 * The life of a stay: one intent in, the new state and the facts to say out. Pure; what may be said at all was decided
 * before (verdict.ts). Movements are known by their id (ZBE-1): a cancel finds its insert, and may come first.
 */
import { cancel } from './cancel.ts';
import { type Evolution, fact, movementKey, record, retractable, silent } from './evolution.ts';
import { replan } from './expected-discharge.ts';
import type { StayIntent, StayIntentType } from './intent.ts';
import { isOvertaken } from './order.ts';
import type { MovementRecord, Stay } from './stay.ts';
import { again, planned, tell } from './tell.ts';

export function newStay(
  given: Pick<Stay, 'id' | 'patientId' | 'facility' | 'facilityName' | 'source' | 'visit'>,
): Stay {
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
  if (intent.type === 'movement-cancelled') return withPlan(cancel(stay, intent, unit), intent);
  const evolved = insert(stay, intent, unit);
  const key = movementKey(intent);
  const known = evolved.stay.movements[key];
  if (told || !known || stay.movements[key]) return evolved;
  const movements = { ...evolved.stay.movements, [key]: { ...known, unsaid: true } };
  return { ...evolved, stay: { ...evolved.stay, movements } };
}

/** PV2-9 of any message counts, of a cancel too: a discharge that is put off is an A13 with another date. */
function withPlan(evolved: Evolution, intent: StayIntent): Evolution {
  const { stay } = evolved;
  if (intent.cancels === 'discharge-planned' || evolved.outcome === 'quarantined') return evolved;
  const plan = replan(stay, intent);
  const also = planned(stay, plan.kind);
  const next: Stay = { ...stay, expectedDischarge: plan.expected };
  if (!also) return { ...evolved, stay: next };
  const facts = [...evolved.facts, retractable(fact(next, intent, also), stay)];
  return { stay: next, facts, outcome: 'posted', reason: evolved.facts.length > 0 ? evolved.reason : 'announced' };
}

/** Its cancel came first. A sender without movement numbers may use the same sort again: then the later one is another. */
function isTakenBack(intent: StayIntent, known: MovementRecord | undefined): boolean {
  if (known?.state !== 'cancelled') return false;
  if (intent.movement.id !== undefined) return true;
  return intent.movement.action === 'insert' && (intent.recordedAt ?? 0) <= (known.cancelledAt ?? 0);
}

/** Sent again under its own number, with another EVN-2: nothing has happened twice. */
function isRepeated(intent: StayIntent, known: MovementRecord | undefined): boolean {
  const { id, action } = intent.movement;
  const same = known?.state === 'inserted' && known.type === intent.type && known.unsaid !== true;
  return id !== undefined && action === 'insert' && same && known.unit.code === intent.unit.code;
}

function insert(stay: Stay, intent: StayIntent, unit: string | undefined): Evolution {
  const key = movementKey(intent);
  const known = stay.movements[key];
  if (isTakenBack(intent, known)) return silent(stay, 'already-cancelled');
  const movements = { ...stay.movements, [key]: record(stay, intent) };
  if (isOvertaken(stay, intent)) {
    const admittedAt = ENTERS.has(intent.type) ? (stay.admittedAt ?? intent.occurredAt) : stay.admittedAt;
    return silent({ ...stay, admittedAt, movements }, 'recorded');
  }

  const plan = replan(stay, intent);
  const told = isRepeated(intent, known) ? again(stay, plan.kind) : tell(stay, intent, unit, plan.kind);
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
