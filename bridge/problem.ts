/**
 * RFC 9457 problems: what the door answers when it does not take a message. English, for an interface team; each one
 * says what to do next, and none repeats a byte of what was sent (invariant 5).
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** One thing to mend: where (a JSON pointer, or an HL7 place) and how. */
type ProblemItem = { pointer: string; detail: string };

export type Problem = {
  status: ContentfulStatusCode;
  /** Last part of `urn:relais:problem:…`: stable, a sender may branch on it. */
  slug: string;
  title: string;
  /** What to do next. */
  detail: string;
  errors?: ProblemItem[];
  /** Envelope that was stored although the message is refused (quarantine). */
  stored?: string;
  headers?: Record<string, string>;
};

/** Every request carries an id that its answer, its log line and its problem repeat. */
export type DoorEnv = { Variables: { requestId: string } };

/** Writes a problem as `application/problem+json`; `instance` is the request id, to be quoted when asking for help. */
export function sayProblem(c: Context<DoorEnv>, problem: Problem): Response {
  const body = {
    type: `urn:relais:problem:${problem.slug}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    instance: `urn:relais:request:${c.get('requestId')}`,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    ...(problem.stored === undefined ? {} : { stored: problem.stored }),
  };
  return c.body(JSON.stringify(body), problem.status, {
    'content-type': 'application/problem+json',
    ...problem.headers,
  });
}

/** True for a value that is a problem rather than what was hoped for. */
export function isProblem(value: object): value is Problem {
  return 'slug' in value;
}
