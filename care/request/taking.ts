/** What an answer does to an open form: it is taken, it does not suit, or it waits because of what it says (doubt.ts). Pure. */
import { parisDate } from '../relay/civil-time.ts';
import { type Doubt, doubtOf, doubtsOf, type Scrutiny } from './doubt.ts';
import { type Draft, type Given, stepNow, stepsOf, takesFiles, withGiven, withMeant, without } from './draft.ts';
import { type Answer, type Attachment, canBeAnonymous, faultOf, filesOf, type FormField } from './form.ts';
import type { Trouble } from './form-news.ts';

/** `trouble`: why the same question is asked again; an answer that waits says it by itself. */
export type Taken = { draft: Draft; trouble?: Trouble };

/**
 * Each answer must suit its question; the first that does not is asked again, those before it are kept. One that sounds
 * urgent, or would tell the group who the patient is, is not taken.
 */
export function take(draft: Draft, all: readonly Given[], now: number, scrutiny: Scrutiny): Taken {
  let next = draft;
  let held: Draft['held'];
  for (const one of all) {
    const field = one.kind === 'field' ? fieldOf(next, one.answer.key) : undefined;
    if (one.kind === 'field' && field) {
      const fault = faultOf(field, one.answer, parisDate(now));
      if (fault) return { draft: next, trouble: { fault } };
      next = without(next, { kind: 'field', field });
      const doubt = doubtOf(next, field, one.answer, scrutiny);
      // Of two, the one that cannot wait.
      if (doubt && held?.doubt.why !== 'urgent') held = { answer: one.answer, doubt };
      if (doubt) continue;
    }
    next = withGiven(next, one);
  }
  if (!held) return { draft: next };
  const step = stepNow(next);
  // Of a list that left out an earlier question: its own is asked again in its turn, and why is said now.
  const isAsked = step.kind === 'field' && step.field.key === held.answer.key;
  return isAsked ? { draft: { ...next, held } } : { draft: next, trouble: { doubt: held.doubt } };
}

/**
 * « non urgent », `garder`: the answer that waits is taken as it is; at the summary, those that it doubts are.
 * @returns undefined when there is none. `isReady`: nothing else stands in the way of sending
 */
export function asMeant(
  { held, ...draft }: Draft,
  why: Doubt['why'],
  scrutiny: Scrutiny,
): { draft: Draft; isReady: boolean } | undefined {
  if (held) {
    const { answer } = held;
    const field = fieldOf(draft, answer.key);
    if (held.doubt.why !== why || !field) return undefined;
    const next = withMeant(draft, why, answer.key);
    const doubt = doubtOf(next, field, answer, scrutiny);
    return {
      draft: doubt ? { ...next, held: { answer, doubt } } : withGiven(next, { kind: 'field', answer }),
      isReady: false,
    };
  }
  const doubted = doubtsOf(draft, scrutiny).filter(({ doubt }) => doubt.why === why);
  if (doubted.length === 0) return undefined;
  const next = doubted.reduce<Draft>((all, { key }) => withMeant(all, why, key), draft);
  return { draft: next, isReady: stepNow(next).kind === 'summary' && doubtsOf(next, scrutiny).length === 0 };
}

/** Photos and files are added to those that came. @returns `trouble` when this one is not */
export function takeFile(draft: Draft, attachment: Attachment, now: number): Taken {
  const step = stepNow(draft);
  if (!takesFiles(step)) return { draft, trouble: { cannot: 'take-file' } };
  const { field } = step;
  const { purpose } = draft;
  const isAnonymous = purpose.do === 'ask' && purpose.pathway.ask.anonymous === 'always';
  if (isAnonymous && !canBeAnonymous(attachment)) return { draft, trouble: { cannot: 'stay-anonymous' } };
  const files = draft.answers.filter((a) => a.key === field.key).flatMap(filesOf);
  const answer: Answer = { key: field.key, type: field.type, value: [...files, attachment] };
  const fault = faultOf(field, answer, parisDate(now));
  return fault ? { draft, trouble: { fault } } : { draft: withGiven(draft, { kind: 'field', answer }) };
}

/** What is typed on one line was to be enough: what may stay without an answer is not asked. */
export function withoutOptional(draft: Draft): Draft {
  const passed = stepsOf(draft).flatMap((step) => {
    if (step.kind === 'identity') return [':identity'];
    const isAnswered = (key: string): boolean =>
      draft.held?.answer.key === key || draft.answers.some((answer) => answer.key === key);
    return step.kind === 'field' && !step.field.required && !isAnswered(step.field.key) ? [step.field.key] : [];
  });
  return { ...draft, passed: [...draft.passed, ...passed] };
}

function fieldOf({ purpose }: Draft, key: string): FormField | undefined {
  const form = purpose.do === 'ask' ? purpose.pathway.form : purpose.form;
  return form.find((field) => field.key === key);
}
