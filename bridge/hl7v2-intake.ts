/**
 * The one way in for HL7 v2 messages, whatever carried them: read, judged, stored in one commit, and only then answered
 * (invariant 1). HTTP brings one message at a time, MLLP those that have come together. Nothing here touches `node:`.
 */
import type { Clocks, Ids } from '../care/relay/clock.ts';
import type { Accepted, NewEnvelope } from '../care/relay/envelope.ts';
import { faultFields } from '../care/relay/fault.ts';
import type { Log } from '../care/relay/log.ts';
import type { Reading } from '../care/stay/intent.ts';
import type { Source } from './admit.ts';
import { splitMessages } from './formats/hl7v2/pipes.ts';
import { judgeHl7v2, type Acknowledge, type Hl7v2Verdict } from './hl7v2-door.ts';

export type IntakeDeps = {
  /** The inbox port: all in one commit, in this order. Rejects when storage fails, and nothing is then acknowledged. */
  accept: (envelopes: NewEnvelope[]) => Promise<Accepted[]>;
  clocks: Pick<Clocks, 'civil'>;
  ids: Pick<Ids, 'next'>;
  readHl7v2: (bytes: Uint8Array) => Reading;
  acknowledge: Acknowledge;
  log: Log;
};

export type Taken = {
  /** Acknowledgements to give, in order; none when the sender wants none. */
  answers: string[];
  /** MSH-10 and MSH-7 were known with other bytes: taken as a new message. */
  reused: boolean;
};

/**
 * @param bodies authentic messages of this source, in the order they came
 * @param request id that the log repeats: of the HTTP request, or of the connection
 * @returns one per body, once all are on disk; undefined when storage failed: nothing may be answered
 */
export async function takeMessages(
  deps: IntakeDeps,
  source: Pick<Source, 'id' | 'facilities'>,
  bodies: readonly Uint8Array[],
  request: string,
): Promise<Taken[] | undefined> {
  const verdicts: Hl7v2Verdict[] = [];
  for (const body of bodies) {
    verdicts.push(
      await judgeHl7v2(source, body, {
        receivedAt: deps.clocks.civil(),
        ackId: deps.ids.next(),
        read: () => guardedReading(deps, body, request),
        acknowledge: deps.acknowledge,
      }),
    );
  }
  let accepted: Accepted[];
  try {
    accepted = await deps.accept(verdicts.map((verdict) => verdict.envelope));
  } catch (fault) {
    deps.log('error', 'inbox did not accept', { request, source: source.id, ...faultFields(fault) });
    return undefined;
  }
  return verdicts.map((verdict, n) => {
    const one = accepted[n];
    if (one === undefined || one.state === 'reused') throw new Error('the inbox gave no answer to an HL7 message');
    const reused = one.state === 'fresh' && one.warning === 'key-reused';
    deps.log('info', 'hl7v2 message stored', {
      request,
      source: source.id,
      envelope: one.id,
      state: reused ? 'key-reused' : one.state,
      code: verdict.code,
      reason: verdict.envelope.settled?.reason ?? '',
      warnings: verdict.warnings.join('; '),
    });
    const kept = one.state === 'duplicate' ? one.acknowledgement : undefined;
    const answers = kept === undefined ? verdict.answers : kept === '' ? [] : splitMessages(kept);
    return { answers, reused };
  });
}

/** The reader of HL7 never throws for what was sent; if it has a bug, the message is kept and shown, never lost. */
function guardedReading(deps: IntakeDeps, body: Uint8Array, request: string): Reading {
  try {
    return deps.readHl7v2(body);
  } catch (fault) {
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
