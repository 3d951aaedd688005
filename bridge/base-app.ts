/**
 * What every HTTP door of Relais has, on Node and at the edge: a request id, problems instead of bare errors, and
 * `/health/live`.
 */
import { Hono } from 'hono';
import { faultFields } from '../care/relay/fault.ts';
import type { Ids } from '../care/relay/clock.ts';
import type { Log } from '../care/relay/log.ts';
import { sayProblem } from './problem.ts';
import type { DoorEnv } from './problem.ts';

/** @param ids gives the request id, so that a rehearsal is reproducible */
export function baseApp(ids: Pick<Ids, 'next'>, log: Log): Hono<DoorEnv> {
  const app = new Hono<DoorEnv>();
  app.use(async (c, next) => {
    const id = ids.next();
    c.set('requestId', id);
    await next();
    c.header('x-request-id', id);
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
  });
  app.notFound((c) =>
    sayProblem(c, {
      status: 404,
      slug: 'not-found',
      title: 'No such address',
      detail: 'Messages go to POST /v1/hl7v2, /v1/events, /v1/fhir or /v1/documents; GET /openapi.json describes them.',
    }),
  );
  app.onError((fault, c) => {
    log('error', 'bug at the HTTP door', { request: c.get('requestId'), path: c.req.path, ...faultFields(fault) });
    return sayProblem(c, {
      status: 500,
      slug: 'bug',
      title: 'Relais met a bug',
      detail:
        'Nothing was acknowledged: keep the message and send it again later. Quote the request id to the operator.',
      headers: { 'retry-after': '60' },
    });
  });
  app.get('/health/live', (c) => c.json({ live: true }));
  return app;
}
