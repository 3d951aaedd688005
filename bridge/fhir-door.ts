/**
 * `POST /v1/fhir`: one FHIR R4 resource or Bundle in JSON. 202 once it is on disk, 200 for the very same again, both with an
 * OperationOutcome; what is authentic and cannot be used is kept in quarantine and answered 4xx with the place and the cure.
 * Bundles of type transaction are answered the same way: nothing is stored as a resource, so there is nothing to return.
 */
import type { Context } from 'hono';
import type { NewEnvelope } from '../care/relay/envelope.ts';
import type { Reading } from '../care/stay/intent.ts';
import type { Source } from './admit.ts';
import { readFhir } from './formats/fhir/fhir.ts';
import { operationOutcome, problemOutcome, type Issue } from './formats/fhir/outcome.ts';
import { LONGEST_KEY } from './hl7v2-door.ts';
import type { DoorEnv, Problem } from './problem.ts';
import { digestOf } from './verify.ts';

export const FHIR_DOOR = {
  format: 'fhir',
  path: '/v1/fhir',
  mediaTypes: ['application/fhir+json', 'application/json', 'application/json+fhir'],
} as const;

/** The stored acknowledgement: what the same bytes are answered again. */
export type FhirReceipt =
  | { accepted: true; warnings: string[] }
  | { accepted: false; status: 400 | 422; slug: string; detail: string; expression: string | undefined };

export type FhirVerdict = { envelope: NewEnvelope; receipt: FhirReceipt };

/**
 * Reads one authentic body and says what to store and what to answer after the commit; stores nothing itself.
 * @param receivedAt civil time, epoch ms UTC
 * @param read readFhir, or a guarded one
 */
export async function judgeFhir(
  source: Source,
  body: Uint8Array,
  given: { receivedAt: number; read: (bytes: Uint8Array) => Reading },
): Promise<FhirVerdict> {
  const reading = given.read(body);
  const digest = await digestOf(body);
  const receipt = receiptFor(source, reading);
  const { key } = reading;
  const unusable = reading.readable ? undefined : reading;
  const envelope: NewEnvelope = {
    lane: `in:${source.id}`,
    source: source.id,
    // An unreadable record must not use up the key of the mended one.
    key: key === undefined || key === '' || key.length > LONGEST_KEY || unusable ? `digest:${digest}` : key,
    digest,
    format: 'fhir',
    body,
    receivedAt: given.receivedAt,
    onKeyReuse: 'refuse',
    acknowledgement: JSON.stringify(receipt),
    ...(receipt.accepted
      ? {}
      : {
          settled: {
            state: 'quarantined' as const,
            outcome: unusable?.verdict ?? ('quarantined' as const),
            reason: unusable?.reason ?? ('wrong-facility' as const),
            detail: [receipt.expression, receipt.detail].filter((one) => one !== undefined).join(': '),
          },
        }),
  };
  return { envelope, receipt };
}

/** The reader that a source's messages are given to. */
export function fhirReader(source: Pick<Source, 'facilities'>, receivedAt: number): (bytes: Uint8Array) => Reading {
  return (bytes) => readFhir(bytes, { receivedAt, facilities: source.facilities });
}

function receiptFor(source: Source, reading: Reading): FhirReceipt {
  if (!reading.readable) {
    const status = reading.reason === 'unreadable' && reading.verdict === 'rejected' ? 400 : 422;
    return { accepted: false, status, slug: reading.reason, detail: reading.detail, expression: reading.place };
  }
  if (source.facilities.includes(reading.facility)) return { accepted: true, warnings: reading.warnings };
  return {
    accepted: false,
    status: 422,
    slug: 'wrong-facility',
    detail:
      'the facility is not declared for this source: name a declared one (identifier of serviceProvider), or ask the operator to declare it',
    expression: 'Encounter.serviceProvider',
  };
}

/** What to answer for a receipt: the same for a first message and for its retransmission, but for the status 200. */
export function answerFhir(
  receipt: FhirReceipt,
  id: string,
  duplicate: boolean,
): { status: 200 | 202; body: object } | Problem {
  if (receipt.accepted) {
    const said: Issue = {
      severity: 'information',
      code: 'informational',
      diagnostics: duplicate ? `Known already, as ${id}.` : `Stored as ${id}; it will be decided in its turn.`,
    };
    const warnings = receipt.warnings.map((diagnostics): Issue => ({
      severity: 'warning',
      code: 'informational',
      diagnostics,
    }));
    return { status: duplicate ? 200 : 202, body: operationOutcome([said, ...warnings]) };
  }
  const { status, slug, detail, expression } = receipt;
  return {
    status,
    slug,
    title: 'Kept in quarantine',
    detail: 'A human at the hospital’s desk sees it; mend it and send it again.',
    errors: [{ pointer: expression ?? 'Resource', detail: `${detail}.` }],
    stored: id,
  };
}

/** Writes a problem as an OperationOutcome. */
export function sayOutcome(c: Context<DoorEnv>, problem: Problem): Response {
  return c.body(JSON.stringify(problemOutcome(problem)), problem.status, {
    ...FHIR_JSON,
    ...problem.headers,
  });
}

export const FHIR_JSON = { 'content-type': 'application/fhir+json; charset=utf-8' };
