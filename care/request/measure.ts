/** How long a request took, stage after stage, on its pathway's clock: what the report, the statistics and the export say. Pure. */
import type { ClockPolicy, Stretch } from './calendar.ts';
import { type Request, stageOf } from './request.ts';
import { addSpan, elapsed } from './sla.ts';

/** A stage that is over, as its clocks stood: `completed` keeps it, since the next stage starts clocks of its own. */
export type Passed = Pick<Request, 'stage' | 'clocks' | 'pauses'> & { takenAt: number | undefined; doneAt: number };

/** One clock of one stage. Instants are epoch ms UTC. */
export type Lap = {
  from: number;
  /** Undefined: not there yet, or never. */
  to: number | undefined;
  /** On the pathway's clock, up to `to` or to now; pauses do not count. */
  ms: number;
  /** Undefined: nobody is late under this pathway. */
  due: number | undefined;
  /** Undefined: no target, or still time. */
  within: boolean | undefined;
};

export type StageLaps = { stage: string; title: string; take: Lap; answer: Lap };

/** Without a policy the wall clock counts. */
const PLAIN: ClockPolicy = { clock: 'calendar', holidays: 'none' };

/** The stages so far, the running one included. @param now until when what is still open has lasted; the end for what is over */
export function lapsOf(request: Request, now: number): StageLaps[] {
  const running: Omit<Passed, 'doneAt'> & { doneAt: number | undefined } = {
    stage: request.stage,
    clocks: request.clocks,
    pauses: request.pauses,
    takenAt: firstTaken(request),
    doneAt: request.answeredAt,
  };
  return [...(request.passed ?? []), running].map(({ stage: n, clocks, pauses, takenAt, doneAt }) => {
    const stage = stageOf({ pathway: request.pathway, stage: n });
    const { sla } = stage;
    const stood: Stretch[] = sla?.pause.includes('info-requested')
      ? pauses.map(({ from, to }) => ({ from, to: to ?? Infinity }))
      : [];
    const lap = (target: 'take' | 'answer', to: number | undefined, still: Stretch[]): Lap => {
      const from = clocks[target];
      // The target alone: ten thousand requests are measured for a year's figures.
      const wanted = sla?.[target];
      const due = sla && wanted && addSpan(sla, from, wanted.within, still);
      const late = due !== undefined && (to ?? now) > due;
      return {
        from,
        to,
        ms: elapsed(sla ?? PLAIN, from, to ?? now, still),
        due,
        within: due === undefined || (to === undefined && !late) ? undefined : !late,
      };
    };
    return {
      stage: stage.id,
      title: stage.title,
      take: lap('take', takenAt, []),
      answer: lap('answer', doneAt, stood),
    };
  });
}

/** The first who took this stage: handing over or giving back later does not undo that somebody was there in time. */
export function firstTaken(request: Request): number | undefined {
  const entered = request.passed?.at(-1)?.doneAt ?? -Infinity;
  const inStage = request.history.filter((h) => h.at >= entered);
  return inStage.find((h) => h.step === 'taken' || h.step === 'joined')?.at ?? request.takenAt;
}

/** The whole request in one line: first taken, answered, and whether every clock that ended was kept. */
export type Measure = {
  takenMs: number | undefined;
  answeredMs: number | undefined;
  /** False as soon as one target was missed; undefined when none has ended. */
  within: boolean | undefined;
  /** Something is due now, and its instant has passed. */
  late: boolean;
};

/** @param now as for `lapsOf` */
export function measureOf(request: Request, now: number): Measure {
  const laps = lapsOf(request, now);
  const [first] = laps;
  const kept = laps.flatMap(({ take, answer }) => [take.within, answer.within]).filter((one) => one !== undefined);
  return {
    takenMs: first?.take.to === undefined ? undefined : first.take.ms,
    answeredMs: request.answeredAt === undefined ? undefined : laps.reduce((sum, { answer }) => sum + answer.ms, 0),
    within: kept.length === 0 ? undefined : kept.every(Boolean),
    late: lateIn(request, laps.at(-1)),
  };
}

/** Something is due and its instant has passed. */
export function isLate(request: Request, now: number): boolean {
  return lateIn(request, lapsOf(request, now).at(-1));
}

function lateIn({ status, waits }: Request, lap: StageLaps | undefined): boolean {
  if (!lap || waits !== undefined) return false;
  if (status === 'asked') return lap.take.within === false || lap.answer.within === false;
  return (status === 'taken' || status === 'info-requested') && lap.answer.within === false;
}
