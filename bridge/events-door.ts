/**
 * `POST /v1/events`: one hospital event as JSON, for senders without HL7. 202 once it is on disk, 400 with every problem
 * and its cure when it is no JSON or the schema is not met: what is authentic is kept all the same, in quarantine.
 */
import type { NewEnvelope } from '../care/relay/envelope.ts';
import type { Reading } from '../care/stay/intent.ts';
import type { Source } from './admit.ts';
import type { EventProblem } from './formats/events.ts';
import { LONGEST_KEY } from './hl7v2-door.ts';
import type { Problem } from './problem.ts';
import { digestOf } from './verify.ts';

export const EVENTS_DOOR = { format: 'events', path: '/v1/events', mediaTypes: ['application/json'] } as const;

/** `readEvent` of bridge/formats/events.ts: a reading, or every problem at once. */
export type ReadEvent = (json: unknown) => Reading | { problems: EventProblem[] };

/** The stored acknowledgement of an event: what a retransmission is answered again. */
export type EventReceipt = { accepted: true; warnings: string[] } | { accepted: false; reason: string; detail: string };

/** `problem`: answered instead of the receipt, once the envelope is in quarantine. */
export type EventVerdict = { envelope: NewEnvelope; receipt: EventReceipt; problem?: Problem };

/**
 * The JSON of a body, or where it breaks. Only the position is kept of the parser's message: V8 quotes the text around
 * the fault, and that text is a patient's.
 */
function parseJson(body: Uint8Array): { json: unknown } | Problem {
  const malformed = (where: string): Problem => ({
    status: 400,
    slug: 'malformed-json',
    title: 'Body is not JSON',
    detail: `Send one JSON object (RFC 8259) in UTF-8. ${where} It is kept in quarantine; send it again, mended.`,
  });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return malformed('The bytes are not UTF-8.');
  }
  try {
    return { json: JSON.parse(text) as unknown };
  } catch (fault) {
    const position = fault instanceof Error ? /at position (\d+)/.exec(fault.message)?.[1] : undefined;
    return malformed(position === undefined ? 'It ends too early or is empty.' : `It breaks at character ${position}.`);
  }
}

function schemaProblem(problems: EventProblem[]): Problem {
  return {
    status: 400,
    slug: 'schema',
    title: 'Event does not follow the schema',
    detail: `Mend the ${problems.length} point(s) listed under "errors" and send again; GET /openapi.json has the schema. It is kept in quarantine.`,
    errors: problems.map(({ path, message, cure }) => ({ pointer: path, detail: `${message}. ${cure}` })),
  };
}

function refusal(
  source: Source,
  reading: Reading,
): { reason: NonNullable<NewEnvelope['settled']>['reason']; detail: string } | undefined {
  if (!reading.readable) return { reason: reading.reason, detail: reading.detail };
  if (source.facilities.includes(reading.facility)) return undefined;
  return {
    reason: 'wrong-facility',
    detail:
      'The facility of this event is not declared for this source. Mend it and send with a new key, or ask the operator to declare it.',
  };
}

/**
 * Reads one authentic body and says what to store and what to answer after the commit; stores nothing itself.
 * @param receivedAt civil time, epoch ms UTC
 */
export async function judgeEvent(
  source: Source,
  body: Uint8Array,
  given: { receivedAt: number; read: ReadEvent },
): Promise<EventVerdict> {
  const parsed = parseJson(body);
  const reading = 'slug' in parsed ? parsed : given.read(parsed.json);
  const digest = await digestOf(body);
  if ('slug' in reading || 'problems' in reading) {
    const problem = 'slug' in reading ? reading : schemaProblem(reading.problems);
    // Its own key may be what is wrong, and must stay free for the mended event: kept by its bytes.
    const refused = { reason: 'unreadable' as const, detail: `${problem.title}: ${placesOf(problem)}` };
    return { ...kept(source, body, digest, '', given.receivedAt, { accepted: false, ...refused }, refused), problem };
  }
  const refused = refusal(source, reading);
  const receipt: EventReceipt =
    refused === undefined ? { accepted: true, warnings: reading.warnings } : { accepted: false, ...refused };
  return kept(source, body, digest, reading.key ?? '', given.receivedAt, receipt, refused);
}

/** Where it is wrong, without any value: this is shown in lists. */
function placesOf(problem: Problem): string {
  return problem.errors?.map((e) => e.pointer).join(', ') ?? problem.slug;
}

function kept(
  source: Source,
  body: Uint8Array,
  digest: string,
  key: string,
  receivedAt: number,
  receipt: EventReceipt,
  refused: ReturnType<typeof refusal>,
): EventVerdict {
  const envelope: NewEnvelope = {
    lane: `in:${source.id}`,
    source: source.id,
    key: key === '' || key.length > LONGEST_KEY ? `digest:${digest}` : key,
    digest,
    format: 'event-json',
    body,
    receivedAt,
    onKeyReuse: 'refuse',
    acknowledgement: JSON.stringify(receipt),
    ...(refused === undefined ? {} : { settled: { state: 'quarantined', outcome: 'quarantined', ...refused } }),
  };
  return { envelope, receipt };
}

/** What to answer for a receipt: the same for a first message and for its retransmission, `duplicate` excepted. */
export function answerFor(
  receipt: EventReceipt,
  id: string,
  duplicate: boolean,
): { status: 200 | 202; body: object } | Problem {
  if (receipt.accepted) {
    return { status: duplicate ? 200 : 202, body: { id, duplicate, warnings: receipt.warnings } };
  }
  return {
    status: 422,
    slug: receipt.reason,
    title: 'Event kept in quarantine',
    detail: `${receipt.detail} A human at the hospital's desk sees it; do not resend it as it is.`,
    stored: id,
  };
}
