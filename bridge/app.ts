/**
 * The hospital's HTTP door. Verify, read and store are three functions (admit.ts, *-door.ts, the inbox port); this file
 * only joins them. Nothing reachable from here touches `node:`: the same app opens on Node (node.ts).
 */
import type { Context, Hono } from 'hono';
import type * as z from 'zod';
import type { Clocks, Ids } from '../care/relay/clock.ts';
import type { Reading } from '../care/stay/intent.ts';
import { HARD_CAP, admit } from './admit.ts';
import type { Door, Source, Sources } from './admit.ts';
import type { Accepted, NewEnvelope } from '../care/relay/envelope.ts';
import { faultFields } from '../care/relay/fault.ts';
import { baseApp } from './base-app.ts';
import { EVENTS_DOOR, answerFor, judgeEvent } from './events-door.ts';
import type { EventReceipt, ReadEvent } from './events-door.ts';
import { HL7V2_DOOR } from './hl7v2-door.ts';
import type { Acknowledge } from './hl7v2-door.ts';
import { takeMessages } from './hl7v2-intake.ts';
import { openApi } from './openapi.ts';
import { isProblem, sayProblem } from './problem.ts';
import type { DoorEnv, Problem } from './problem.ts';
import { notStored, store, type StoringDeps, unavailable } from './storing.ts';
import { DOCUMENTS_DOOR } from './documents-door.ts';
import { FHIR_DOOR, sayOutcome } from './fhir-door.ts';
import { SLOTS_DOOR, takeSlots } from './slots-door.ts';
import { sayForDocument, takeDocument, takeFhir } from './taking.ts';

/** Is Relais able to take and decide messages? One line per part (`store`, `drain`), counts and words only. */
export type Health = { ready: boolean; parts: Record<string, string> };

export type AppDeps = StoringDeps & {
  sources: Sources;
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
  /** Bytes taken before the signature is known to hold; HARD_CAP when absent. */
  hardCap?: number;
};

type Handler = (c: Context<DoorEnv>) => Promise<Response>;

async function takeHl7v2(
  c: Context<DoorEnv>,
  deps: AppDeps,
  source: Source,
  body: Uint8Array,
): Promise<Response | Problem> {
  let refused: unknown;
  const accept = async ([envelope]: NewEnvelope[]): Promise<Accepted[]> => {
    try {
      return envelope === undefined ? [] : [await deps.accept(envelope)];
    } catch (fault) {
      refused = fault;
      throw fault;
    }
  };
  const [taken] = (await takeMessages({ ...deps, accept }, source, [body], c.get('requestId'))) ?? [];
  if (taken === undefined) return notStored(refused);
  // One answer per request: the application acknowledgement when it is asked for, which says more than the commit's.
  const answer = taken.answers.at(-1);
  if (answer === undefined) return c.body(null, 204);
  return c.body(answer, 200, {
    'content-type': 'application/hl7-v2',
    ...(taken.reused
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

function doorHandler(deps: AppDeps, door: Door, take: typeof takeHl7v2, say: typeof sayProblem): Handler {
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
    return say(c, answer);
  };
}

/**
 * The app: `POST /v1/hl7v2`, `/v1/events`, `/v1/fhir`, `/v1/documents`, `/v1/slots`, `GET /openapi.json`, `/health/live`, `/health/ready`, `/metrics`.
 * Ask it with `app.request(…)` in tests, open it with `serveHttp` (node.ts).
 */
export function createApp(deps: AppDeps): Hono<DoorEnv> {
  const app = baseApp(deps.ids, deps.log);
  const doors: [Door, typeof takeHl7v2, typeof sayProblem][] = [
    [HL7V2_DOOR, takeHl7v2, sayProblem],
    [EVENTS_DOOR, takeEvent, sayProblem],
    [FHIR_DOOR, takeFhir, sayOutcome],
    [DOCUMENTS_DOOR, takeDocument, sayForDocument],
    [SLOTS_DOOR, takeSlots, sayOutcome],
  ];
  for (const [door, take, say] of doors) {
    app.post(door.path, doorHandler(deps, door, take, say));
    app.all(door.path, (c) =>
      say(c, {
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
