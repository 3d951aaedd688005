/** A request that has moved: its new state, and what is to be told of it. */
import type { Person } from '../people/person.ts';
import type { RequestStep } from './news.ts';
import type { Request } from './request.ts';

/** One thing to tell, with the request as it stood then. */
export type Told = {
  step: RequestStep;
  on: Request;
  text?: string | undefined;
  other?: string | undefined;
  nextAt?: number;
};

/** @param done a stage has just been answered: what its outcome opens is to be opened */
export type Moved = { request: Request; told: Told[]; done?: { stage: string; outcome: string | undefined } };

/** What a move needs to know besides the request. */
export type Around = {
  /** Civil time, epoch ms UTC. */
  now: number;
  nameOf: (id: string) => string;
  /** People whose name is meant by these words. */
  called: (name: string) => Person[];
  /** Its members of today. */
  group: (name: string) => Person[];
};

export function told(
  request: Request,
  by: Person,
  { now }: Around,
  what: RequestStep,
  text: string | undefined,
  change: Partial<Request>,
): Moved {
  const next = logged({ ...request, ...change }, now, by.id, what, text);
  return { request: next, told: [{ step: what, on: next, text }] };
}

/** Written in the history; the clock's open pause ends unless a precision is still awaited. */
export function logged(request: Request, now: number, by: string, what: RequestStep, text?: string): Request {
  const waits = request.status === 'info-requested';
  const pauses = waits ? request.pauses : request.pauses.map((p) => ({ from: p.from, to: p.to ?? now }));
  return { ...request, pauses, history: [...request.history, { at: now, by, step: what, text }] };
}
