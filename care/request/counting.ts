/** What is counted of requests: look-up keys by month of asking, figures of a period, the bars of its picture. Pure. */
import { DAY, fromParis, parisDay, parisWeekday, toParis } from '../relay/civil-time.ts';
import { type Measure, measureOf } from './measure.ts';
import { isEnded, type Request } from './request.ts';

/** [from, to), epoch ms UTC. */
export type CountPeriod = { from: number; to: number };

/** `2026-11`, of Paris. */
function monthOf(instant: number): string {
  const { year, month } = toParis(instant);
  return `${year}-${String(month).padStart(2, '0')}`;
}

/** Kept as long as the request: a month of one pathway is read without opening the others. */
export function countKeys({ pathway, askedAt }: Pick<Request, 'pathway' | 'askedAt'>): string[] {
  return [monthKey(monthOf(askedAt)), pathwayMonth(pathway.id, monthOf(askedAt))];
}

/** Whatever the pathway, those that are no longer offered too. */
export function monthKey(month: string): string {
  return `month:${month}`;
}

export function pathwayMonth(id: string, month: string): string {
  return `pathway:${id}:${month}`;
}

/** Months that a period touches, in order. */
export function monthsOf({ from, to }: CountPeriod): string[] {
  const months: string[] = [];
  let { year, month } = toParis(from);
  for (let at = from; at < to; at = fromParis({ year, month, day: 1, hour: 0, minute: 0 })) {
    months.push(monthOf(at));
    month += 1;
    if (month > 12) [year, month] = [year + 1, 1];
  }
  return months;
}

export type ActivityFigures = {
  asked: number;
  taken: number;
  answered: number;
  /** Over without an answer: refused, redirected, cancelled, expired. */
  unanswered: number;
  open: number;
  late: number;
  /** Of those taken, on the pathway's clock. */
  medianTakeMs: number | undefined;
  medianAnswerMs: number | undefined;
  /** Kept every clock that ended, of those for which one has. */
  within: { kept: number; of: number };
};

/** A request with its measure, made once for the figures and for the picture. */
export type Counted = { request: Request; measure: Measure };

export function counted(requests: readonly Request[], now: number): Counted[] {
  return requests.map((request) => ({ request, measure: measureOf(request, now) }));
}

export function figuresOf(all: readonly Counted[]): ActivityFigures {
  const judged = all.filter(({ measure }) => measure.within !== undefined);
  const answered = all.filter(({ measure }) => measure.answeredMs !== undefined);
  const unanswered = all.filter(({ request, measure }) => isEnded(request) && measure.answeredMs === undefined);
  const taken = all.filter(({ measure }) => measure.takenMs !== undefined);
  return {
    asked: all.length,
    taken: taken.length,
    answered: answered.length,
    unanswered: unanswered.length,
    open: all.length - answered.length - unanswered.length,
    late: all.filter(({ measure }) => measure.late).length,
    medianTakeMs: median(taken.flatMap(({ measure }) => measure.takenMs ?? [])),
    medianAnswerMs: median(answered.flatMap(({ measure }) => measure.answeredMs ?? [])),
    within: { kept: judged.filter(({ measure }) => measure.within).length, of: judged.length },
  };
}

/** The middle one, or the mean of the two in the middle; undefined of nothing. */
function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** One bar: requests asked in [from, to), by what became of them. */
export type ActivityBar = CountPeriod & { kept: number; late: number; open: number; unanswered: number };

export type ActivityChart = CountPeriod & {
  title: string;
  /** The period in words. */
  said: string;
  by: 'day' | 'week' | 'month';
  bars: ActivityBar[];
};

/** Days up to a fortnight, weeks up to a quarter, then months: about a dozen bars, which a telephone shows. */
export function barsOf(all: readonly Counted[], period: CountPeriod): Pick<ActivityChart, 'by' | 'bars'> {
  const days = (period.to - period.from) / DAY;
  const by = days <= 15 ? 'day' : days <= 100 ? 'week' : 'month';
  const bars: ActivityBar[] = [];
  for (let from = period.from; from < period.to;) {
    const to = Math.min(nextStart(from, by), period.to);
    bars.push({ from, to, kept: 0, late: 0, open: 0, unanswered: 0 });
    from = to;
  }
  for (const { request, measure } of all) {
    const bar = bars.find(({ from, to }) => from <= request.askedAt && request.askedAt < to);
    if (!bar) continue;
    const { within, answeredMs } = measure;
    if (answeredMs !== undefined) bar[within === false ? 'late' : 'kept'] += 1;
    else bar[isEnded(request) ? 'unanswered' : 'open'] += 1;
  }
  return { by, bars };
}

function nextStart(from: number, by: ActivityChart['by']): number {
  if (by === 'day') return parisDay(from, 1);
  if (by === 'week') return parisDay(from, 8 - parisWeekday(from));
  const { year, month } = toParis(from);
  return fromParis({ year, month: month + 1, day: 1, hour: 0, minute: 0 });
}
