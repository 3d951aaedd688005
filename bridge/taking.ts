/** One authentic body at the doors of FHIR and of documents: judged, stored, answered. */
import type { Context } from 'hono';
import type { Clocks } from '../care/relay/clock.ts';
import type { NewEnvelope } from '../care/relay/envelope.ts';
import { faultFields } from '../care/relay/fault.ts';
import type { Reading } from '../care/stay/intent.ts';
import type { Source } from './admit.ts';
import { judgeDocument } from './documents-door.ts';
import { answerFor, type EventReceipt } from './events-door.ts';
import { answerFhir, FHIR_JSON, fhirReader, type FhirReceipt, judgeFhir, sayOutcome } from './fhir-door.ts';
import { readPostedDocument } from './formats/documents.ts';
import { type DoorEnv, isProblem, type Problem, sayProblem } from './problem.ts';
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
  const stored = await storeOne(c, deps, envelope, { as: 'fhir message stored', receipt });
  if (isProblem(stored)) return stored;
  const answer = answerFhir(stored.receipt, stored.id, stored.again);
  return isProblem(answer) ? answer : c.body(JSON.stringify(answer.body), answer.status, FHIR_JSON);
}

export async function takeDocument(
  c: Context<DoorEnv>,
  deps: TakingDeps,
  source: Source,
  body: Uint8Array,
): Promise<Response | Problem> {
  if (isFhir(c)) return takeFhir(c, deps, source, body);
  const receivedAt = deps.clocks.civil();
  const read = guarded(c, deps, (bytes) => readPostedDocument(bytes, receivedAt));
  const { envelope, receipt, malformed } = await judgeDocument(source, body, { receivedAt, read });
  const stored = await storeOne(c, deps, envelope, { as: 'document stored', receipt });
  if (isProblem(stored)) return stored;
  if (malformed && !receipt.accepted) {
    const { detail } = receipt;
    return { status: 400, slug: 'schema', title: 'Document not as described', detail, stored: stored.id };
  }
  const answer = answerFor(stored.receipt, stored.id, stored.again);
  return isProblem(answer) ? answer : c.json(answer.body, answer.status);
}

/** @returns what to answer once it is on disk: of what comes `again`, the answer of the first time */
async function storeOne<Receipt extends FhirReceipt | EventReceipt>(
  c: Context<DoorEnv>,
  deps: TakingDeps,
  envelope: NewEnvelope,
  { as, receipt }: { as: string; receipt: Receipt },
): Promise<{ id: string; again: boolean; receipt: Receipt } | Problem> {
  const accepted = await store(c, deps, envelope);
  if (isProblem(accepted)) return accepted;
  const { id, state } = accepted;
  const reason = envelope.settled?.reason ?? '';
  deps.log('info', as, { request: c.get('requestId'), source: envelope.source, envelope: id, state, reason });
  const first = state === 'duplicate' ? accepted.acknowledgement : undefined;
  return { id, again: state === 'duplicate', receipt: first === undefined ? receipt : (JSON.parse(first) as Receipt) };
}

function isFhir(c: Context<DoorEnv>): boolean {
  return (c.req.header('content-type') ?? '').toLowerCase().startsWith('application/fhir+json');
}

/** The documents' door speaks FHIR to who spoke it. */
export function sayForDocument(c: Context<DoorEnv>, problem: Problem): Response {
  return isFhir(c) ? sayOutcome(c, problem) : sayProblem(c, problem);
}

/** A reader never throws for what was sent; if it has a bug, the message is kept and shown, never lost. */
function guarded(
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
