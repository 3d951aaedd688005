/**
 * The edge entry (Cloudflare Workers). What it does today: `/health/live`, `/openapi.json`, and an honest 501 for
 * messages. The inbox of ciphertext (JWE sealed by the sender, pulled and erased by the bridge; DESIGN §7) is not here
 * yet, and clear health data must never be taken outside certified hosting, so nothing is read of a posted body.
 */
import type { Hono } from 'hono';
import type * as z from 'zod';
import { baseApp } from './base-app.ts';
import { DOCUMENTS_DOOR } from './documents-door.ts';
import { EVENTS_DOOR } from './events-door.ts';
import { FHIR_DOOR } from './fhir-door.ts';
import { eventSchema } from './formats/events.ts';
import { HL7V2_DOOR } from './hl7v2-door.ts';
import type { Log } from '../care/relay/log.ts';
import { SLOTS_DOOR } from './slots-door.ts';
import { openApi } from './openapi.ts';
import { sayProblem } from './problem.ts';
import type { DoorEnv } from './problem.ts';

/** @param eventSchema the schema that the bridge behind this door reads events with */
export function createEdgeApp(deps: { ids: { next: () => string }; log: Log; eventSchema: z.ZodType }): Hono<DoorEnv> {
  const app = baseApp(deps.ids, deps.log);
  const description = openApi(deps.eventSchema);
  app.get('/openapi.json', (c) => c.json(description));
  for (const path of [HL7V2_DOOR.path, EVENTS_DOOR.path, FHIR_DOOR.path, DOCUMENTS_DOOR.path, SLOTS_DOOR.path]) {
    app.post(path, (c) =>
      sayProblem(c, {
        status: 501,
        slug: 'no-inbox-here',
        title: 'No inbox here yet',
        detail:
          'This edge address does not take messages yet. Send them to the bridge of your institution, over HTTPS or MLLP.',
      }),
    );
  }
  return app;
}

// Workers run one request in many isolates: a random id is the only one that cannot meet itself again.
const app = createEdgeApp({
  ids: { next: () => crypto.randomUUID() },
  log: (level, message, fields) => console.log(JSON.stringify({ level, message, ...fields })),
  eventSchema,
});

export const worker = { fetch: app.fetch };
// workerd only looks for the handler under `default`: the one file where the house's rule of named exports gives way
export { worker as default };
