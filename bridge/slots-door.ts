/**
 * `POST /v1/slots`: slots of a scheduling service, as it says them to the national platform (formats/sas.ts). 202 once they
 * are on disk, with an OperationOutcome that names each slot that was left out; what cannot be used is kept in quarantine.
 */
import type { Context } from 'hono';
import type { Clocks, Ids } from '../care/relay/clock.ts';
import type { Source } from './admit.ts';
import { FHIR_JSON } from './fhir-door.ts';
import { operationOutcome, type Issue } from './formats/fhir/outcome.ts';
import { readSas } from './formats/sas.ts';
import { type DoorEnv, isProblem, type Problem } from './problem.ts';
import { store, type StoringDeps } from './storing.ts';
import { digestOf } from './verify.ts';

export const SLOTS_DOOR = {
  format: 'sas',
  path: '/v1/slots',
  mediaTypes: ['application/fhir+json', 'application/json+fhir', 'application/json'],
} as const;

const MOST_WARNINGS = 50;

export async function takeSlots(
  c: Context<DoorEnv>,
  deps: StoringDeps & { clocks: Pick<Clocks, 'civil'>; ids: Pick<Ids, 'next'> },
  source: Source,
  body: Uint8Array,
): Promise<Response | Problem> {
  const receivedAt = deps.clocks.civil();
  const reading = readSas(body);
  const digest = await digestOf(body);
  const broken = 'unreadable' in reading ? reading : undefined;
  const accepted = await store(c, deps, {
    lane: `in:${source.id}`,
    source: source.id,
    // The same slots again are news: they may have gone in between. Applying them twice changes nothing.
    key: deps.ids.next(),
    digest,
    format: 'sas',
    body,
    receivedAt,
    onKeyReuse: 'accept-as-new',
    ...(broken && {
      settled: {
        state: 'quarantined',
        outcome: 'quarantined',
        reason: 'unreadable',
        detail: `${broken.place}: ${broken.unreadable}`,
      },
    }),
  });
  if (isProblem(accepted)) return accepted;
  if ('unreadable' in reading) {
    return {
      status: 422,
      slug: 'unreadable',
      title: 'Not slots',
      detail: 'It is kept in quarantine; mend it and send it again.',
      errors: [{ pointer: reading.place, detail: `${reading.unreadable}.` }],
      stored: accepted.id,
    };
  }
  const { slots, uids, warnings } = reading;
  deps.log('info', 'slots stored', {
    request: c.get('requestId'),
    source: source.id,
    envelope: accepted.id,
    free: slots.length,
    leftOut: warnings.length,
  });
  const said: Issue = {
    severity: 'information',
    code: 'informational',
    diagnostics: `Stored as ${accepted.id}: ${uids.length} slots, ${slots.length} of them free and understood.`,
  };
  const issues = warnings
    .slice(0, MOST_WARNINGS)
    .map((diagnostics): Issue => ({ severity: 'warning', code: 'value', diagnostics }));
  return c.body(JSON.stringify(operationOutcome([said, ...issues])), 202, FHIR_JSON);
}
