/** A movement is taken back: what was said of it too, unless something later stands in its place. */
import { type Evolution, fact, movementKey, record, retractable, silent } from './evolution.ts';
import type { StayIntent, StayIntentType } from './intent.ts';
import { ENDS, isLatest, isOpen, isReplaced } from './order.ts';
import type { MovementRecord, Stay, StayStatus } from './stay.ts';

/** @param unit label that may be said */
export function cancel(stay: Stay, intent: StayIntent, unit: string | undefined): Evolution {
  if (intent.cancels === 'movement-updated') return silent(stay, 'recorded'); // a planned transfer, which was not told
  const named = movementKey(intent);
  const key = stay.movements[named] ? named : (standing(stay, intent) ?? named);
  const known = stay.movements[key];
  const marked = withTombstones(stay, intent, named, key);
  if (known?.state === 'cancelled') return silent(marked, 'already-cancelled');
  // What was inserted is surer than what the cancel looks like: it often comes without PV1-41 or ZBE-9.
  const what = known && known.type !== 'movement-updated' ? known.type : intent.cancels;
  if (what === 'discharge-planned') return retract(stay, marked, intent, known);
  if (!known) return silent(marked, 'unknown-movement');
  if (isReplaced(stay, key, known)) return silent(marked, 'nothing-changed');
  const latest = isLatest(stay, key, known);
  if (what === 'preadmitted' && !latest) return silent(marked, 'recorded'); // the patient has come since
  const next: Stay = latest ? { ...marked, ...restored(stay, known, what, unit) } : marked;
  if (what === 'bed-moved' || what === 'doctors-changed') return silent(next, 'bed-move');
  if (known.unsaid) return silent(next, 'recorded');
  return {
    stay: next,
    facts: [{ ...fact(next, intent, 'cancelled'), cancelled: what }],
    outcome: 'posted',
    reason: 'retracted',
  };
}

/** Remembered under the number that the cancel names too: an insert that comes after it stays silent. */
function withTombstones(stay: Stay, intent: StayIntent, ...keys: string[]): Stay {
  const movements = { ...stay.movements };
  for (const key of keys) {
    const known = stay.movements[key];
    const kept = known?.state === 'cancelled' ? known.cancelledAt : intent.recordedAt;
    movements[key] = { ...(known ?? record(stay, intent)), state: 'cancelled', cancelledAt: kept };
  }
  return { ...stay, movements };
}

const ENTERS = new Set<StayIntentType>(['admitted', 'emergency-arrived']);

/**
 * The movement that a cancel must mean when its number was never seen (another numbering in the cancel, a sender without
 * ZBE): the last one of its sort, if that still says where the patient is. There is one discharge to take back, whatever
 * its number; of transfers there are several, and the one of which PV1-3 repeats the unit is not the one that is taken
 * back (A12 carries the unit before the transfer). Plans are settled by `retract`.
 */
function standing(stay: Stay, intent: StayIntent): string | undefined {
  const what = intent.cancels;
  if (what === undefined || what === 'discharge-planned' || what === 'bed-moved') return undefined;
  const alike = (type: StayIntentType): boolean =>
    type === what || [ENDS, ENTERS].some((family) => family.has(type) && family.has(what));
  const found = Object.entries(stay.movements).filter(
    ([, m]) => m.state === 'inserted' && alike(m.type) && (m.recordedAt ?? 0) <= (intent.recordedAt ?? Infinity),
  );
  const last = found.toSorted(([, a], [, b]) => (a.recordedAt ?? 0) - (b.recordedAt ?? 0)).at(-1);
  if (!last || !isLatest(stay, ...last)) return undefined;
  const staysThere = intent.unit.code !== undefined && intent.unit.code === last[1].unit.code;
  return what === 'transferred' && staysThere ? undefined : last[0];
}

/** Where the patient is once this movement is taken back. */
function restored(
  stay: Stay,
  { before }: MovementRecord,
  what: StayIntentType | undefined,
  unit: string | undefined,
): Partial<Stay> {
  const enters = what === 'admitted' || what === 'emergency-arrived';
  // A stay that was first heard of by its transfer or its discharge had begun: its patient is in hospital.
  const status = before === undefined || before.status === 'expected' ? 'present' : before.status;
  return {
    status: what === 'preadmitted' ? 'cancelled' : enters ? beforeAdmission(stay) : status,
    // On A12, PV1-3 and ZBE-7 already give the unit before the transfer (PAM.fr §5.3); what we knew is the second choice.
    unit: (what === 'transferred' ? unit : undefined) ?? before?.unit ?? stay.unit,
    class: before?.class ?? stay.class,
    admittedAt: enters ? undefined : stay.admittedAt,
    dischargedAt: before?.status === 'left' ? stay.dischargedAt : undefined,
  };
}

/**
 * A25, of a plan that still stands: not of one that another A16 has replaced, nor of somebody who has left. Under a number
 * that was never seen it means the plan that stands; of two, a human says which.
 */
function retract(stay: Stay, marked: Stay, intent: StayIntent, known: MovementRecord | undefined): Evolution {
  const planned = stay.expectedDischarge;
  const others = Object.entries(marked.movements).filter(
    ([, m]) => m.type === 'discharge-planned' && m.state === 'inserted',
  );
  const newer = known !== undefined && others.some(([, other]) => (other.recordedAt ?? 0) >= (known.recordedAt ?? 0));
  if (!planned || newer || (intent.recordedAt ?? Infinity) < planned.recordedAt)
    return silent(marked, 'unknown-movement');
  if (!known && others.length > 1) return { stay, facts: [], outcome: 'quarantined', reason: 'unknown-movement' };
  const meant = known ? marked : withTombstones(marked, intent, ...others.map(([key]) => key));
  const retracted: Stay = { ...meant, expectedDischarge: undefined, announcedDischarge: undefined };
  if (!isOpen(stay) || known?.unsaid) return silent(retracted, 'recorded');
  const said = retractable(fact(retracted, intent, 'discharge-retracted'), stay);
  return { stay: retracted, facts: [said], outcome: 'posted', reason: 'retracted' };
}

/** A11 after A05 and A01: back to the pre-admission (FACTS §1.7); otherwise the stay never was. */
function beforeAdmission(stay: Stay): StayStatus {
  const preadmitted = Object.values(stay.movements).some((m) => m.type === 'preadmitted' && m.state === 'inserted');
  return preadmitted ? 'expected' : 'cancelled';
}
