/**
 * The clocks of care/request/sla.ts written a second time, slowly and from other sources: minute by minute, holidays from
 * the published lists, summer time from the rule of the directive 2000/84/EC. Shares no line with the product.
 */
import type { ClockPolicy, Stretch } from '../../care/request/calendar.ts';

const MINUTE = 60_000;

/** Easter Monday, Ascension, Whit Monday, Good Friday as published by service-public.fr. */
const MOVING: Record<number, [string, string, string, string]> = {
  2023: ['04-10', '05-18', '05-29', '04-07'],
  2024: ['04-01', '05-09', '05-20', '03-29'],
  2025: ['04-21', '05-29', '06-09', '04-18'],
  2026: ['04-06', '05-14', '05-25', '04-03'],
  2027: ['03-29', '05-06', '05-17', '03-26'],
  2028: ['04-17', '05-25', '06-05', '04-14'],
};
const FIXED = ['01-01', '05-01', '05-08', '07-14', '08-15', '11-01', '11-11', '12-25'];

/** `MM-DD` of every holiday of one of the years above. */
export function holidayList(year: number, region: ClockPolicy['holidays']): string[] {
  const moving = MOVING[year];
  if (moving === undefined) throw new RangeError(`no published list for ${year}`);
  const [easter, ascension, whit, friday] = moving;
  return [...FIXED, easter, ascension, whit, ...(region === 'alsace-moselle' ? [friday, '12-26'] : [])].sort();
}

function lastSundayAt1Utc(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 0, 1));
  return last.getTime() - last.getUTCDay() * 24 * 60 * MINUTE;
}

/** The wall clock of Paris, as if it were UTC: ms since 1970 of what it shows. */
function wall(instant: number): number {
  const year = new Date(instant).getUTCFullYear();
  let bounds = summers.get(year);
  if (bounds === undefined) summers.set(year, (bounds = [lastSundayAt1Utc(year, 3), lastSundayAt1Utc(year, 10)]));
  return instant + (instant >= bounds[0] && instant < bounds[1] ? 120 : 60) * MINUTE;
}
const summers = new Map<number, [number, number]>();

const closed = new Map<string, boolean>();
function isHoliday(day: number, region: ClockPolicy['holidays']): boolean {
  const key = `${region}${day}`;
  let found = closed.get(key);
  if (found === undefined) {
    const date = new Date(day * 1440 * MINUTE);
    found = holidayList(date.getUTCFullYear(), region).includes(date.toISOString().slice(5, 10));
    closed.set(key, found);
  }
  return found;
}

/** Does the clock of this policy run during the minute that starts at `instant`? */
export function runs(policy: ClockPolicy, instant: number): boolean {
  if (policy.clock === 'calendar') return true;
  const shown = Math.floor(wall(instant) / MINUTE);
  const day = Math.floor(shown / 1440);
  const weekday = ((day + 3) % 7) + 1; // 1 January 1970 was a Thursday
  const minute = shown % 1440;
  const open =
    policy.clock === 'working-days'
      ? weekday <= 5
      : (policy.opening ?? []).some((o) => o.day === weekday && o.from <= minute && minute < o.to);
  return open && !isHoliday(day, policy.holidays);
}

const paused = (instant: number, pauses: Stretch[]): boolean => pauses.some((p) => p.from <= instant && instant < p.to);

export function slowAddSpan(policy: ClockPolicy, from: number, span: number, pauses: Stretch[]): number {
  let now = from;
  for (let left = span; left > 0; now += MINUTE) if (!paused(now, pauses) && runs(policy, now)) left -= MINUTE;
  return now;
}

export function slowElapsed(policy: ClockPolicy, from: number, to: number, pauses: Stretch[]): number {
  let sum = 0;
  for (let now = from; now < to; now += MINUTE) if (!paused(now, pauses) && runs(policy, now)) sum += MINUTE;
  return sum;
}

export function slowRingTime(policy: ClockPolicy, instant: number): number {
  if (policy.clock === 'calendar') return instant;
  let now = instant;
  for (;;) {
    const hour = Math.floor(wall(now) / MINUTE / 60) % 24;
    if (runs(policy, now) && (policy.clock === 'opening-hours' || (hour >= 8 && hour < 20))) return now;
    now += MINUTE;
  }
}

/** Reproducible numbers (mulberry32). */
export function seeded(seed: number): { below: (n: number) => number; pick: <T>(list: readonly T[]) => T } {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    below,
    pick: (list) => {
      const found = list[below(list.length)];
      if (found === undefined) throw new RangeError('nothing to pick from');
      return found;
    },
  };
}
