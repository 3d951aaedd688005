/**
 * HL7 v2, over HTTP (`POST /v1/hl7v2`) or MLLP: an authentic message gets its HL7 acknowledgement, and only once it is on disk
 * (invariant 1). AA stored, to be decided · AE stored in quarantine, do not resend as it is · AR stored, not usable at
 * all (DESIGN §7, FACTS §1.10). One message per request: a body that holds several could only be half acknowledged, so
 * it is kept whole and refused with AR.
 */
import type { NewEnvelope } from '../care/relay/envelope.ts';
import type { Reading } from '../care/stay/intent.ts';
import type { Source } from './admit.ts';
import { acknowledgementCode, acknowledgementError } from './formats/hl7v2/ack.ts';
import type { AckError, acknowledgement } from './formats/hl7v2/ack.ts';
import { ackCodes, ackMode } from './formats/hl7v2/ack-mode.ts';
import { splitHl7v2 } from './formats/hl7v2/pam-fr.ts';
import { digestOf } from './verify.ts';

export const HL7V2_DOOR = {
  format: 'hl7v2',
  path: '/v1/hl7v2',
  mediaTypes: ['application/hl7-v2', 'x-application/hl7-v2+er7', 'text/plain'],
} as const;

/** The acknowledgement builder, as a port: `acknowledgement` of bridge/formats/hl7v2/ack.ts. */
export type Acknowledge = typeof acknowledgement;

/** What judging needs of a source. */
type Facing = Pick<Source, 'id' | 'facilities'>;

/** What is to be stored, and the acknowledgements to give once it is, in order (none when the sender wants none). */
export type Hl7v2Verdict = { envelope: NewEnvelope; code: Code; answers: string[]; warnings: string[] };

type Code = 'AA' | 'AE' | 'AR';

/** A key is indexed: a sender's 100 kB MSH-10 must not become a storage failure that is resent for ever. */
export const LONGEST_KEY = 256;

type Settled = NonNullable<NewEnvelope['settled']>;
type Judgement = { key: string | undefined; code: Code; warnings: string[]; settled?: Settled; error?: AckError };

function settledAs(outcome: Settled['outcome'], reason: Settled['reason'], detail: string): Settled {
  return { state: 'quarantined', outcome, reason, detail };
}

/** Which acknowledgement a reading deserves, and why; says nothing of what will be decided. */
function judge(source: Facing, body: Uint8Array, read: () => Reading): Judgement {
  const pieces = splitHl7v2(body).length;
  if (pieces > 1) {
    const text = `${pieces} pieces in one body: send one message per request, beginning with MSH`;
    const error: AckError = { place: 'MSH', code: '100', severity: 'E', text };
    return { key: undefined, code: 'AR', warnings: [], settled: settledAs('rejected', 'not-hl7', text), error };
  }
  const reading = read();
  const { key, warnings } = reading;
  const error = acknowledgementError(reading);
  if (!reading.readable) {
    const settled = settledAs(reading.verdict, reading.reason, reading.detail);
    return { key, code: acknowledgementCode(reading), warnings, settled, ...(error && { error }) };
  }
  if (!source.facilities.includes(reading.facility)) {
    const text = 'facility not declared for this source: mend MSH-4, or ask the operator to declare it';
    const unknown: AckError = { place: 'MSH-4', code: '103', severity: 'E', text };
    return { key, code: 'AE', warnings, settled: settledAs('quarantined', 'wrong-facility', text), error: unknown };
  }
  return { key, code: 'AA', warnings };
}

/**
 * Reads one authentic body and says what to store and what to answer after the commit; stores nothing itself.
 * @param receivedAt civil time, epoch ms UTC
 * @param ackId MSH-10 of the acknowledgement
 */
export async function judgeHl7v2(
  source: Facing,
  body: Uint8Array,
  given: { receivedAt: number; ackId: string; read: () => Reading; acknowledge: Acknowledge },
): Promise<Hl7v2Verdict> {
  const digest = await digestOf(body);
  const { key, code, warnings, settled, error } = judge(source, body, given.read);
  const answers = ackCodes(ackMode(body), code).map((one, n) =>
    given.acknowledge({
      received: body,
      code: one,
      id: n === 0 ? given.ackId : `${given.ackId}-${String(n + 1)}`,
      at: given.receivedAt,
      // CA before AE: that it is held is no error
      ...(error && one !== 'CA' && { error }),
    }),
  );
  const envelope: NewEnvelope = {
    lane: `in:${source.id}`,
    source: source.id,
    key: key === undefined || key.length > LONGEST_KEY ? `digest:${digest}` : key,
    digest,
    format: 'hl7v2',
    body,
    receivedAt: given.receivedAt,
    onKeyReuse: 'accept-as-new',
    acknowledgement: answers.join(''),
    ...(settled === undefined ? {} : { settled }),
  };
  return { envelope, code, answers, warnings };
}
