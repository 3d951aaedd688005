/**
 * A request: somebody asks, a group answers, stage after stage. Its statuses are a closed union, its arrangement is data
 * (the pathway that it started with). What may happen to it is in moves.ts (people) and clock-moves.ts (the clock).
 */
import type { Person } from '../people/person.ts';
import type { PatientView } from '../relay/announcement.ts';
import { fromParis, toParis } from '../relay/civil-time.ts';
import type { FileKind } from '../relay/decision.ts';
import { isWorkingDay } from './calendar.ts';
import { type Answer, filesOf } from './form.ts';
import type { Passed } from './measure.ts';
import type { RequestStep } from './news.ts';
import { groupFor, isGroupOf, type Pathway, type Stage, type Start } from './pathway.ts';

/**
 * `asked` waits to be taken · `taken` is being done · `info-requested` waits for the asker · `answered` waits to be closed ·
 * the others are ends. In a pathway of several stages each stage runs asked → taken; only the last one is `answered`.
 */
export type RequestStatus =
  'asked' | 'taken' | 'info-requested' | 'answered' | 'closed' | 'refused' | 'redirected' | 'cancelled' | 'expired';

/** What opened it. */
export type Opening =
  | { by: 'person' }
  /** A hospital event: nobody is the asker, the équipe reads each step in the patient's room. `at`: of the event. */
  | { by: 'stay'; stay: string; event: 'discharge' | 'admission'; name: string; at: number }
  | { by: 'date' }
  /** Another request: an outcome that opens this pathway, or a redirection (who, and why). */
  | { by: 'request'; code: string; redirected: { by: string; text: string } | undefined };

/** What somebody answered at one stage. */
type Reply = { stage: string; by: string; at: number; outcome: string | undefined; answers: Answer[] };

export type Request = {
  /** Shape of this state; the earlier ones are read by stored.ts. */
  v: 2;
  code: string;
  /** The whole pathway as it was when the request was made, its groups resolved: a running request keeps its policy. */
  pathway: Pathway;
  status: RequestStatus;
  /** Position in `pathway.stages`. */
  stage: number;
  opened: Opening;
  /** Of a series (J+1, J+7): the day that this one is for. */
  day: number | undefined;
  /** Person id; undefined when an event opened it. */
  asker: string | undefined;
  /** The first asking, which a redirection keeps: the one who waits counts from there. */
  askedAt: number;
  /** Group and taker do not read who asks; they speak through Relais. */
  anonymous: boolean;
  /** Said in the request room only. */
  identity: PatientView | undefined;
  /** The patient's file, when it is known: their room stays open as long as the request is. */
  patient: string | undefined;
  /** CSP R6316-1: prior consent, traced with who and when. */
  consent: { by: string; at: number } | undefined;
  answers: Answer[];
  /** Instants from which the clocks of this stage count: `take` for its group, `answer` for the asker. */
  clocks: { take: number; answer: number };
  /** Its group is asked only then. */
  waits: number | undefined;
  taker: string | undefined;
  takenAt: number | undefined;
  /** A colleague who was asked to take over: the taker keeps it until then. */
  offeredTo: string | undefined;
  /** Of a stage that everybody answers. */
  participants: string[];
  replies: Reply[];
  answeredAt: number | undefined;
  /** Spans during which the answer clock of this stage stood still; the last one may be open. */
  pauses: { from: number; to: number | undefined }[];
  /** Stages that are over, with their clocks. */
  passed?: Passed[];
  /** Of this stage. */
  escalatedTo: string[];
  /** Of this stage, where each declines for themselves: person ids, rung no more unless they take it. */
  declined?: string[];
  redirectedTo: string | undefined;
  history: { at: number; by: string; step: RequestStep; text: string | undefined }[];
  /** Since when only what is counted is left of it (civil time): nothing of the patient, no word that anybody typed. */
  expired?: number;
};

type Given = Pick<Request, 'code' | 'pathway' | 'opened' | 'asker' | 'askedAt' | 'answers'> &
  Partial<Pick<Request, 'day' | 'anonymous' | 'identity' | 'patient' | 'consent' | 'clocks' | 'waits'>>;

/** @param now civil time, epoch ms UTC; `askedAt` may be earlier (a redirection) */
export function newRequest(given: Given, now: number): Request {
  const [begins] = given.pathway.stages;
  const waits = given.waits ?? (begins?.starts && startAt(begins.starts, begins, openedAt(given), now));
  const since = waits ?? now;
  return {
    v: 2,
    status: 'asked',
    stage: 0,
    day: undefined,
    anonymous: false,
    identity: undefined,
    patient: undefined,
    consent: undefined,
    ...given,
    clocks: given.clocks ?? { take: since, answer: since },
    waits: waits !== undefined && waits > now ? waits : undefined,
    taker: undefined,
    takenAt: undefined,
    offeredTo: undefined,
    participants: [],
    replies: [],
    answeredAt: undefined,
    pauses: [],
    escalatedTo: [],
    declined: [],
    redirectedTo: undefined,
    history: [{ at: now, by: given.asker ?? given.opened.by, step: 'asked', text: undefined }],
  };
}

export function stageOf(request: Pick<Request, 'pathway' | 'stage'>): Stage {
  const stage = request.pathway.stages[request.stage];
  if (!stage) throw new Error('a request without a stage');
  return stage;
}

/** « Polygraphie ventilatoire — Lecture », « Suivi de sortie (J+7) » */
export function titleOf(request: Pick<Request, 'pathway' | 'stage' | 'day'>): string {
  const { title } = stageOf(request);
  const day = request.day === undefined ? '' : ` (J+${request.day})`;
  return `${request.pathway.title}${day}${title ? ` — ${title}` : ''}`;
}

export function isEnded({ status }: Pick<Request, 'status'>): boolean {
  return ['closed', 'refused', 'redirected', 'cancelled', 'expired'].includes(status);
}

/** Somebody has it, and an answer is owed. */
export function isOwed({ status }: Pick<Request, 'status'>): boolean {
  return status === 'taken' || status === 'info-requested';
}

/** May this person ask under this pathway? `ask.who` names roles, groups or participants lists. */
export function mayAsk(pathway: Pathway, person: Person): boolean {
  const { who, territories } = pathway.ask;
  const here = territories === undefined || (person.territory !== undefined && territories.includes(person.territory));
  return here && who.some((one) => one === person.role || person.groups.includes(one));
}

/** The groups of a stage: its own, then its backups. */
export function groupsOf({ to }: Stage): string[] {
  return [to.group, ...to.backup];
}

/** Those that have been asked so far: its own, and its backups once they were called. */
export function groupsCalled(request: Pick<Request, 'pathway' | 'stage' | 'escalatedTo'>): string[] {
  const { to } = stageOf(request);
  return [to.group, ...(request.escalatedTo.includes('backup') ? to.backup : [])];
}

/** Nobody has it any more; the clock goes on. */
export function freed(): Partial<Request> {
  return { status: 'asked', taker: undefined, takenAt: undefined, offeredTo: undefined };
}

/** Who may take and answer this stage, by group and by role. */
export function mayDo(stage: Stage, person: Person): boolean {
  const inGroup = person.groups.some((group) => groupsOf(stage).some((one) => isGroupOf(one, group)));
  return inGroup && (stage.answer.who === undefined || stage.answer.who.includes(person.role));
}

/** May this person answer anything of this pathway? For `aide`. */
export function mayAnswer(pathway: Pathway, person: Person): boolean {
  return pathway.stages.some((stage) => mayDo(stage, person));
}

/** @returns the pathway with the groups of that territory; undefined when it needs one and there is none */
export function inTerritory(pathway: Pathway, territory: string | undefined): Pathway | undefined {
  const stages: Stage[] = [];
  for (const stage of pathway.stages) {
    const group = groupFor(stage.to.group, territory);
    if (group === undefined) return undefined;
    stages.push({ ...stage, to: { ...stage.to, group } });
  }
  return { ...pathway, stages };
}

/**
 * When a stage or a request begins: some days after its opening, or after the stage before (`stage`).
 * @param begins the stage whose clock says which days are holidays; those of France without a clock
 */
export function startAt(
  start: Start,
  begins: Pick<Stage, 'sla'> | undefined,
  openedAtInstant: number,
  stageAt: number,
): number {
  const { year, month, day } = toParis(start.from === 'opening' ? openedAtInstant : stageAt);
  const { days, hour, minute } = start;
  const after = (more: number): number => fromParis({ year, month, day: day + days + more, hour, minute });
  const region = begins?.sla?.holidays ?? 'france';
  let more = 0;
  while (start.orNextWorkingDay && !isWorkingDay(after(more), region)) more += 1;
  return after(more);
}

/** The event's own date when an event opened it. */
export function openedAt({ opened, askedAt }: Pick<Request, 'opened' | 'askedAt'>): number {
  return opened.by === 'stay' ? opened.at : askedAt;
}

/** Files that it reads while it runs: they are kept as long as it is. */
export function usedBy(request: Request): { kind: FileKind; id: string }[] {
  const files = allAnswers(request).flatMap(filesOf);
  return [
    ...(request.patient === undefined ? [] : [{ kind: 'patient' as const, id: request.patient }]),
    ...files.map(({ id }) => ({ kind: 'form-file' as const, id })),
  ];
}

/**
 * Everything answered so far, of all its forms: what conditions look at, and what a following pathway takes over.
 * @param of which replies count: all, unless it says so
 */
export function allAnswers(request: Request, of: (reply: Reply) => boolean = () => true): Answer[] {
  return [...request.answers, ...request.replies.filter(of).flatMap((reply) => reply.answers)];
}
