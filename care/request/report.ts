/**
 * What an answered request leaves (CSP R6316-4): who, when, what was asked, what was answered, the documents, the incidents.
 * Data only; config/texts/report.ts has the words. Never for a group: it may name the patient.
 */
import type { PatientView } from '../relay/announcement.ts';
import type { People, Role } from '../people/person.ts';
import type { FormField } from './form.ts';
import { type Act, actsOf, type BillingWarning, type Tariff } from './billing.ts';
import { type Lap, lapsOf } from './measure.ts';
import type { RequestStep } from './news.ts';
import { allAnswers, type Request, stageOf } from './request.ts';
import { type Shown, shownOf } from './shown.ts';
import { dueSteps } from './sla.ts';

export type ReportParty = { name: string; role: Role | undefined; rpps: string | undefined };

export type Incident =
  | { what: 'late'; target: 'take' | 'answer'; stage: string; due: number; at: number }
  /** Somebody was to be told then, and Relais was down. */
  | { what: 'outage'; due: number; at: number };

/** Instants are epoch ms UTC. */
export type RequestReport = {
  code: string;
  /** `trace.report` of the pathway: what sort of report it is. */
  sort: string;
  title: string;
  askedAt: number;
  answeredAt: number;
  /** Of the last correction. */
  correctedAt: number | undefined;
  /** When it was made. */
  at: number;
  patient: PatientView | undefined;
  consent: { by: string; at: number } | undefined;
  /** Undefined: not named, or `origin` opened it. */
  asker: ReportParty | undefined;
  anonymous: boolean;
  origin: string | undefined;
  question: Shown[];
  replies: { stage: string; by: ReportParty; at: number; outcome: string | undefined; shown: Shown[] }[];
  /** File names, and the question that each one answers. */
  documents: { label: string; name: string }[];
  steps: { at: number; step: RequestStep; by: string | undefined; text: string | undefined }[];
  incidents: Incident[];
  acts: { code: string; who: string }[];
};

/** What is said when the report goes, in the request room or to the médecin traitant. */
export type TraceNews = {
  code: string;
  title: string;
  corrected: boolean;
  acts: RequestReport['acts'];
  warnings: BillingWarning[];
  /** A PDF follows. */
  file: boolean;
  /** For who was not there: all of it in words too. */
  whole: RequestReport | undefined;
};

/** Between two looks of the clock's door, and a little more: later than that, nobody was there to look. */
const OUTAGE_MS = 10 * 60_000;

/** @param identity what the request room may be told of the patient. @param now of the answer or of its correction */
export function reportOf(
  people: Pick<People, 'byId'>,
  tariffs: readonly Tariff[],
  request: Request,
  identity: PatientView | undefined,
  now: number,
): RequestReport {
  const { code, pathway, askedAt, anonymous, opened, history, consent } = request;
  const party = (id: string): ReportParty => {
    const person = people.byId(id);
    return { name: person?.name ?? id, role: person?.role, rpps: person?.rpps };
  };
  const hidden = (id: string): boolean => anonymous && id === request.asker;
  const name = (id: string): string | undefined => (hidden(id) ? undefined : people.byId(id)?.name);
  const answered = history.filter((h) => h.step === 'answered');
  const forms: FormField[] = [pathway.form, ...pathway.stages.map((s) => s.answer.form)].flat();
  return {
    code,
    sort: pathway.trace.report ?? '',
    title: pathway.title,
    askedAt,
    answeredAt: request.answeredAt ?? now,
    correctedAt: answered.length > 1 ? answered.at(-1)?.at : undefined,
    at: now,
    patient: identity,
    consent: consent && { by: name(consent.by) ?? '', at: consent.at },
    asker: request.asker === undefined || anonymous ? undefined : party(request.asker),
    anonymous,
    origin: opened.by === 'stay' ? opened.name : undefined,
    question: shownOf(pathway.form, request.answers),
    replies: request.replies.map((reply) => {
      const stage = pathway.stages.find((s) => s.id === reply.stage) ?? stageOf(request);
      return {
        stage: stage.title,
        by: party(reply.by),
        at: reply.at,
        outcome: stage.outcomes.find((o) => o.word === reply.outcome)?.label,
        shown: shownOf(stage.answer.form, reply.answers),
      };
    }),
    documents: allAnswers(request).flatMap((answer) =>
      answer.type === 'photo' || answer.type === 'file'
        ? answer.value.map(({ name: file }) => ({
            label: forms.find((f) => f.key === answer.key)?.label ?? answer.key,
            name: file,
          }))
        : [],
    ),
    steps: history
      .filter((h) => h.step !== 'reminded')
      .map((h) => ({ at: h.at, step: h.step, by: name(h.by), text: isTold(h.step) ? h.text : undefined })),
    incidents: incidentsOf(request, now),
    acts: actsOf(request, tariffs).map((act: Act) => ({ code: act.code, who: name(act.by) ?? '' })),
  };
}

/** Questions back and reasons belong to the record; the answer has a place of its own. */
function isTold(step: RequestStep): boolean {
  return ['info-requested', 'info-given', 'refused', 'redirected'].includes(step);
}

function incidentsOf(request: Request, now: number): Incident[] {
  const late = lapsOf(request, now).flatMap(({ title, take, answer }) => {
    const missed = (target: 'take' | 'answer', { within, due, to }: Lap): Incident[] =>
      within === false && due !== undefined && to !== undefined
        ? [{ what: 'late', target, stage: title, due, at: to }]
        : [];
    return [...missed('take', take), ...missed('answer', answer)];
  });
  return [...late, ...outagesOf(request)];
}

/** Reminders of the last stage that came long after their time: only a stop of Relais explains that. */
function outagesOf(request: Request): Incident[] {
  const { sla } = stageOf(request);
  if (!sla) return [];
  const stood = request.pauses.map(({ from, to }) => ({ from, to: to ?? Infinity }));
  const planned = (['take', 'answer'] as const).flatMap((target) =>
    dueSteps(sla, target, request.clocks[target], target === 'answer' ? stood : []),
  );
  const told = request.history.filter((h) => h.by === 'clock' && h.at >= request.clocks.take);
  return told.flatMap(({ at, step, text }): Incident[] => {
    if (step !== 'reminded' && step !== 'escalated') return [];
    const same = planned.filter(
      (p) => p.at <= at && (step === 'reminded' ? p.what === 'remind' : p.what === 'escalate' && p.to === text),
    );
    const due = Math.max(...same.map((p) => p.at));
    return Number.isFinite(due) && at - due > OUTAGE_MS ? [{ what: 'outage', due, at }] : [];
  });
}
