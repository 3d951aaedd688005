/** What readWhen has understood, said back. */
import { toParis } from '../../care/relay/civil-time.ts';
import { dateOf, dayOf, instantOf, MONTHS, WEEKDAYS, weekdayOf } from './french-calendar.ts';
import type { DayNumber } from './french-calendar.ts';
import type { Days } from './read-date.ts';
import type { Moment } from './read-hour.ts';

function sayDate(day: DayNumber, now: number, withMonth = true): string {
  const { year, month, day: date } = dateOf(day);
  const said = `${WEEKDAYS[weekdayOf(day) - 1] ?? ''} ${date === 1 ? '1er' : String(date)}`;
  if (!withMonth) return said;
  return `${said} ${MONTHS[month - 1] ?? ''}${year === dateOf(dayOf(now)).year ? '' : ` ${year}`}`;
}

/** `mercredi 25 novembre, matin` · `mercredi 25 novembre à 10h` · `du samedi 28 au dimanche 29 novembre` */
export function sayDays(days: Days, now: number, moment?: Moment): string {
  const last = days.first + days.count - 1;
  if (moment?.said === 'nuit') return `nuit du ${sayRun(days.first, days.first + 1, now)}`;
  if (days.count > 1) return `du ${sayRun(days.first, last, now)}`;
  const said = sayDate(days.first, now);
  if (!moment) return said;
  return moment.said.startsWith('à ') && !moment.said.startsWith('à partir')
    ? `${said} ${moment.said}`
    : `${said}, ${moment.said}`;
}

function sayRun(first: DayNumber, last: DayNumber, now: number): string {
  const [a, b] = [dateOf(first), dateOf(last)];
  // A year that is common to both is said once, at the end.
  const start = a.year === b.year ? sayDate(first, instantOf(first), a.month !== b.month) : sayDate(first, now);
  return `${start} au ${sayDate(last, now)}`;
}

/** `mercredi 25 novembre à 10h30` */
export function sayMomentOf(instant: number, now: number): string {
  const { hour, minute } = toParis(instant);
  return `${sayDate(dayOf(instant), now)} à ${hour}h${minute === 0 ? '' : String(minute).padStart(2, '0')}`;
}

/** `jusqu’au mercredi 25 novembre`, included */
export function sayUntil(said: string): string {
  return said.startsWith('du ') ? `jusqu’au ${said.split(' au ').at(-1) ?? ''}` : `jusqu’au ${said}`;
}
