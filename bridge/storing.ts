/** The one place where a door's envelope becomes durable: nothing is acknowledged before it. */
import type { Context } from 'hono';
import { faultFields } from '../care/relay/fault.ts';
import type { Accepted, NewEnvelope } from '../care/relay/envelope.ts';
import type { Log } from '../care/relay/log.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';
import type { DoorEnv, Problem } from './problem.ts';

export type StoringDeps = {
  /** The inbox port. Resolves only after the commit; rejects when storage fails, and nothing is then acknowledged. */
  accept: (envelope: NewEnvelope) => Promise<Accepted>;
  log: Log;
};

/** Storage did not answer: nothing is acknowledged, the sender keeps its message. */
export function unavailable(detail: string): Problem {
  return { status: 503, slug: 'unavailable', title: 'Storage unavailable', detail, headers: { 'retry-after': '5' } };
}

/** @param fault what storing threw: a StoreFailure names no patient, and its reason helps whoever sends again */
export function notStored(fault: unknown): Problem {
  const why = fault instanceof StoreFailure ? ` (${fault.message})` : '';
  return unavailable(`The message was not stored${why} and is not acknowledged: send it again after the delay.`);
}

export async function store(
  c: Context<DoorEnv>,
  deps: StoringDeps,
  envelope: NewEnvelope,
): Promise<Exclude<Accepted, { state: 'reused' }> | Problem> {
  let accepted: Accepted;
  try {
    accepted = await deps.accept(envelope);
  } catch (fault) {
    const fields = { request: c.get('requestId'), source: envelope.source, ...faultFields(fault) };
    deps.log('error', 'inbox did not accept', fields);
    return notStored(fault);
  }
  if (accepted.state !== 'reused') return accepted;
  return {
    status: 422,
    slug: 'key-reused',
    title: 'Key already used with another body',
    detail: 'A key names one event for ever. For a new event use a new key; for a retry send the very same bytes.',
  };
}
