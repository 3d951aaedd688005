/** The clock of a request: how much time has counted, when a target falls, and who is rung when (DESIGN §4). */
import { parisDay, toParis } from '../relay/civil-time.ts';
import { hourOf, isWorkingDay, openStretches, union } from './calendar.ts';
import type { ClockPolicy, Stretch } from './calendar.ts';
import type { EscalationTarget, SlaPolicy } from './sla-policy.ts';

/** One thing that is due. `remind` and `escalate` ring somebody; `target` only says when the delay is over. */
export type DueStep = {
  /** `take:remind:0`, `take:escalate:1`, `take:target`: the position in the policy's list, stable over re-planning. */
  step: string;
  /** epoch ms UTC; `Infinity` while a pause without end lasts. */
  at: number;
  what: 'remind' | 'escalate' | 'target';
  to?: EscalationTarget;
};

/** Nobody is rung on a working-days clock before this hour of Paris, nor from the next one on. */
const RING_FROM = 8;
const RING_UNTIL = 20;

/**
 * The first instant at which `span` ms of the policy's clock have passed since `from`.
 * @param pauses stretches that do not count, in any order, overlapping or not; `to: Infinity` for one still running
 * @returns epoch ms UTC; `from` itself for a span of 0; `Infinity` when an endless pause comes first
 * @throws RangeError for a negative span, or `opening-hours` without hours
 */
export function addSpan(policy: ClockPolicy, from: number, span: number, pauses: Stretch[]): number {
  if (span < 0) throw new RangeError(`negative span ${span}`);
  if (span === 0 || from === Infinity) return from;
  let left = span;
  for (const stretch of running(policy, from, pauses)) {
    if (left <= stretch.to - stretch.from) return stretch.from + left;
    left -= stretch.to - stretch.from;
  }
  return Infinity;
}

/**
 * How much of the policy's clock has passed between two instants, the pauses not counting.
 * @returns ms; 0 when `to` is not after `from`
 */
export function elapsed(policy: ClockPolicy, from: number, to: number, pauses: Stretch[]): number {
  let sum = 0;
  if (to <= from) return sum;
  for (const stretch of running(policy, from, pauses)) {
    sum += Math.max(0, Math.min(stretch.to, to) - stretch.from);
    if (stretch.to >= to) break;
  }
  return sum;
}

/** Open stretches from `from` on, cut by the pauses; ends only where an endless pause begins. */
function* running(policy: ClockPolicy, from: number, pauses: Stretch[]): Generator<Stretch, void> {
  const cuts = union(pauses);
  for (const open of openStretches(policy, from)) {
    let start = open.from;
    for (const cut of cuts) {
      if (cut.to <= start) continue;
      if (cut.from >= open.to) break;
      if (cut.from > start) yield { from: start, to: cut.from };
      if (cut.to === Infinity) return;
      start = cut.to;
    }
    if (start < open.to) yield { from: start, to: open.to };
  }
}

/**
 * When somebody may be rung for something that is due at `instant`. A working-days clock runs at night, people do not:
 * outside 08:00–20:00 of a working day it waits for the next 08:00 of a working day (the PDSA takes over from 20:00).
 * An opening-hours clock rings when it runs: at the very closing or while closed it waits for the next opening. A
 * calendar clock never shifts: whoever writes it in a pathway has decided that nights count.
 * @returns epoch ms UTC, never before `instant`
 */
export function ringTime(policy: ClockPolicy, instant: number): number {
  if (policy.clock === 'calendar' || instant === Infinity) return instant;
  if (policy.clock === 'opening-hours') {
    for (const open of openStretches(policy, instant)) return open.from;
  }
  const hour = toParis(instant).hour;
  const today = isWorkingDay(instant, policy.holidays);
  if (today && hour >= RING_FROM && hour < RING_UNTIL) return instant;
  let day = today && hour < RING_FROM ? instant : parisDay(instant, 1);
  while (!isWorkingDay(day, policy.holidays)) day = parisDay(day, 1);
  return hourOf(day, RING_FROM);
}

/**
 * Everything that is due for one target of a request, in the order of time.
 *
 * Shares are counted on the policy's clock from `from`. `{ after }` is counted on the same clock from the moment when the
 * step before it really rings (the target when there is none): otherwise two steps that fall in one night would ring
 * together in the morning, and the second would be no escalation. Reminders that would ring at the same moment for the
 * same reason are one: the last of them stays.
 * @param from instant at which the target's clock starts
 * @param pauses stretches during which the clock stood still; the caller gives those that the policy's `pause` allows
 */
export function dueSteps(policy: SlaPolicy, target: 'take' | 'answer', from: number, pauses: Stretch[]): DueStep[] {
  const { within, remind, escalate } = policy[target];
  const shareAt = (share: number): number => addSpan(policy, from, Math.round(within * share), pauses);
  const end = shareAt(1);
  const reminders = remind.map<DueStep>((share, n) => ({
    step: `${target}:remind:${n}`,
    at: ringTime(policy, shareAt(share)),
    what: 'remind',
  }));
  const steps = reminders.filter((reminder, n) => !reminders.slice(n + 1).some((later) => later.at === reminder.at));
  steps.push({ step: `${target}:target`, at: end, what: 'target' });
  let rung = end;
  for (const [n, { at, to }] of escalate.entries()) {
    rung = ringTime(policy, 'share' in at ? shareAt(at.share) : addSpan(policy, rung, at.after, pauses));
    steps.push({ step: `${target}:escalate:${n}`, at: rung, what: 'escalate', to });
  }
  // Infinity − Infinity is NaN, hence no subtraction.
  return steps.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
}
