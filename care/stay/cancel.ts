/** A movement is taken back: what was said of it too, unless something later stands in its place. */
import { type Evolution, fact, movementKey, record, retractable, silent } from './evolution.ts';
import type { StayIntent, StayIntentType } from './intent.ts';
import { isLatest, isOpen, isReplaced } from './order.ts';
import type { MovementRecord, Stay, StayStatus } from './stay.ts';

/** @param unit label that may be said */
export function cancel(stay: Stay, intent: StayIntent, unit: string | undefined): Evolution {
  const key = movementKey(intent);
  const known = stay.movements[key];
  const tombstone: MovementRecord = { ...(known ?? record(stay, intent)), state: 'cancelled' };
  const marked: Stay = { ...stay, movements: { ...stay.movements, [key]: tombstone } };
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

/** Where the patient is once this movement is taken back. */
function restored(
  stay: Stay,
  { before }: MovementRecord,
  what: StayIntentType | undefined,
  unit: string | undefined,
): Partial<Stay> {
  const enters = what === 'admitted' || what === 'emergency-arrived';
  return {
    status: what === 'preadmitted' ? 'cancelled' : enters ? beforeAdmission(stay) : (before?.status ?? 'present'),
    // On A12, PV1-3 and ZBE-7 already give the unit before the transfer (PAM.fr §5.3); what we knew is the second choice.
    unit: (what === 'transferred' ? unit : undefined) ?? before?.unit ?? stay.unit,
    class: before?.class ?? stay.class,
    admittedAt: enters ? undefined : stay.admittedAt,
    dischargedAt: before?.status === 'left' ? stay.dischargedAt : undefined,
  };
}

/** A25, of a plan that still stands: not of one that another A16 has replaced, nor of somebody who has left. */
function retract(stay: Stay, marked: Stay, intent: StayIntent, known: MovementRecord | undefined): Evolution {
  const planned = stay.expectedDischarge;
  const others = Object.values(marked.movements).filter(
    (m) => m.type === 'discharge-planned' && m.state === 'inserted',
  );
  const newer = others.some((other) => known === undefined || (other.recordedAt ?? 0) >= (known.recordedAt ?? 0));
  if (!planned || newer || (intent.recordedAt ?? Infinity) < planned.recordedAt)
    return silent(marked, 'unknown-movement');
  const retracted: Stay = { ...marked, expectedDischarge: undefined, announcedDischarge: undefined };
  if (!isOpen(stay) || known?.unsaid) return silent(retracted, 'recorded');
  const said = retractable(fact(retracted, intent, 'discharge-retracted'), stay);
  return { stay: retracted, facts: [said], outcome: 'posted', reason: 'retracted' };
}

/** A11 after A05 and A01: back to the pre-admission (FACTS §1.7); otherwise the stay never was. */
function beforeAdmission(stay: Stay): StayStatus {
  const preadmitted = Object.values(stay.movements).some((m) => m.type === 'preadmitted' && m.state === 'inserted');
  return preadmitted ? 'expected' : 'cancelled';
}
