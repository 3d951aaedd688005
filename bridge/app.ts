/**
 * The hospital's HTTP door. Verify, read and store are three functions (admit.ts, *-door.ts, the inbox port); this file
 * only joins them. Nothing reachable from here touches `node:`: the same app opens on Node (node.ts).
 */
import type { Context, Hono } from 'hono';
import type * as z from 'zod';
import type { Clocks, Ids } from '../care/relay/clock.ts';
import type { Accepted, NewEnvelope } from '../care/relay/envelope.ts';
import type { Reading } from '../care/stay/intent.ts';
import { HARD_CAP, admit } from './admit.ts';
import type { Door, Source, Sources } from './admit.ts';
import { faultFields } from '../care/relay/fault.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';
import { baseApp } from './base-app.ts';
import { EVENTS_DOOR, answerFor, judgeEvent } from './events-door.ts';
import type { EventReceipt, ReadEvent } from './events-door.ts';
import { HL7V2_DOOR, judgeHl7v2 } from './hl7v2-door.ts';
import type { Acknowledge, Hl7v2Verdict } from './hl7v2-door.ts';
import type { Log } from '../care/relay/log.ts';
import { openApi } from './openapi.ts';
import { isProblem, sayProblem } from './problem.ts';
import type { DoorEnv, Problem } from './problem.ts';

/** Is Relais able to take and decide messages? One line per part (`store`, `drain`), counts and words only. */
export type Health = { ready: boolean; parts: Record<string, string> };

export type AppDeps = {
  sources: Sources;
  /** The inbox port. Resolves only after the commit; rejects when storage fails, and nothing is then acknowledged. */
  accept: (envelope: NewEnvelope) => Promise<Accepted>;
  clocks: Pick<Clocks, 'civil' | 'machine'>;
  ids: Pick<Ids, 'next'>;
  readHl7v2: (bytes: Uint8Array) => Reading;
  readEvent: ReadEvent;
  acknowledge: Acknowledge;
  /** The schema of an event, for `/openapi.json`. */
  eventSchema: z.ZodType;
  health: () => Promise<Health>;
  /** Prometheus text: counts only, never a patient field. */
  metrics: () => Promise<string>;
  log: Log;
  /** Bytes taken before the signature is known to hold; HARD_CAP when absent. */
  hardCap?: number;
};

type Handler = (c: Context<DoorEnv>) => Promise<Response>;

/** Storage did not answer: nothing is acknowledged, the sender keeps its message. */
function unavailable(detail: string): Problem {
  return { status: 503, slug: 'unavailable', title: 'Storage unavailable', detail, headers: { 'retry-after': '5' } };
}

async function store(
  c: Context<DoorEnv>,
  deps: AppDeps,
  envelope: NewEnvelope,
): Promise<Exclude<Accepted, { state: 'reused' }> | Problem> {
  let accepted: Accepted;
  try {
    accepted = await deps.accept(envelope);
  } catch (fault) {
    const fields = { request: c.get('requestId'), source: envelope.source, ...faultFields(fault) };
    deps.log('error', 'inbox did not accept', fields);
    const why = fault instanceof StoreFailure ? ` (${fault.message})` : '';
    return unavailable(`The message was not stored${why} and is not acknowledged: send it again after the delay.`);
  }
  if (accepted.state !== 'reused') return accepted;
  return {
    status: 422,
    slug: 'key-reused',
    title: 'Key already used with another body',
    detail: 'A key names one event for ever. For a new event use a new key; for a retry send the very same bytes.',
  };
}

/** The reader of HL7 never throws for what was sent; if it has a bug, the message is kept and shown, never lost. */
function guardedReading(c: Context<DoorEnv>, deps: AppDeps, body: Uint8Array): Reading {
  try {
    return deps.readHl7v2(body);
  } catch (fault) {
    const request = c.get('requestId');
    deps.log('error', 'bug in the HL7 reader', { request, ...faultFields(fault) });
    const detail = `the reader failed on it; kept for a human, quote request ${request}`;
    return {
      readable: false,
      verdict: 'quarantined',
      reason: 'unreadable',
      place: undefined,
      detail,
      key: undefined,
      warnings: [],
    };
  }
}

async function takeHl7v2(
  c: Context<DoorEnv>,
  deps: AppDeps,
  source: Source,
  body: Uint8Array,
): Promise<Response | Problem> {
  const verdict: Hl7v2Verdict = await judgeHl7v2(source, body, {
    receivedAt: deps.clocks.civil(),
    ackId: deps.ids.next(),
    read: () => guardedReading(c, deps, body),
    acknowledge: deps.acknowledge,
  });
  const accepted = await store(c, deps, verdict.envelope);
  if (isProblem(accepted)) return accepted;
  const reused = accepted.state === 'fresh' && accepted.warning === 'key-reused';
  deps.log('info', 'hl7v2 message stored', {
    request: c.get('requestId'),
    source: source.id,
    envelope: accepted.id,
    state: reused ? 'key-reused' : accepted.state,
    code: verdict.code,
    reason: verdict.envelope.settled?.reason ?? '',
    warnings: verdict.warnings.join('; '),
  });
  const answer =
    accepted.state === 'duplicate' ? (accepted.acknowledgement ?? verdict.acknowledgement) : verdict.acknowledgement;
  return c.body(answer, 200, {
    'content-type': 'application/hl7-v2',
    ...(reused
      ? { 'x-relais-warning': 'key-reused: MSH-10 and MSH-7 were already used by another message; taken as a new one' }
      : {}),
  });
}

async function takeEvent(
  c: Context<DoorEnv>,
  deps: AppDeps,
  source: Source,
  body: Uint8Array,
): Promise<Response | Problem> {
  const verdict = await judgeEvent(source, body, { receivedAt: deps.clocks.civil(), read: deps.readEvent });
  const accepted = await store(c, deps, verdict.envelope);
  if (isProblem(accepted)) return accepted;
  const duplicate = accepted.state === 'duplicate';
  deps.log('info', 'event stored', {
    request: c.get('requestId'),
    source: source.id,
    envelope: accepted.id,
    state: accepted.state,
    reason: verdict.envelope.settled?.reason ?? '',
  });
  if (verdict.problem) return { ...verdict.problem, stored: accepted.id };
  const kept = accepted.state === 'duplicate' ? accepted.acknowledgement : undefined;
  const receipt = kept === undefined ? verdict.receipt : (JSON.parse(kept) as EventReceipt);
  const answer = answerFor(receipt, accepted.id, duplicate);
  return isProblem(answer) ? answer : c.json(answer.body, answer.status);
}

function doorHandler(deps: AppDeps, door: Door, take: typeof takeHl7v2): Handler {
  return async (c) => {
    const given = { sources: deps.sources, clocks: deps.clocks, hardCap: deps.hardCap ?? HARD_CAP };
    const admitted = await admit(c.req.raw, door, given);
    const answer = isProblem(admitted) ? admitted : await take(c, deps, admitted.source, admitted.body);
    if (answer instanceof Response) return answer;
    deps.log('warn', 'message refused at the door', {
      request: c.get('requestId'),
      door: door.path,
      status: answer.status,
      problem: answer.slug,
      source: isProblem(admitted) ? '' : admitted.source.id, // unauthenticated, the header could hold anything
    });
    return sayProblem(c, answer);
  };
}

/**
 * The app: `POST /v1/hl7v2`, `POST /v1/events`, `GET /openapi.json`, `/health/live`, `/health/ready`, `/metrics`.
 * Ask it with `app.request(…)` in tests, open it with `serveHttp` (node.ts).
 */
export function createApp(deps: AppDeps): Hono<DoorEnv> {
  const app = baseApp(deps.ids, deps.log);
  const doors: [Door, typeof takeHl7v2][] = [
    [HL7V2_DOOR, takeHl7v2],
    [EVENTS_DOOR, takeEvent],
  ];
  for (const [door, take] of doors) {
    app.post(door.path, doorHandler(deps, door, take));
    app.all(door.path, (c) =>
      sayProblem(c, {
        status: 405,
        slug: 'post-only',
        title: 'Only POST is taken here',
        detail: 'Send the message with POST; GET /openapi.json describes it.',
        headers: { allow: 'POST' },
      }),
    );
  }
  const description = openApi(deps.eventSchema);
  app.get('/openapi.json', (c) => c.json(description));
  const orUnavailable =
    (what: string, answer: Handler): Handler =>
    async (c) => {
      try {
        return await answer(c);
      } catch (fault) {
        deps.log('error', `${what} did not answer`, { request: c.get('requestId'), ...faultFields(fault) });
        return sayProblem(c, unavailable(`${what} could not be read: look at the log of Relais with the request id.`));
      }
    };
  app.get(
    '/health/ready',
    orUnavailable('health', async (c) => {
      const health = await deps.health();
      return c.json(health, health.ready ? 200 : 503);
    }),
  );
  app.get(
    '/metrics',
    orUnavailable('metrics', async (c) =>
      c.body(await deps.metrics(), 200, {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      }),
    ),
  );
  return app;
}
