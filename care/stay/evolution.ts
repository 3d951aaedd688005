/** What one intent makes of a stay: the new state, the facts to say, the record of the movement. */
import type { Outcome, Reason } from '../relay/outcome.ts';
import type { StayIntent, StayIntentType } from './intent.ts';
import type { MovementRecord, Stay, StayFact } from './stay.ts';

export type Evolution = { stay: Stay; facts: StayFact[]; outcome: Outcome; reason: Reason };

/** ZBE-1; senders without ZBE give one movement of each sort per visit. */
export function movementKey(intent: StayIntent): string {
  const sort: StayIntentType = intent.type === 'movement-cancelled' ? (intent.cancels ?? 'unknown') : intent.type;
  return intent.movement.id ?? `~${sort}`;
}

const SORTS: readonly StayIntentType[][] = [
  ['admitted', 'emergency-arrived'],
  ['transferred', 'bed-moved'],
  ['discharged', 'died', 'left-without-being-seen'],
];

/** One movement may be corrected into the other; under one number, any other pair is two movements. */
export function isSameSort(a: StayIntentType, b: StayIntentType): boolean {
  return a === b || SORTS.some((sort) => sort.includes(a) && sort.includes(b));
}

export function record(stay: Stay, intent: StayIntent): MovementRecord {
  const key = movementKey(intent);
  const known = stay.movements[key];
  // The same number again is the same movement: what was before it stays what a cancel gives back.
  const said = intent.type === 'movement-cancelled' ? (intent.cancels ?? 'unknown') : intent.type;
  const isSame = intent.movement.id !== undefined && known !== undefined && isSameSort(known.type, said);
  const original = intent.movement.action === 'update' || isSame ? known : undefined;
  return {
    type: intent.movement.action === 'update' ? (original?.type ?? said) : said,
    state: 'inserted',
    recordedAt: intent.recordedAt,
    unit: intent.unit,
    occurredAt: intent.occurredAt,
    before: original?.before ?? { status: stay.status, unit: stay.unit, class: stay.class },
  };
}

export function fact(stay: Stay, intent: StayIntent, type: StayFact['type']): StayFact {
  return {
    type,
    at: intent.effectiveAt ?? intent.occurredAt,
    facility: stay.facilityName,
    unit: stay.unit,
    expectedAdmission: stay.expectedAdmission,
    expectedDischarge: stay.expectedDischarge,
    destination: intent.destination,
    disposition: intent.disposition,
    class: stay.class,
    cancelled: undefined,
  };
}

export function silent(stay: Stay, reason: Reason): Evolution {
  return { stay, facts: [], outcome: 'muted', reason };
}

/** The fact keeps the date that is taken back, so that the reader knows which visit to cancel. */
export function retractable(said: StayFact, before: Stay): StayFact {
  return said.type === 'discharge-retracted' ? { ...said, expectedDischarge: before.expectedDischarge } : said;
}
