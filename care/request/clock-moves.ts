/** What the clock, or an event of the stay, does to a request without anybody asking. Pure. */
import type { RequestStep } from './news.ts';
import { logged, type Moved } from './moved.ts';
import { freed, type Request } from './request.ts';

/** The stage's day has come: its group is asked. */
export function started(request: Request): Moved {
  const next = { ...request, waits: undefined };
  return { request: next, told: [{ step: 'asked', on: next }] };
}

/** The taker's duty is over without an answer, or the taker is no longer known: back to the group, the clock goes on. */
export function released(request: Request, now: number): Moved {
  const next = { ...request, ...freed() };
  // Told with the one who had it, who is in the state before.
  return ended(next, now, 'released', request.taker);
}

/** Nobody has taken it in time. */
export function expired(request: Request, now: number): Moved {
  return ended({ ...request, status: 'expired' }, now, 'expired');
}

/** Some days after the answer. */
export function closedByItself(request: Request, now: number): Moved {
  return ended({ ...request, status: 'closed' }, now, 'closed');
}

/** Nothing is to be done any more: the patient has died, or what opened it did not take place. */
export function silenced(request: Request, now: number): Moved {
  return ended({ ...request, status: 'cancelled' }, now, 'silenced');
}

function ended(request: Request, now: number, step: RequestStep, other?: string): Moved {
  const next = logged(request, now, 'clock', step);
  return { request: next, told: [{ step, on: next, other }] };
}
