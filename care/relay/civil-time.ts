/**
 * Instants and French civil time. Europe/Paris by the runtime's own tz data (Intl); no offset written by hand.
 * All instants are epoch ms UTC; a local time is what a clock on a French wall shows.
 */
export type LocalTime = { year: number; month: number; day: number; hour: number; minute: number; second: number };

const ZONE = 'Europe/Paris';
const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
});

/** What a clock on a wall in Paris shows at that instant. */
export function toParis(instant: number): LocalTime {
  const wall = new Date(Math.floor(instant / 1000) * 1000 + offsetAt(instant));
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
  };
}

/** Since `from` (epoch ms UTC) the clocks of Paris have been `offset` ms ahead of UTC. */
type Span = { from: number; offset: number };

/**
 * One formatting by Intl costs more than reading a whole HL7 message, so the changes of a year are looked for once: the tz
 * data is asked every ten days, and between two different answers down to the second. Ten days are safe: since the first
 * time zone (1911) France has never changed its clocks twice within a month.
 */
const years = new Map<number, readonly Span[]>();
const STEP = 10 * 86_400_000;

function spansOf(year: number): readonly Span[] {
  const known = years.get(year);
  if (known) return known;
  const [start, end] = [Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1)];
  const spans: Span[] = [{ from: start, offset: askOffset(start) }];
  for (let at = start; at < end; at += STEP) {
    const next = Math.min(at + STEP, end - 1000);
    const [before, after] = [askOffset(at), askOffset(next)];
    if (before !== after) spans.push({ from: firstWith(after, at, next), offset: after });
  }
  years.set(year, spans);
  return spans;
}

/** The second of the change: `to` has this offset, `from` has another. */
function firstWith(offset: number, from: number, to: number): number {
  let [before, after] = [from, to];
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (askOffset(middle) === offset) after = middle;
    else before = middle;
  }
  return after;
}

function offsetAt(instant: number): number {
  const year = new Date(instant).getUTCFullYear();
  if (!(year >= 1800 && year <= 2200)) return askOffset(instant); // what nobody means need not be remembered
  let offset = 0;
  for (const span of spansOf(year)) {
    if (span.from > instant) break;
    offset = span.offset;
  }
  return offset;
}

function askOffset(instant: number): number {
  const found: Record<string, number> = {};
  for (const part of parts.formatToParts(instant)) if (part.type !== 'literal') found[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

/**
 * The instant of a local time. A time that does not exist (spring night, 02:30) gives the same span after the change
 * (03:30); a time that exists twice (autumn night) gives the first. Fields may overflow (day 32, hour 25).
 */
export function fromParis(local: Omit<LocalTime, 'second'> & { second?: number }): number {
  const asUtc = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute, local.second ?? 0);
  const before = asUtc - offsetAt(asUtc - 12 * 3_600_000);
  const after = asUtc - offsetAt(asUtc + 12 * 3_600_000);
  const shows = (instant: number): boolean => {
    const l = toParis(instant);
    return Date.UTC(l.year, l.month - 1, l.day, l.hour, l.minute, l.second) === asUtc;
  };
  if (shows(before)) return before;
  if (shows(after)) return after;
  return before; // in the gap: the old offset leads to the wall time one hour later
}

/** Midnight in Paris of the day that contains `instant`, moved by `days`. */
export function parisDay(instant: number, days = 0): number {
  const l = toParis(instant);
  return fromParis({ year: l.year, month: l.month, day: l.day + days, hour: 0, minute: 0 });
}

/** 1 Monday … 7 Sunday, in Paris. */
export function parisWeekday(instant: number): number {
  const l = toParis(instant);
  return ((new Date(Date.UTC(l.year, l.month - 1, l.day)).getUTCDay() + 6) % 7) + 1;
}

/** `YYYY-MM-DD` in Paris. */
export function parisDate(instant: number): string {
  const l = toParis(instant);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${String(l.year)}-${two(l.month)}-${two(l.day)}`;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
