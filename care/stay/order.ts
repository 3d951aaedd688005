/**
 * What comes out of order: a message from quarantine, a lane that was down, a correction of the past. It may fill the
 * file; it must not move the patient back to where they no longer are (FACTS §1.9, §9).
 */
import { type StayIntent, type StayIntentType, WHEREABOUTS } from './intent.ts';
import type { MovementRecord, Stay } from './stay.ts';

/** The patient has left, one way or another. */
export const ENDS: ReadonlySet<StayIntentType> = new Set<StayIntentType>([
  'discharged',
  'died',
  'left-without-being-seen',
]);

/** Movements that say where the patient is. */
const PLACES = new Set<StayIntentType>([...ENDS, ...WHEREABOUTS]);

/**
 * Has what this movement says been overtaken by what is known already? Nothing follows a death; an end is always news,
 * even late; any other movement is overtaken by a later one, and by an end that was either recorded or took place later.
 */
export function isOvertaken(stay: Stay, intent: StayIntent): boolean {
  if (stay.status === 'dead') return true;
  if (intent.type === 'preadmitted') return stay.status !== 'expected' && stay.status !== 'cancelled';
  if (!PLACES.has(intent.type) || ENDS.has(intent.type)) return false;
  return Object.entries(stay.movements).some(([key, known]) => {
    if (key === intent.movement.id || known.state !== 'inserted' || !PLACES.has(known.type)) return false;
    const [recorded, occurred] = [
      isBefore(intent.recordedAt, known.recordedAt),
      isBefore(intent.occurredAt, known.occurredAt),
    ];
    return stay.status === 'left' && ENDS.has(known.type) ? recorded || occurred : recorded && occurred;
  });
}

/** Movements that say where the patient is: not a plan, a bed or a correction. */
export function isPlace(type: StayIntentType): boolean {
  return PLACES.has(type);
}

/** UF code where the last movement left the patient. */
export function currentUnit(stay: Stay): string | undefined {
  const places = Object.values(stay.movements).filter((m) => m.state === 'inserted' && PLACES.has(m.type));
  return places.reduce<MovementRecord | undefined>(
    (last, m) => (isBefore(m.recordedAt, last?.recordedAt) ? last : m),
    undefined,
  )?.unit.code;
}

/** May a planned discharge still be said? Not of somebody who has left, died, or never came. */
export function isOpen(stay: Stay): boolean {
  return stay.status === 'expected' || stay.status === 'present' || stay.status === 'on-leave';
}

/** Was this movement entered again under another id, so that taking the first back takes nothing back? */
export function isReplaced(stay: Stay, key: string, known: MovementRecord): boolean {
  const repeatable = known.type === 'transferred' || known.type === 'on-leave' || known.type === 'returned';
  return !repeatable && later(stay, key, known).some((other) => other.type === known.type);
}

/** Does this movement still say where the patient is? Then taking it back puts them where they were before. */
export function isLatest(stay: Stay, key: string, known: MovementRecord): boolean {
  return !later(stay, key, known).some((other) => PLACES.has(other.type));
}

function later(stay: Stay, key: string, known: MovementRecord): MovementRecord[] {
  const others = Object.entries(stay.movements).filter(([id, other]) => id !== key && other.state === 'inserted');
  return others.map(([, other]) => other).filter((other) => isBefore(known.recordedAt, other.recordedAt));
}

function isBefore(a: number | undefined, b: number | undefined): boolean {
  return a !== undefined && b !== undefined && a < b;
}
