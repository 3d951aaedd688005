/** The clock of a request: how much time has counted, when a target falls, and who is rung when (DESIGN §4). */
import { openStretches, union } from './calendar.ts';
import type { ClockPolicy, Stretch } from './calendar.ts';
import type { EscalationTarget, ReminderMoment, RingWindow, SlaPolicy, Span } from './sla-policy.ts';

/** One thing that is due. `remind` and `escalate` ring somebody; `target` only says when the delay is over. */
export type DueStep = {
  /** `take:remind:0`, `take:escalate:1`, `take:target`: the position in the policy's list, stable over re-planning. */
  step: string;
  /** epoch ms UTC; `Infinity` while a pause without end lasts. */
  at: number;
  what: 'remind' | 'escalate' | 'target';
  to?: EscalationTarget;
};

/** Nobody is rung on a working-days clock outside these hours of a working day: the PDSA takes over from 20:00. */
const DAYTIME = [1, 2, 3, 4, 5].map((day) => ({ day, from: 8 * 60, to: 20 * 60 }));

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
 * When somebody may be rung for something that is due at `instant`. A clock runs at night, people do not: without a window
 * of its own a working-days policy waits for the next 08:00–20:00 of a working day; an opening-hours policy rings when it
 * runs, and at the very closing or while closed waits for the next opening; a calendar policy never shifts: whoever writes
 * it in a pathway has decided that nights count.
 * @param window in place of that custom
 * @returns epoch ms UTC, never before `instant`
 */
export function ringTime(policy: RingPolicy, instant: number, window: RingWindow = customOf(policy)): number {
  if (window === 'always' || instant === Infinity) return instant;
  for (const open of openStretches({ clock: 'opening-hours', ...window }, instant)) return open.from;
  return instant; // openStretches is endless
}

/**
 * A request, or its return to the group, outside the hours that its pathway has written (`ring: { opening }`) is read and
 * rings nobody; it rings at the next opening. The custom of a clock does not hold it back: a person has asked, at that hour.
 * @param stage of the request
 * @returns when it rings, after `instant`; undefined when it rings at once, or never does (a queue)
 */
export function heldRing(
  { sla, to }: { sla: SlaPolicy | undefined; to: { dispatch: string } },
  instant: number,
): number | undefined {
  if (sla?.ring === undefined || to.dispatch === 'queue') return undefined;
  const rings = ringTime(sla, instant);
  return rings > instant ? rings : undefined;
}

/** What `ringTime` needs of a policy. */
export type RingPolicy = ClockPolicy & Pick<SlaPolicy, 'ring'>;

function customOf({ clock, opening = [], holidays, ring }: RingPolicy): RingWindow {
  if (ring !== undefined) return ring;
  if (clock === 'calendar') return 'always';
  return { opening: clock === 'opening-hours' ? opening : DAYTIME, holidays };
}

/**
 * Everything that is due for one target of a request, in the order of time; nothing when the policy has no such target.
 *
 * Shares and spans are counted on the policy's clock from `from`. `{ after }` of an escalation is counted on the same clock
 * from the moment when the step before it really rings (the target when there is none): otherwise two steps that fall in
 * one night would ring together in the morning, and the second would be no escalation. Reminders that would ring at the
 * same moment for the same reason are one: the last of them stays.
 * @param from instant at which the target's clock starts
 * @param pauses stretches during which the clock stood still; the caller gives those that the policy's `pause` allows
 */
export function dueSteps(policy: SlaPolicy, target: 'take' | 'answer', from: number, pauses: Stretch[]): DueStep[] {
  const wanted = policy[target];
  if (wanted === undefined) return [];
  const { within, remind, escalate } = wanted;
  const after = (span: Span): number => addSpan(policy, from, span, pauses);
  const shareAt = (share: number): number => after(Math.round(within * share));
  const remindAt = (moment: ReminderMoment): number => {
    if ('share' in moment) return shareAt(moment.share);
    return after('after' in moment ? moment.after : Math.max(0, within - moment.before));
  };
  const end = shareAt(1);
  const reminders = remind
    .map<DueStep>((moment, n) => ({
      step: `${target}:remind:${n}`,
      at: ringTime(policy, remindAt(moment)),
      what: 'remind',
    }))
    .sort(byTime);
  const steps = reminders.filter((reminder, n) => !reminders.slice(n + 1).some((later) => later.at === reminder.at));
  steps.push({ step: `${target}:target`, at: end, what: 'target' });
  let rung = end;
  for (const [n, { at, to, ring }] of escalate.entries()) {
    rung = ringTime(policy, 'share' in at ? shareAt(at.share) : addSpan(policy, rung, at.after, pauses), ring);
    steps.push({ step: `${target}:escalate:${n}`, at: rung, what: 'escalate', to });
  }
  return steps.sort(byTime);
}

/** Infinity − Infinity is NaN, hence no subtraction. */
function byTime(a: DueStep, b: DueStep): number {
  return a.at === b.at ? 0 : a.at < b.at ? -1 : 1;
}
