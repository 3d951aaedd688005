/**
 * A form that somebody fills in, question by question, in their direct room with Relais. Pure: what is asked next, what an
 * answer changes, and the way back. Nothing is sent before the summary is confirmed.
 */
import type { PatientView } from '../relay/announcement.ts';
import { type Answer, asked, type FormField } from './form.ts';
import type { Doubt } from './doubt.ts';
import type { OutcomeChoice, Pathway } from './pathway.ts';
import { allAnswers, type Request, stageOf, titleOf } from './request.ts';

/** What the form is for. */
export type Purpose =
  /** A new request; in the room of a patient who is known, nobody is asked who it is. */
  | { do: 'ask'; pathway: Pathway; patient: string | undefined }
  /** The answer to a stage of a request (a bilan, a decision record). */
  | { do: 'answer'; code: string; title: string; form: FormField[]; outcomes: OutcomeChoice[]; earlier: Answer[] };

export type Draft = {
  purpose: Purpose;
  answers: Answer[];
  /** Questions that were passed over: a field's key, or the name of another step. */
  passed: string[];
  identity: PatientView | undefined;
  consent: boolean | undefined;
  anonymous: boolean | undefined;
  outcome: string | undefined;
  /** An answer that was not taken, and why: its question waits until it is written again, or meant as it is. */
  held?: { answer: Answer; doubt: Doubt };
  /** Keys of answers that are meant as they are: « non urgent », `garder`. */
  meant?: Record<Doubt['why'], string[]>;
  /** Civil time, epoch ms UTC. */
  startedAt: number;
  /** When its last question was asked. */
  askedAt?: number;
};

export type Step =
  | { kind: 'field'; field: FormField }
  | { kind: 'outcome'; outcomes: OutcomeChoice[] }
  | { kind: 'identity' }
  | { kind: 'consent' }
  | { kind: 'anonymous' }
  | { kind: 'summary' };

/** What an answer to a step is. */
export type Given =
  | { kind: 'field'; answer: Answer }
  | { kind: 'outcome'; word: string }
  | { kind: 'identity'; identity: PatientView }
  | { kind: 'consent' | 'anonymous'; yes: boolean };

/** @param now civil time, epoch ms UTC */
export function newDraft(purpose: Purpose, now: number): Draft {
  return {
    purpose,
    answers: [],
    passed: [],
    identity: undefined,
    consent: undefined,
    anonymous: undefined,
    outcome: undefined,
    startedAt: now,
  };
}

/** The answer to the stage at which this request is. */
export function purposeOf(request: Request): Extract<Purpose, { do: 'answer' }> {
  const { answer, outcomes } = stageOf(request);
  const { code } = request;
  return { do: 'answer', code, title: titleOf(request), form: answer.form, outcomes, earlier: allAnswers(request) };
}

export function titleOfDraft({ purpose }: Draft): string {
  return purpose.do === 'ask' ? purpose.pathway.title : `${purpose.code} ${purpose.title}`;
}

/** Every question of this form as it stands (a condition may open or close some), without the summary. */
export function stepsOf(draft: Draft): Exclude<Step, { kind: 'summary' }>[] {
  const { purpose, answers } = draft;
  const fields = (form: readonly FormField[], earlier: readonly Answer[]): Exclude<Step, { kind: 'summary' }>[] =>
    asked(form, [...earlier, ...answers]).map((field) => ({ kind: 'field', field }));
  if (purpose.do === 'answer') {
    const { outcomes } = purpose;
    return [
      ...(outcomes.length > 0 ? [{ kind: 'outcome' as const, outcomes }] : []),
      ...fields(purpose.form, purpose.earlier),
    ];
  }
  const { pathway, patient } = purpose;
  return [
    ...fields(pathway.form, []),
    ...(pathway.about === 'patient' && patient === undefined ? [{ kind: 'identity' as const }] : []),
    ...(pathway.ask.consent === 'ask' ? [{ kind: 'consent' as const }] : []),
    ...(pathway.ask.anonymous === 'default' ? [{ kind: 'anonymous' as const }] : []),
  ];
}

/** Questions without an answer, in their order. */
export function openSteps(draft: Draft): Exclude<Step, { kind: 'summary' }>[] {
  return stepsOf(draft).filter((step) => !isDone(draft, step));
}

/** The first question without an answer, or the summary. */
export function stepNow(draft: Draft): Step {
  return openSteps(draft)[0] ?? { kind: 'summary' };
}

/** Position from 1, and how many there are, for « 2/5 ». */
export function progressOf(draft: Draft): { at: number; of: number } {
  const steps = stepsOf(draft);
  const at = steps.findIndex((step) => !isDone(draft, step));
  return { at: (at < 0 ? steps.length : at) + 1, of: steps.length };
}

/** Photos and files come one by one: the question stays until who sends them says that there are enough. */
export function takesFiles(
  step: Step,
): step is { kind: 'field'; field: Extract<FormField, { type: 'photo' | 'file' }> } {
  return step.kind === 'field' && (step.field.type === 'photo' || step.field.type === 'file');
}

/** @param given the answer to the present question, read and checked */
export function withGiven(draft: Draft, given: Given): Draft {
  switch (given.kind) {
    case 'field': {
      const { answer } = given;
      return { ...draft, answers: [...draft.answers.filter((a) => a.key !== answer.key), answer] };
    }
    case 'outcome':
      return { ...draft, outcome: given.word };
    case 'identity':
      return { ...draft, identity: given.identity };
    case 'consent':
    case 'anonymous':
      return { ...draft, [given.kind]: given.yes };
    default:
      return given satisfies never;
  }
}

/** Passes over a question. @returns undefined when it must be answered */
export function passed(draft: Draft): Draft | undefined {
  const step = stepNow(draft);
  if (step.kind === 'summary' || step.kind === 'consent' || step.kind === 'outcome') return undefined;
  if (step.kind === 'field' && step.field.required && !hasFiles(draft, step.field)) return undefined;
  return { ...draft, passed: [...draft.passed, nameOf(step)] };
}

/** The last question that was answered or passed over is asked again. @returns undefined at the first one */
export function back(draft: Draft): Draft | undefined {
  const steps = stepsOf(draft);
  const now = steps.findIndex((step) => !isDone(draft, step));
  const last = steps[(now < 0 ? steps.length : now) - 1];
  return last && without(draft, last);
}

/** Asks the nth question (from 1) of the summary again. @returns undefined when there is no such question */
export function corrected(draft: Draft, n: number): Draft | undefined {
  const step = stepsOf(draft)[n - 1];
  return step && without(draft, step);
}

/** As if this question had not been answered: what was said of its answer goes with it. */
export function without(draft: Draft, step: Step): Draft {
  const name = nameOf(step);
  const kept = { ...draft, passed: draft.passed.filter((one) => one !== name) };
  switch (step.kind) {
    case 'field': {
      const { key } = step.field;
      return { ...notMeant(kept, key), answers: draft.answers.filter((a) => a.key !== key) };
    }
    case 'summary':
      return kept;
    default:
      return { ...kept, [step.kind]: undefined };
  }
}

function isDone(draft: Draft, step: Step): boolean {
  if (draft.passed.includes(nameOf(step))) return true;
  switch (step.kind) {
    case 'field': {
      const answer = draft.answers.find((a) => a.key === step.field.key);
      if (answer && (answer.type === 'photo' || answer.type === 'file'))
        return takesFiles(step) && answer.value.length >= step.field.most;
      return answer !== undefined;
    }
    case 'summary':
      return false;
    default:
      return draft[step.kind] !== undefined;
  }
}

/** This answer is meant as it is, whatever it sounds like. */
export function withMeant(draft: Draft, why: Doubt['why'], key: string): Draft {
  const { urgent = [], named = [] } = draft.meant ?? {};
  const meant = { urgent, named };
  return { ...draft, meant: { ...meant, [why]: [...meant[why].filter((one) => one !== key), key] } };
}

/** Another answer is another matter. */
function notMeant({ meant, ...draft }: Draft, key: string): Draft {
  if (!meant) return draft;
  const others = (keys: string[]): string[] => keys.filter((one) => one !== key);
  return { ...draft, meant: { urgent: others(meant.urgent), named: others(meant.named) } };
}

function hasFiles({ answers }: Draft, { key }: FormField): boolean {
  const answer = answers.find((a) => a.key === key);
  return answer !== undefined && Array.isArray(answer.value) && answer.value.length > 0;
}

function nameOf(step: Step): string {
  return step.kind === 'field' ? step.field.key : `:${step.kind}`;
}
