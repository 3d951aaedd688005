/**
 * French dates. Reading is `readWhen` (read-when.ts); writing is here. What is written stays in a room and is read on
 * another day: so never "demain", always the weekday and the date, and the year as soon as it is not the current one.
 */
import { DAY, HOUR, MINUTE, toParis } from '../../care/relay/civil-time.ts';
import type { CivilMoment } from '../../care/stay/intent.ts';
import { MONTHS, WEEKDAYS } from './french-calendar.ts';

export { readWhen } from './read-when.ts';

/** `mercredi 25 novembre`, `vendredi 1er janvier 2027`. @param now epoch ms UTC: its year is not said */
export function sayDay(instant: number, now: number): string {
  const { year, month, day } = toParis(instant);
  const weekday = WEEKDAYS[(new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7] ?? '';
  const said = `${weekday} ${day === 1 ? '1er' : String(day)} ${MONTHS[month - 1] ?? ''}`;
  return year === toParis(now).year ? said : `${said} ${year}`;
}

/** `10h30`, `8h05`, `14h`: as hospitals write it. */
export function sayHour(instant: number): string {
  const { hour, minute } = toParis(instant);
  return minute === 0 ? `${hour}h` : `${hour}h${String(minute).padStart(2, '0')}`;
}

/** `mercredi 25 novembre à 10h30` */
export function sayDateTime(instant: number, now: number): string {
  return `${sayDay(instant, now)} à ${sayHour(instant)}`;
}

/** A date that came without an hour is said without one (DESIGN §7). */
export function sayMoment(moment: CivilMoment, now: number): string {
  return moment.precision === 'day' ? sayDay(moment.at, now) : sayDateTime(moment.at, now);
}

/**
 * A length of time: `45 min`, `3 h`, `1 h 30`, `48 h`, `5 jours`. Hours up to 72, as deadlines are spoken of; beyond that
 * days, rounded to the nearest. A negative length is said like a positive one.
 * @param ms milliseconds
 */
export function saySpan(ms: number): string {
  const span = Math.abs(ms);
  if (span < MINUTE) return 'moins d’une minute';
  const minutes = Math.round(span / MINUTE);
  if (minutes < 60) return `${minutes} min`;
  if (span > 72 * HOUR) return `${Math.round(span / DAY)} jours`;
  const rest = minutes % 60;
  const hours = Math.floor(minutes / 60);
  // Past a day nobody counts minutes.
  if (hours >= 24) return `${Math.round(span / HOUR)} h`;
  return rest === 0 ? `${hours} h` : `${hours} h ${String(rest).padStart(2, '0')}`;
}

/** `1976-03-15` → `15/03/1976`; anything else is said as it came. */
export function sayBirthDate(date: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? [];
  return year && month && day ? `${day}/${month}/${year}` : date;
}
