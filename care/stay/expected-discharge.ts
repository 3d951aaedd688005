/**
 * The expected discharge and its notice, 24 h before (DESIGN §7; FACTS §1.3). The date is the last of EVN-3 of A16 and
 * PV2-9 of any message, by EVN-2; it is re-planned, retracted, and measured.
 */
import { DAY, HOUR, parisDay, toParis } from '../relay/civil-time.ts';
import { hourOf, isWorkingDay } from '../request/calendar.ts';
import type { CivilMoment, StayIntent } from './intent.ts';
import type { Decision } from '../relay/decision.ts';
import type { Stay } from './stay.ts';

/** Nobody is rung before this hour nor after the other (Europe/Paris). */
const MORNING = 8;
const EVENING = 20;

/**
 * When to announce a planned discharge: the last moment between 08 and 20 h at or before T−24 h. On a closed day the
 * practices would read it too late: noon of the last working day before (Friday noon for a Monday).
 * A day without an hour counts as 08:00 of that day, the earliest that a ward lets somebody go.
 * @returns civil instant, epoch ms UTC; it may lie in the past
 */
export function noticeAt(expected: CivilMoment): number {
  const leaves = expected.precision === 'day' ? hourOf(expected.at, MORNING) : expected.at;
  let notice = leaves - DAY;
  const hour = toParis(notice).hour;
  if (hour < MORNING) notice = hourOf(parisDay(notice, -1), EVENING);
  else if (hour >= EVENING) notice = hourOf(notice, EVENING);
  if (isWorkingDay(notice, 'france')) return notice;
  let day = parisDay(notice, -1);
  while (!isWorkingDay(day, 'france')) day = parisDay(day, -1);
  return hourOf(day, 12);
}

/** Less than 24 h left (for a day without an hour: that day has begun, or begins within 16 h). */
export function isSoon(expected: CivilMoment, now: number): boolean {
  return noticeAt(expected) <= now || (expected.precision === 'minute' && expected.at - now < 24 * HOUR);
}

export type Replan = 'unchanged' | 'older' | 'first' | 'same-day' | 'other-day' | 'retracted';

/**
 * What a message says about the expected discharge, against what the stay knew.
 * `older`: recorded before what is known (a late message), ignored. `same-day`: kept, not rung again.
 */
export function replan(stay: Stay, intent: StayIntent): { kind: Replan; expected: Stay['expectedDischarge'] } {
  const known = stay.expectedDischarge;
  const told = intent.expectedDischarge;
  if (told === undefined) return { kind: 'unchanged', expected: known };
  const recordedAt = intent.recordedAt ?? intent.occurredAt ?? 0;
  if (known && recordedAt < known.recordedAt) return { kind: 'older', expected: known };
  if (told === 'erased')
    return known ? { kind: 'retracted', expected: undefined } : { kind: 'unchanged', expected: undefined };
  const expected = { ...told.set, recordedAt };
  // The ward's own plan (A16) is news, even where an earlier PV2-9 had guessed the same day.
  const isWardsFirst =
    intent.type === 'discharge-planned' && !Object.values(stay.movements).some((m) => m.type === 'discharge-planned');
  if (!known || isWardsFirst) return { kind: 'first', expected };
  if (known.at === expected.at && known.precision === expected.precision) return { kind: 'unchanged', expected };
  const sameDay = parisDay(known.at) === parisDay(expected.at);
  const sameDestination = intent.destination === undefined || intent.destination === stay.destination;
  return { kind: sameDay && sameDestination ? 'same-day' : 'other-day', expected };
}

/** Arms, moves or cancels the notice of the expected discharge. Pure but for the decision it fills. */
export function plan(decision: Decision, before: Stay, stay: { state: Stay }, said: boolean, now: number): void {
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
