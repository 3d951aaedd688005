/** The clock of one request as timers: which deadlines stand, and which one is said when several are due together. */
import type { People } from '../people/person.ts';
import type { Timer, TimerChange } from '../relay/timer.ts';
import { isOwed, type Request, stageOf } from './request.ts';
import { dueSteps, heldRing } from './sla.ts';

/** `take` until somebody has it, `answer` until it is answered; nothing while the clock stands still or is over. */
export function runningTarget(request: Request): 'take' | 'answer' | undefined {
  if (request.waits !== undefined) return undefined;
  if (request.status === 'asked') return 'take';
  if (request.status === 'info-requested') return pauses(request) ? undefined : 'answer';
  return request.status === 'taken' ? 'answer' : undefined;
}

export type DueStep = ReturnType<typeof dueSteps>[number];

/** The first ring, when it was asked outside the hours of the pathway: a deadline beside those of its policy. */
const HELD_RING = 'take:ring';

/** What a timer of the running target means now; undefined when it means nothing any more. */
export function dueOf(request: Request, target: 'take' | 'answer', step: string, at: number): DueStep | undefined {
  if (step === HELD_RING) return target === 'take' ? { step, at, what: 'remind' } : undefined;
  return stepsOf(request, target).find((s) => s.step === step);
}

/** Of the stage that is running; empty for a stage without a clock. */
export function stepsOf(request: Request, target: 'take' | 'answer'): DueStep[] {
  const { sla } = stageOf(request);
  if (!sla) return [];
  const stood =
    target === 'answer' && pauses(request)
      ? request.pauses.flatMap((p) => (p.to === undefined ? [] : [{ from: p.from, to: p.to }]))
      : [];
  return dueSteps(sla, target, request.clocks[target], stood);
}

function pauses(request: Request): boolean {
  return stageOf(request).sla?.pause.includes('info-requested') === true;
}

/** Instant of the target itself, for the texts. */
export function dueAt(request: Request): { target: 'take' | 'answer'; at: number } | undefined {
  const target = runningTarget(request);
  const step = target && stepsOf(request, target).find((s) => s.what === 'target');
  return target && step ? { target, at: step.at } : undefined;
}

/**
 * The timers after a change of status: everything of this request falls silent, then what still lies ahead is armed.
 * @param now civil time; steps already past at a change of status are not said again, but for the last escalation
 */
export function rearm(people: People, request: Request, now: number): TimerChange[] {
  const target = runningTarget(request);
  const steps = target ? stepsOf(request, target).filter((s) => s.what !== 'target') : [];
  const ahead = steps.filter((s) => s.at > now);
  // Given back, or taken, when everything is past: the clock must not stop for want of a step (invariant 7).
  const last = ahead.length === 0 ? steps.findLast((s) => s.what === 'escalate') : undefined;
  const latest = request.history.at(-1)?.step;
  const isBack = latest === 'given-back' || latest === 'released';
  if (last?.to && (isBack || !request.escalatedTo.includes(last.to))) ahead.push({ ...last, at: now });
  const held = target === 'take' ? heldRing(stageOf(request), now) : undefined;
  // A reminder of that moment rings the same people.
  if (held !== undefined && !ahead.some((s) => s.what === 'remind' && s.at === held))
    ahead.push({ step: HELD_RING, at: held, what: 'remind' });
  const ref = request.code;
  const set = (kind: 'request-sla' | 'request-life', step: string, due: number): TimerChange => ({
    do: 'set',
    kind,
    ref,
    step,
    dueAt: due,
  });
  return [
    { do: 'cancel-all', kind: 'request-sla', ref },
    { do: 'cancel-all', kind: 'request-life', ref },
    ...ahead.map((s) => set('request-sla', s.step, s.at)),
    ...lifeOf(people, request).map((s) => set('request-life', s.step, s.at)),
  ];
}

export type LifeStep = 'start' | 'release' | 'expire' | 'close';

/** What happens to it by itself. */
function lifeOf(people: People, request: Request): { step: LifeStep; at: number }[] {
  const { waits, status, clocks, answeredAt, pathway } = request;
  if (waits !== undefined) return status === 'asked' ? [{ step: 'start', at: waits }] : [];
  const { expires } = stageOf(request);
  if (status === 'asked') return expires === undefined ? [] : [{ step: 'expire', at: clocks.take + expires }];
  if (status === 'answered') return [{ step: 'close', at: (answeredAt ?? clocks.take) + pathway.closes }];
  const until = isOwed(request) ? dutyEnd(people, request) : undefined;
  return until === undefined ? [] : [{ step: 'release', at: until }];
}

/** When the duty ends under which it was taken; undefined for who took it without being on duty. */
export function dutyEnd(people: People, request: Request): number | undefined {
  const { to } = stageOf(request);
  const { taker, takenAt } = request;
  if (to.dispatch !== 'on-duty-then-all' || taker === undefined || takenAt === undefined) return undefined;
  return people.dutyUntil(to.group, taker, takenAt);
}

/** After an outage, missed reminders of one request are merged: only the last due one speaks (DESIGN §1, invariant 7). */
export function overtaken(timer: Timer, pending: Timer[], now: number): boolean {
  return pending.some((other) => other.step !== timer.step && other.dueAt <= now && other.dueAt > timer.dueAt);
}
