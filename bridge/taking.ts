/** One authentic body at the FHIR door: judged, stored, answered. */
import type { Context } from 'hono';
import type { Clocks } from '../care/relay/clock.ts';
import { faultFields } from '../care/relay/fault.ts';
import type { Reading } from '../care/stay/intent.ts';
import type { Source } from './admit.ts';
import { answerFhir, FHIR_JSON, fhirReader, type FhirReceipt, judgeFhir } from './fhir-door.ts';
import { type DoorEnv, isProblem, type Problem } from './problem.ts';
import { store, type StoringDeps } from './storing.ts';

type TakingDeps = StoringDeps & { clocks: Pick<Clocks, 'civil'> };

export async function takeFhir(
  c: Context<DoorEnv>,
  deps: TakingDeps,
  source: Source,
  body: Uint8Array,
): Promise<Response | Problem> {
  const receivedAt = deps.clocks.civil();
  const read = guarded(c, deps, fhirReader(source, receivedAt));
  const { envelope, receipt } = await judgeFhir(source, body, { receivedAt, read });
  const accepted = await store(c, deps, envelope);
  if (isProblem(accepted)) return accepted;
  deps.log('info', 'fhir message stored', {
    request: c.get('requestId'),
    source: source.id,
    envelope: accepted.id,
    state: accepted.state,
    reason: envelope.settled?.reason ?? '',
  });
  const kept = accepted.state === 'duplicate' ? accepted.acknowledgement : undefined;
  const said = kept === undefined ? receipt : (JSON.parse(kept) as FhirReceipt);
  const answer = answerFhir(said, accepted.id, accepted.state === 'duplicate');
  return isProblem(answer) ? answer : c.body(JSON.stringify(answer.body), answer.status, FHIR_JSON);
}

/** A reader never throws for what was sent; if it has a bug, the message is kept and shown, never lost. */
export function guarded(
  c: Context<DoorEnv>,
  deps: Pick<StoringDeps, 'log'>,
  read: (bytes: Uint8Array) => Reading,
): (bytes: Uint8Array) => Reading {
  return (bytes) => {
    try {
      return read(bytes);
    } catch (fault) {
      const request = c.get('requestId');
      deps.log('error', 'bug in a reader', { request, ...faultFields(fault) });
      return {
        readable: false,
        verdict: 'quarantined',
        reason: 'unreadable',
        place: undefined,
        detail: `the reader failed on it; kept for a human, quote request ${request}`,
        key: undefined,
        warnings: [],
      };
    }
  };
}
