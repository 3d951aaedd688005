/** What an intent changes in a stay, and which fact says it. */
import { parisDay } from '../relay/civil-time.ts';
import type { Reason } from '../relay/outcome.ts';
import { movementKey } from './evolution.ts';
import type { Replan } from './expected-discharge.ts';
import type { StayIntent } from './intent.ts';
import { currentUnit, isLatest, isOpen, isPlace } from './order.ts';
import type { Stay, StayFact } from './stay.ts';

export type Told = { change: Partial<Stay>; fact?: StayFact['type'] | undefined; why?: Reason };

export function tell(stay: Stay, intent: StayIntent, unit: string | undefined, plan: Replan): Told {
  const here: Partial<Stay> = { unit: unitNow(stay, intent, unit) };
  switch (intent.type) {
    case 'preadmitted':
      return { change: { ...here, status: 'expected' }, fact: 'preadmitted' };
    case 'admitted':
      return { change: { ...here, status: 'present', admittedAt: intent.occurredAt }, fact: 'admitted' };
    case 'emergency-arrived':
      return { change: { ...here, status: 'present', admittedAt: intent.occurredAt }, fact: 'emergency-arrived' };
    case 'transferred':
      // Without ZBE-9 the message does not say what changed: where the unit did not, it was a bed.
      return intent.movement.nature.length === 0 && isSameUnit(stay, intent)
        ? { change: { ...here, status: 'present' }, why: 'bed-move' }
        : { change: { ...here, status: 'present' }, fact: 'transferred' };
    case 'class-changed':
      return { change: { ...here, status: 'present' }, fact: 'class-changed' };
    case 'on-leave':
      return { change: { status: 'on-leave' }, fact: 'on-leave' };
    case 'returned':
      return { change: { ...here, status: 'present' }, fact: 'returned' };
    case 'discharged':
      if (isKnownEnd(stay, intent)) return { change: {} };
      return { change: { status: 'left', dischargedAt: intent.effectiveAt ?? intent.occurredAt }, fact: 'discharged' };
    case 'left-without-being-seen':
      return { change: { status: 'left', dischargedAt: intent.occurredAt }, fact: 'left-without-being-seen' };
    case 'died':
      return { change: { status: 'dead', dischargedAt: intent.occurredAt }, fact: 'died' };
    case 'bed-moved':
      return { change: { ...here, ...present(stay, intent) }, why: 'bed-move', fact: planned(stay, plan) };
    case 'discharge-planned':
    case 'doctors-changed':
      return { change: present(stay, intent), fact: planned(stay, plan) };
    case 'movement-updated':
      return correct(stay, intent, unit, plan);
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

/** What an update (Z99) puts right: a death that was entered as a discharge, the unit of the last movement, a date. */
function correct(stay: Stay, intent: StayIntent, unit: string | undefined, plan: Replan): Told {
  if (intent.died)
    return {
      change: { status: 'dead', dischargedAt: intent.effectiveAt ?? stay.dischargedAt ?? intent.occurredAt },
      fact: 'died',
    };
  const key = movementKey(intent);
  const known = stay.movements[key];
  const isPlaced = known?.state === 'inserted' && isPlace(known.type) && isLatest(stay, key, known);
  const change: Partial<Stay> = {
    ...present(stay, intent),
    ...(isPlaced && isOpen(stay) ? { unit: unitNow(stay, intent, unit) } : {}),
  };
  const { expectedAdmission } = intent;
  const isMoved =
    stay.expectedAdmission && expectedAdmission && !isSameDay(stay.expectedAdmission.at, expectedAdmission.at);
  if (stay.status === 'expected' && isMoved) return { change, fact: 'admission-replanned' };
  return { change, fact: planned(stay, plan) };
}

/** Heard of for the first time by a plan, a bed or an update of its entry: a stay that had begun before Relais listened. */
function present(stay: Stay, intent: StayIntent): Partial<Stay> {
  const { originalTrigger } = intent.movement;
  const isPlan = intent.type === 'movement-updated' && !BEGUN.has(originalTrigger ?? '');
  const isNew = stay.status === 'expected' && !Object.values(stay.movements).some((m) => m.type === 'preadmitted');
  return isNew && !isPlan ? { status: 'present' } : {};
}

/** Movements (ZBE-6) that only somebody in hospital can have. */
const BEGUN = new Set(['A01', 'A02', 'A04', 'A06', 'A07', 'A16', 'A22', 'A54']);

/** A label that may not be said must not leave the one of the unit before in its place. */
function unitNow(stay: Stay, intent: StayIntent, unit: string | undefined): string | undefined {
  const keeps = intent.unit.code === undefined || isSameUnit(stay, intent) || intent.type === 'bed-moved';
  return unit ?? (keeps ? stay.unit : undefined);
}

function isSameUnit(stay: Stay, intent: StayIntent): boolean {
  return intent.unit.code !== undefined && intent.unit.code === currentUnit(stay);
}

/** The desk's discharge after the ward's, under another number. */
function isKnownEnd(stay: Stay, intent: StayIntent): boolean {
  const at = intent.effectiveAt ?? intent.occurredAt;
  if (stay.status !== 'left' || stay.dischargedAt === undefined || at === undefined) return false;
  const told = Object.values(stay.movements).some(
    (m) => m.state === 'inserted' && m.type === 'discharged' && !m.unsaid,
  );
  const sameDestination = intent.destination === undefined || intent.destination === stay.destination;
  return told && sameDestination && isSameDay(stay.dischargedAt, at);
}

function isSameDay(a: number, b: number): boolean {
  return parisDay(a) === parisDay(b);
}

/** Only the plan of a repeated movement may be new. */
export function again(stay: Stay, plan: Replan): Told {
  return { change: {}, fact: planned(stay, plan) };
}

/** A re-plan is said only if the day or the destination changes (DESIGN §7). */
export function planned(stay: Stay, plan: Replan): StayFact['type'] | undefined {
  if (!isOpen(stay)) return undefined;
  if (plan === 'first') return 'discharge-planned';
  if (plan === 'other-day') return 'discharge-replanned';
  return plan === 'retracted' ? 'discharge-retracted' : undefined;
}
