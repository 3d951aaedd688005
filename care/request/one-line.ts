/**
 * What was asked or answered on one line, and would tell a group who the patient is: nothing is sent, and the same line is
 * asked again as a form of one question, in the direct room.
 */
import type { Decision } from '../relay/decision.ts';
import type { Refusal } from '../relay/refusal.ts';
import type { Person } from '../people/person.ts';
import { lineOf } from './answering.ts';
import { decideMove } from './case.ts';
import { type Purpose, purposeOf } from './draft.ts';
import { decideDraft } from './drafting.ts';
import type { RequestMove } from './moves.ts';
import { type Ask, decideAsk } from './opening.ts';
import { isPointer } from './pathway.ts';
import type { RequestPorts } from './record.ts';
import { loadRequest } from './stored.ts';

/** As `decideAsk`, for what came on one line. */
export async function decideAskLine(ports: RequestPorts, ask: Ask, now: number): Promise<Decision | Refusal> {
  const decided = await decideAsk(ports, ask, now);
  const { pathway, patient, answers, by } = ask;
  if (!isHeld(decided) || isPointer(pathway)) return decided;
  return again(ports, decided, { do: 'ask', pathway, patient }, { answers }, by, now);
}

/** As `decideMove`, for what came on one line. */
export async function decideMoveLine(
  ports: RequestPorts,
  code: string,
  by: Person,
  move: RequestMove,
  now: number,
): Promise<Decision | Refusal> {
  const decided = await decideMove(ports, code, by, move, now);
  const file = isHeld(decided) && move.do === 'answer' ? await loadRequest(ports.store, code) : undefined;
  if (!isHeld(decided) || !file || move.do !== 'answer') return decided;
  return again(ports, decided, purposeOf(file.state), lineOf(file.state, move), by, now);
}

function isHeld(decided: Decision | Refusal): decided is Refusal {
  return 'data' in decided && decided.code === 'group-would-read';
}

/** Somebody who has another form open reads why nothing was sent. */
async function again(
  ports: RequestPorts,
  refusal: Refusal,
  purpose: Purpose,
  line: Pick<Parameters<typeof decideDraft>[2], 'answers' | 'outcome'>,
  by: Person,
  now: number,
): Promise<Decision | Refusal> {
  const begun = await decideDraft(ports, purpose, { ...line, urgent: false, alone: true }, by, now);
  return 'data' in begun ? refusal : begun;
}
