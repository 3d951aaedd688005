/** One step of a request as one audience may read it: what is not for it is not even in the announcement. */
import type { PatientView } from '../relay/announcement.ts';
import type { People } from '../people/person.ts';
import { dueAt } from './deadlines.ts';
import type { Told } from './moved.ts';
import type { RequestAudience, RequestNews } from './news.ts';
import type { Stage } from './pathway.ts';
import { type FormField, inSteps, withoutFileNames } from './form.ts';
import { allAnswers, type Request, stageOf, titleOf } from './request.ts';
import { type Shown, shownOf } from './shown.ts';

/** @param identity said to nobody but the request room */
export function newsOf(
  people: People,
  told: Told,
  audience: RequestAudience,
  identity: PatientView | undefined,
  escalatedTo?: string,
): RequestNews {
  const { on: request, step, text, other } = told;
  const stage = stageOf(request);
  const together = stage.to.dispatch === 'everyone';
  const reply = request.replies.findLast((r) => r.stage === stage.id);
  const outcome = stage.outcomes.find((o) => o.word === reply?.outcome)?.label;
  const isDone = step === 'answered' || step === 'stage-done' || step === 'replied';
  const next = request.pathway.stages.find((s) => s.title === other);
  const [code, ...title] = step === 'redirected' && other ? other.split(' ') : [];
  return {
    step,
    code: request.code,
    title: titleOf(request),
    asker: askerName(people, request, audience),
    taker: takerName(people, told),
    shown: isDone ? doneBy(people, told, audience) : shownTo(people, request, audience),
    text: mayReadText(told, audience) ? text : undefined,
    // J+30 of a discharge is asked on its day, not on the day of the discharge.
    askedAt: request.opened.by === 'stay' ? Math.max(request.askedAt, request.clocks.take) : request.askedAt,
    due: dueAt(request),
    escalatedTo,
    patient: audience === 'request-room' ? identity : undefined,
    consent: request.consent !== undefined,
    stage: step === 'stage-done' ? { done: stage.done, next: next?.title, nextAt: told.nextAt } : undefined,
    other: nameOther(people, step, other, code, title.join(' ')),
    redirected: audience === 'request-room' ? redirectedBy(people, request) : undefined,
    outcome: audience === 'group' ? undefined : outcome,
    together,
    queued: stage.to.dispatch === 'queue',
    inSteps: audience === 'request-room' && inSteps(stage.answer.form),
    outcomes: audience === 'request-room' ? stage.outcomes.map((o) => o.word) : [],
    apart: request.anonymous,
  };
}

/** The form and the answers of earlier stages: the group reads only what is shared before. */
function shownTo(people: People, asked: Request, audience: RequestAudience): Shown[] {
  if (audience === 'team' || audience === 'escalation') return [];
  const request = audience === 'group' ? withoutNames(asked) : asked;
  const passed = request.pathway.stages.slice(0, request.stage);
  const alone = passed.filter((stage) => stage.to.dispatch !== 'everyone');
  const fields = [request.pathway.form, ...alone.map((stage) => stage.answer.form)].flat();
  const opinions = passed.filter((stage) => !alone.includes(stage));
  const apart = opinions.map((stage) => stage.id);
  // The free text that stands for a missing form has one key at every stage: the last one said is shown.
  const answers = allAnswers(request, (reply) => !apart.includes(reply.stage)).reverse();
  const mayRead = (field: FormField): boolean => isFor(field, audience);
  return [
    ...(audience === 'request-room' ? alone.flatMap((stage) => conclusionOf(request, stage)) : []),
    ...shownOf(unique(fields.filter(mayRead)), answers),
    ...opinions.flatMap((stage) => opinionsOf(people, request, { ...stage, form: stage.answer.form.filter(mayRead) })),
  ];
}

/** The group reads that a file came, not how a phone or an office called it. */
function withoutNames(request: Request): Request {
  const replies = request.replies.map((reply) => ({ ...reply, answers: reply.answers.map(withoutFileNames) }));
  return { ...request, answers: request.answers.map(withoutFileNames), replies };
}

/** The word that led here is a part of that stage's answer, and often the reason why there is a next one. */
function conclusionOf({ replies }: Request, { id, title, outcomes }: Stage): Shown[] {
  const word = replies.findLast((reply) => reply.stage === id)?.outcome;
  return outcomes.filter((one) => one.word === word).map(({ label }) => ({ label: title, value: label }));
}

/** What has just been answered: for those who asked, never for the group. */
function doneBy(people: People, { on: request, step }: Told, audience: RequestAudience): Shown[] {
  const mayRead = audience === 'request-room' || audience === 'team' || (audience === 'asker' && request.anonymous);
  if (!mayRead) return [];
  const { id, to, answer } = stageOf(request);
  if (to.dispatch === 'everyone' && step !== 'replied') return opinionsOf(people, request, { id, form: answer.form });
  return shownOf(answer.form, request.replies.findLast((reply) => reply.stage === id)?.answers ?? []);
}

/** Where everybody answers, each answer has its author: the last one must not stand for all. */
function opinionsOf(people: People, request: Request, { id, form }: { id: string; form: FormField[] }): Shown[] {
  return request.replies
    .filter((reply) => reply.stage === id)
    .flatMap(({ by, answers }) =>
      shownOf(form, answers).map((one) => ({ ...one, label: `${one.label} — ${people.byId(by)?.name ?? by}` })),
    );
}

function isFor(field: FormField, audience: RequestAudience): boolean {
  return audience === 'request-room' || field.share === 'before';
}

function unique(fields: FormField[]): FormField[] {
  return fields.filter((field, n) => fields.findIndex((other) => other.key === field.key) === n);
}

/** Reasons and questions: for the request room, and for the asker who has no place in it or is told why it ends. */
function mayReadText({ step, on }: Told, audience: RequestAudience): boolean {
  if (audience === 'request-room') return true;
  if (audience !== 'asker' && audience !== 'team') return false;
  return step === 'refused' || step === 'redirected' || on.anonymous;
}

function askerName(people: People, request: Request, audience: RequestAudience): string | undefined {
  if (request.opened.by === 'stay') return request.opened.name;
  if (request.anonymous && audience !== 'asker') return undefined;
  // A date, or what followed from an event: nobody in person.
  return request.asker === undefined ? 'Relais' : (people.byId(request.asker)?.name ?? request.asker);
}

/** Who has it; where everybody answers, who has just come or just answered, at this stage, and nobody at its end. */
function takerName(people: People, { on: request, step, other }: Told): string | undefined {
  const { id: here, to } = stageOf(request);
  if (to.dispatch === 'everyone' && (step === 'stage-done' || step === 'answered')) return undefined;
  const newcomer = request.participants.at(-1);
  const answered = request.replies.findLast((reply) => reply.stage === here)?.by;
  const lastOf = step === 'joined' ? newcomer : (answered ?? newcomer);
  const former = step === 'released' ? other : undefined;
  const id = former ?? request.taker ?? (to.dispatch === 'everyone' ? lastOf : undefined);
  return id === undefined ? undefined : (people.byId(id)?.name ?? id);
}

function nameOther(
  people: People,
  step: Told['step'],
  other: string | undefined,
  code: string | undefined,
  title: string,
): RequestNews['other'] {
  if (other === undefined) return undefined;
  if (step === 'redirected') return { name: title, code };
  return step === 'handed-over' ? { name: people.byId(other)?.name ?? other, code: undefined } : undefined;
}

function redirectedBy(people: People, { opened }: Request): RequestNews['redirected'] {
  if (opened.by !== 'request' || !opened.redirected) return undefined;
  const { by, text } = opened.redirected;
  return { code: opened.code, by: people.byId(by)?.name ?? by, text };
}
