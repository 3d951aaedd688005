/** A stage is answered: what the answer must hold, what follows from its outcome, and the end. Pure. */
import type { Person } from '../people/person.ts';
import { parisDate } from '../relay/civil-time.ts';
import { refuse, type Refusal } from '../relay/refusal.ts';
import { type Answer, faultsOf, oneLine } from './form.ts';
import { type Around, logged, type Moved, told, type Told } from './moved.ts';
import { firstTaken } from './measure.ts';
import { allAnswers, openedAt, type Request, stageOf, startAt } from './request.ts';

export type AnswerMove = {
  do: 'answer';
  text: string;
  answers?: Answer[];
  outcome?: string;
  /** Keys of answers that their writer lets the next group read, although they seem to name somebody. */
  asIs?: readonly string[];
};

export function answer(request: Request, by: Person, move: AnswerMove, around: Around): Moved | Refusal {
  const { code, taker } = request;
  const stage = stageOf(request);
  const together = stage.to.dispatch === 'everyone';
  if (!move.text && !move.answers && move.outcome === undefined) return refuse('answer-missing', { code });
  if (together ? !request.participants.includes(by.id) : !taker) return refuse('not-taken', { code });
  if (!together && taker !== by.id) return refuse('not-the-taker', { code, who: around.nameOf(taker ?? '') });
  const { outcome, answers } = lineOf(request, move);
  if (outcome === undefined && stage.outcomes.length > 0)
    return refuse('outcome-missing', { code, words: stage.outcomes.map((o) => o.word) });
  const faults = faultsOf(stage.answer.form, answers, allAnswers(request), parisDate(around.now));
  const long = faults.find((f) => f.fault === 'too-long');
  if (long) return refuse('too-long', { max: longestOf(stage.answer.form, long.key) });
  if (faults.length > 0)
    return refuse(faults.every((f) => f.fault === 'missing') ? 'answers-missing' : 'answers-wrong', {
      word: `repondre ${code}`,
      fields: faults.map((f) => f.label),
    });
  const reply = { stage: stage.id, by: by.id, at: around.now, outcome, answers };
  const corrected = request.status === 'answered';
  const kept =
    corrected || together ? request.replies.filter((r) => r.stage !== stage.id || r.by !== by.id) : request.replies;
  const next: Request = { ...request, replies: [...kept, reply] };
  if (together) return told(next, by, around, 'replied', undefined, {});
  if (corrected) return told(next, by, around, 'answered', undefined, {});
  return completed(next, by.id, around.now);
}

/** What was answered, in whichever way: its conclusion, and the answers to the questions of this stage. */
export function lineOf(request: Request, move: AnswerMove): { outcome: string | undefined; answers: Answer[] } {
  const { outcomes, answer: asked } = stageOf(request);
  const { outcome, text } = outcomeOf(
    outcomes.map((o) => o.word),
    move,
  );
  return { outcome, answers: move.answers ?? oneLine(asked.form, text) };
}

/** The outcome as chosen, or as the first word of what was typed: `repondre D-4K7 anormale lésion …`. */
export function outcomeOf(
  words: string[],
  { text, outcome }: { text: string; outcome?: string },
): { outcome: string | undefined; text: string } {
  if (outcome !== undefined) return { outcome: words.find((w) => w === outcome), text };
  const [first = ''] = text.split(/[\s:,.]+/);
  const plain = (word: string): string => word.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const found = words.find((word) => plain(word) === plain(first));
  return found === undefined
    ? { outcome: undefined, text }
    : { outcome: found, text: text.slice(first.length).replace(/^[\s:,.]+/, '') };
}

function longestOf(form: Request['pathway']['form'], key: string): number {
  const field = form.find((f) => f.key === key);
  return field?.type === 'text' ? field.longest : 0;
}

/** The stage is answered: the next one begins, or the request is answered. */
export function completed(request: Request, by: string, now: number): Moved {
  const stage = stageOf(request);
  const reply = request.replies.findLast((r) => r.stage === stage.id);
  const choice = stage.outcomes.find((o) => o.word === reply?.outcome);
  const { stages } = request.pathway;
  const next =
    choice?.next === undefined
      ? request.stage + 1
      : choice.next === 'end'
        ? -1
        : stages.findIndex((s) => s.id === choice.next);
  const done = { stage: stage.id, outcome: reply?.outcome };
  const following = stages[next];
  if (!following) {
    const ended = logged(
      { ...request, status: 'answered', answeredAt: request.answeredAt ?? now, offeredTo: undefined },
      now,
      by,
      'answered',
    );
    return { request: ended, told: [{ step: 'answered', on: ended }], done };
  }
  const before = logged({ ...request, status: 'taken' }, now, by, 'stage-done');
  const start = following.starts ? startAt(following.starts, openedAt(request), now) : now;
  const since = Math.max(start, now);
  const keeps = following.sameTaker && request.taker !== undefined && since === now;
  const { clocks, pauses } = before;
  const passed = { stage: request.stage, clocks, pauses, takenAt: firstTaken(request), doneAt: now };
  const entered: Request = {
    ...before,
    passed: [...(request.passed ?? []), passed],
    stage: next,
    status: keeps ? 'taken' : 'asked',
    taker: keeps ? request.taker : undefined,
    takenAt: keeps ? now : undefined,
    offeredTo: undefined,
    participants: [],
    clocks: { take: since, answer: since },
    waits: since > now ? since : undefined,
    pauses: [],
    escalatedTo: [],
  };
  const begins: Told[] =
    entered.status === 'asked' && entered.waits === undefined ? [{ step: 'asked', on: entered }] : [];
  const end: Told = { step: 'stage-done', on: before, other: following.title, ...(since > now && { nextAt: since }) };
  return { request: entered, told: [end, ...begins], done };
}
