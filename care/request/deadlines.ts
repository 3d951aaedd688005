/** The clock of one request as timers: which deadlines stand, and which one is said when several are due together. */
import type { Timer, TimerChange } from '../relay/timer.ts';
import type { Request } from './request.ts';
import { dueSteps } from './sla.ts';

/** `take` until somebody has it, `answer` until it is answered; nothing while the clock stands still or is over. */
export function runningTarget(request: Request): 'take' | 'answer' | undefined {
  if (request.status === 'asked') return 'take';
  return request.status === 'taken' ? 'answer' : undefined;
}

export type DueStep = ReturnType<typeof dueSteps>[number];

/** Both targets run from the moment of asking: the one who waits counts from there. */
export function stepsOf(request: Request, target: 'take' | 'answer'): DueStep[] {
  const pauses =
    target === 'answer' ? request.pauses.flatMap((p) => (p.to === undefined ? [] : [{ from: p.from, to: p.to }])) : [];
  return dueSteps(request.pathway.sla, target, request.askedAt, pauses);
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
export function rearm(request: Request, now: number): TimerChange[] {
  const target = runningTarget(request);
  const steps = target ? stepsOf(request, target).filter((s) => s.what !== 'target') : [];
  const ahead = steps.filter((s) => s.at > now);
  // Given back, or taken, when everything is past: the clock must not stop for want of a step (invariant 7).
  const last = ahead.length === 0 ? steps.findLast((s) => s.what === 'escalate') : undefined;
  const isBack = request.history.at(-1)?.step === 'given-back';
  if (last?.to && (isBack || !request.escalatedTo.includes(last.to))) ahead.push({ ...last, at: now });
  return [
    { do: 'cancel-all', kind: 'request-sla', ref: request.code },
    ...ahead.map((s): TimerChange => ({
      do: 'set',
      kind: 'request-sla',
      ref: request.code,
      step: s.step,
      dueAt: s.at,
    })),
  ];
}

/** After an outage, missed reminders of one request are merged: only the last due one speaks (DESIGN §1, invariant 7). */
export function overtaken(timer: Timer, pending: Timer[], now: number): boolean {
  return pending.some((other) => other.step !== timer.step && other.dueAt <= now && other.dueAt > timer.dueAt);
}
