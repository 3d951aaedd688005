/**
 * `POST /v1/documents`: one document, as multipart/form-data, or as a FHIR DocumentReference (then answered as /v1/fhir
 * answers). 202 once it is on disk; 400 when the form is not as described, 422 when a human must look: both are kept.
 */
import type { NewEnvelope } from '../care/relay/envelope.ts';
import type { Source } from './admit.ts';
import { LONGEST_KEY } from './hl7v2-door.ts';
import type { Reading } from '../care/stay/intent.ts';
import type { EventReceipt } from './events-door.ts';
import { digestOf } from './verify.ts';

export const DOCUMENTS_DOOR = {
  format: 'documents',
  path: '/v1/documents',
  mediaTypes: ['multipart/form-data', 'application/fhir+json'],
} as const;

/** @param read the guarded reader of posted documents. @returns what to store and, once stored, to answer */
export async function judgeDocument(
  source: Source,
  body: Uint8Array,
  given: { receivedAt: number; read: (bytes: Uint8Array) => Reading },
): Promise<{ envelope: NewEnvelope; receipt: EventReceipt; malformed: boolean }> {
  const reading = given.read(body);
  const digest = await digestOf(body);
  const wrong = reading.readable && !source.facilities.includes(reading.facility);
  const receipt: EventReceipt = !reading.readable
    ? { accepted: false, reason: reading.reason, detail: `${reading.place ?? ''}: ${reading.detail}.` }
    : wrong
      ? { accepted: false, reason: 'wrong-facility', detail: 'facility: not declared for this source.' }
      : { accepted: true, warnings: reading.warnings };
  const { key } = reading;
  const usable = reading.readable && key !== undefined && key !== '' && key.length <= LONGEST_KEY;
  const settled = reading.readable
    ? ({ outcome: 'quarantined', reason: 'wrong-facility' } as const)
    : { outcome: reading.verdict, reason: reading.reason };
  const envelope: NewEnvelope = {
    lane: `in:${source.id}`,
    source: source.id,
    key: usable ? key : `digest:${digest}`,
    digest,
    format: 'document',
    body,
    receivedAt: given.receivedAt,
    onKeyReuse: 'refuse',
    acknowledgement: JSON.stringify(receipt),
    ...(receipt.accepted ? {} : { settled: { state: 'quarantined' as const, ...settled, detail: receipt.detail } }),
  };
  return { envelope, receipt, malformed: !reading.readable && reading.verdict === 'rejected' };
}
