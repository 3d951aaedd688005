/**
 * French working days and opening hours, computed (FACTS §7): no table of years to keep up to date. Names in French are
 * in config/texts; here a holiday is a key and a date.
 */
import { fromParis, parisDay, parisWeekday, toParis } from '../relay/civil-time.ts';
import type { HolidayRegion, Period, SlaPolicy } from './sla-policy.ts';

/** What the three clocks need of a policy. */
export type ClockPolicy = Pick<SlaPolicy, 'clock' | 'opening' | 'holidays'>;

/** A stretch of time, epoch ms UTC: `from` inclusive, `to` exclusive. */
export type Stretch = { from: number; to: number };

export type Holiday = {
  key:
    | 'new-year'
    | 'good-friday'
    | 'easter-monday'
    | 'labour-day'
    | 'victory-1945'
    | 'ascension'
    | 'whit-monday'
    | 'national-day'
    | 'assumption'
    | 'all-saints'
    | 'armistice-1918'
    | 'christmas'
    | 'saint-stephen';
  month: number;
  day: number;
};

/** Easter Sunday of a Gregorian year (the "anonymous" computus, Nature 1876). @returns month 3 or 4, and the day */
export function easterSunday(year: number): { month: number; day: number } {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const inCentury = year % 100;
  const moonShift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - moonShift + 15) % 30;
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * toSunday) / 451);
  const march = epact + toSunday - 7 * late + 114;
  return { month: Math.floor(march / 31), day: (march % 31) + 1 };
}

/**
 * The public holidays of a year, in date order: eleven (Code du travail L3133-1), thirteen in Alsace-Moselle (57, 67, 68:
 * Good Friday and 26 December, L3134-13), nothing for `none`. Easter and Whit Sundays are Sundays already and are not in the list of the Code.
 */
export function publicHolidays(year: number, region: HolidayRegion): Holiday[] {
  if (region === 'none') return [];
  const easter = easterSunday(year);
  const fromEaster = (key: Holiday['key'], days: number): Holiday => {
    const date = new Date(Date.UTC(year, easter.month - 1, easter.day + days));
    return { key, month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  };
  const fixed = (key: Holiday['key'], month: number, day: number): Holiday => ({ key, month, day });
  const local = region === 'alsace-moselle' ? [fromEaster('good-friday', -2), fixed('saint-stephen', 12, 26)] : [];
  const everywhere = [
    fixed('new-year', 1, 1),
    fromEaster('easter-monday', 1),
    fixed('labour-day', 5, 1),
    fixed('victory-1945', 5, 8),
    fromEaster('ascension', 39),
    fromEaster('whit-monday', 50),
    fixed('national-day', 7, 14),
    fixed('assumption', 8, 15),
    fixed('all-saints', 11, 1),
    fixed('armistice-1918', 11, 11),
    fixed('christmas', 12, 25),
  ];
  return [...everywhere, ...local].sort((a, b) => a.month - b.month || a.day - b.day);
}

/** @param instant any instant of the day, epoch ms UTC; the day is that of Paris */
export function isPublicHoliday(instant: number, region: HolidayRegion = 'france'): boolean {
  const { year, month, day } = toParis(instant);
  return publicHolidays(year, region).some((holiday) => holiday.month === month && holiday.day === day);
}

/** Monday to Friday in Paris, and no public holiday. */
export function isWorkingDay(instant: number, region: HolidayRegion = 'france'): boolean {
  return parisWeekday(instant) <= 5 && !isPublicHoliday(instant, region);
}

/**
 * The stretches during which the policy's clock runs, from `from` on, in order and without overlap.
 * `calendar`: always. `working-days`: working days from 00:00 to 24:00 in Paris. `opening-hours`: what the wall clock of
 * Paris shows between the hours of `opening`, public holidays closed; on the night when 02:00–03:00 comes twice it counts
 * twice, and when it does not come it does not count. Endless but for the one stretch of `calendar`.
 * @throws RangeError for `opening-hours` without any hour: its clock would never move
 */
export function* openStretches(policy: ClockPolicy, from: number): Generator<Stretch, void> {
  if (policy.clock === 'calendar') {
    yield { from, to: Infinity };
    return;
  }
  const opening = (policy.opening ?? []).filter((period) => period.from < period.to);
  if (policy.clock === 'opening-hours' && opening.length === 0)
    throw new RangeError('opening-hours clock without opening hours');
  for (let day = parisDay(from); ; day = parisDay(day, 1)) {
    for (const stretch of openOn(policy.clock, opening, policy.holidays, day))
      if (stretch.to > from) yield { from: Math.max(stretch.from, from), to: stretch.to };
  }
}

function openOn(
  clock: 'working-days' | 'opening-hours',
  opening: Period[],
  region: HolidayRegion,
  midnight: number,
): Stretch[] {
  if (isPublicHoliday(midnight, region)) return [];
  if (clock === 'working-days')
    return parisWeekday(midnight) <= 5 ? [{ from: midnight, to: parisDay(midnight, 1) }] : [];
  const weekday = parisWeekday(midnight);
  const periods = opening.filter((period) => period.day === weekday);
  return union(periods.flatMap((period) => shownBetween(midnight, period.from, period.to)));
}

/** Instants of a Paris day at which the wall shows at least `from` and less than `to` (minutes since midnight). */
function shownBetween(midnight: number, from: number, to: number): Stretch[] {
  const wall = (instant: number): number => {
    const { year, month, day, hour, minute } = toParis(instant);
    return Date.UTC(year, month - 1, day, hour, minute);
  };
  const end = parisDay(midnight, 1);
  const offset = (instant: number): number => wall(instant) - instant;
  const wallMidnight = wall(midnight);
  const inHalf = (half: Stretch): Stretch => ({
    from: Math.max(half.from, wallMidnight + from * 60_000 - offset(half.from)),
    to: Math.min(half.to, wallMidnight + to * 60_000 - offset(half.from)),
  });
  if (offset(midnight) === offset(end)) return [inHalf({ from: midnight, to: end })];
  let [before, after] = [midnight, end];
  while (after - before > 60_000) {
    const middle = before + Math.floor((after - before) / 120_000) * 60_000;
    if (offset(middle) === offset(midnight)) before = middle;
    else after = middle;
  }
  return [inHalf({ from: midnight, to: after }), inHalf({ from: after, to: end })].filter((s) => s.from < s.to);
}

/** Sorted, empty ones dropped, overlapping and touching ones joined. */
export function union(stretches: Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const stretch of stretches.filter((s) => s.from < s.to).sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && stretch.from <= last.to) last.to = Math.max(last.to, stretch.to);
    else joined.push({ ...stretch });
  }
  return joined;
}

/** The hour of the wall clock at an instant of Paris on the same day: `at(midnight, 8)` is 08:00. */
export function hourOf(instant: number, hour: number): number {
  const { year, month, day } = toParis(instant);
  return fromParis({ year, month, day, hour, minute: 0 });
}
