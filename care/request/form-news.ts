/** What is told to somebody who fills in a form; config/texts/forms.ts has the words. */
import type { PatientView } from '../relay/announcement.ts';
import type { Doubt } from './doubt.ts';
import { type Draft, openSteps, progressOf, type Step, stepNow, stepsOf, titleOfDraft } from './draft.ts';
import type { AnswerFault } from './form.ts';
import { type Shown, shownOf } from './shown.ts';

/** Why the last words were no answer: they could not be read (`unread`), or do not suit (`fault`). */
export type Trouble =
  | { unread: string }
  | { fault: AnswerFault['fault'] }
  | { cannot: 'pass' | 'go-back' | 'confirm' | 'take-file' | 'stay-anonymous' }
  /** Said where it could not be kept: it is heard all the same. */
  | { doubt: Doubt };

export type FormNews =
  /** `next`: the labels of the questions that follow, the first time. */
  | {
      what: 'question';
      title: string;
      step: Step;
      at: number;
      of: number;
      next?: string[];
      patient?: PatientView;
      trouble?: Trouble;
      files?: number;
    }
  /** The answer to this question was not taken; it waits to be written again, or meant as it is. */
  | { what: 'held'; title: string; label: string; doubt: Doubt; first: boolean }
  | {
      what: 'summary';
      title: string;
      /** Answers that stand in the way of sending, by their number. */
      doubts?: { n: number; doubt: Doubt }[];
      given: Shown[];
      identity: PatientView | undefined;
      /** Of the room where it was asked: nobody has typed who it is. */
      patient?: PatientView;
      trouble?: Trouble;
    }
  | { what: 'abandoned' | 'expired'; title: string };

/** The present question, or the summary. */
export function formNews(
  draft: Draft,
  more: { trouble?: Trouble; first?: boolean; doubts?: { n: number; doubt: Doubt }[]; patient?: PatientView } = {},
): FormNews {
  const step = stepNow(draft);
  const title = titleOfDraft(draft);
  if (draft.held && step.kind === 'field')
    return { what: 'held', title, label: step.field.label, doubt: draft.held.doubt, first: more.first ?? false };
  const trouble = more.trouble && { trouble: more.trouble };
  const patient = more.patient && { patient: more.patient };
  if (step.kind === 'summary')
    return {
      what: 'summary',
      title,
      doubts: (more.doubts ?? []).map(({ n, doubt }) => ({ n, doubt })),
      given: givenOf(draft),
      identity: draft.identity,
      ...patient,
      ...trouble,
    };
  const [, ...later] = openSteps(draft);
  const next = more.first
    ? { next: later.flatMap((s) => (s.kind === 'field' ? [s.field.label] : [])), ...patient }
    : {};
  const held = step.kind === 'field' ? draft.answers.find((a) => a.key === step.field.key) : undefined;
  const files = held && Array.isArray(held.value) ? { files: held.value.length } : {};
  return { what: 'question', title, step, ...progressOf(draft), ...next, ...files, ...trouble };
}

/** One line per step, in the order in which « 2 » corrects it: what was passed over is said too. */
function givenOf(draft: Draft): Shown[] {
  return stepsOf(draft).map((step): Shown => {
    switch (step.kind) {
      case 'field':
        return shownOf([step.field], draft.answers)[0] ?? { label: step.field.label, value: '—' };
      case 'outcome':
        return { label: 'outcome', value: step.outcomes.find((o) => o.word === draft.outcome)?.label ?? '—' };
      case 'identity':
        return { label: 'identity', value: '—' };
      default:
        return { label: step.kind, value: { yes: draft[step.kind] === true } };
    }
  });
}
