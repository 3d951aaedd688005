/**
 * One day, or a run of days, named in French at a place of a folded text. Never one answer where colleagues would
 * understand two: all the readings are given back, and read-when.ts asks.
 */
import { DAY } from '../../care/relay/civil-time.ts';
import { dateOf, dayNumber, readFeast, weekdayOf } from './french-calendar.ts';
import type { DayNumber } from './french-calendar.ts';
import { MONTH, monthOf, one, readDate, readWeekday, withoutYear } from './read-date.ts';
import type { DayRead, Days, Today } from './read-date.ts';
import { matchAt, NUMBER, numberOf } from './read-text.ts';

export type { DayRead, Today } from './read-date.ts';

/**
 * @param bare also a lone number (`3`), where a date is certain to come: after "le", "du … au"
 * @returns undefined when no day is named at `at`
 */
export function readDay(text: string, at: number, today: Today, bare = false): DayRead | undefined {
  return (
    readRelative(text, at, today) ??
    readRun(text, at, today) ??
    readFeastDay(text, at, today) ??
    readWeekday(text, at, today) ??
    readDate(text, at, today, bare)
  );
}

function readRelative(text: string, at: number, { day, hour }: Today): DayRead | undefined {
  const named = matchAt(`(aujourd'? ?hui|auj|ce jour|avant[- ]?hier|hier|apres[- ]?demain|demain)\\b\\.?`, text, at);
  if (named) {
    const word = named[1] ?? '';
    const shift = word.startsWith('apres')
      ? 2
      : word === 'demain'
        ? 1
        : word === 'hier'
          ? -1
          : word.startsWith('avant')
            ? -2
            : 0;
    const end = at + named[0].length;
    const later = matchAt(`\\s+en (huit|8|quinze|15)\\b`, text, end);
    const weeks = later ? (later[1] === 'huit' || later[1] === '8' ? 7 : 14) : 0;
    const first = day + shift + weeks;
    // Somebody up at two in the morning may say "demain" for after their sleep.
    const options = shift > 0 && hour < 4 ? [...one(first - 1), ...one(first)] : one(first);
    return { end: end + (later?.[0].length ?? 0), options };
  }
  const ahead = matchAt(`dans\\s+(${NUMBER})\\s*(j|jours?|sem|semaines?|mois|ans?)\\b`, text, at);
  if (!ahead) return undefined;
  const [all, count = '', unit = ''] = ahead;
  const n = numberOf(count);
  const end = at + all.length;
  if (unit.startsWith('s')) return { end, options: one(day + 7 * n) };
  if (unit.startsWith('j')) {
    // "Dans huit jours" is in a week and "dans quinze jours" in two, unless it was counted.
    if (n === 8 || n === 15) return { end, options: [...one(day + n - 1), ...one(day + n)] };
    return { end, options: one(day + n) };
  }
  const { year, month, day: date } = dateOf(day);
  const index = month - 1 + n * (unit === 'mois' ? 1 : 12);
  const found = dayNumber(year + Math.floor(index / 12), (index % 12) + 1, date);
  return { end, options: one(found), note: `il n’y a pas de ${date} dans le mois où cela tombe` };
}

/** Week-ends, weeks, months. A week is Monday to Sunday. */
function readRun(text: string, at: number, { day }: Today): DayRead | undefined {
  const monday = day - weekdayOf(day) + 1;
  const weekend = matchAt(
    `(?:(?:ce|le|du|au) )?(prochain )?(?:week[- ]?end|(?<=(?:ce|le) )we)\\b( prochain| qui vient| dernier| passe)?`,
    text,
    at,
  );
  if (weekend) {
    const end = at + weekend[0].length;
    const saturday: Days = { first: monday + 5, count: 2 };
    const next: Days = { first: monday + 12, count: 2 };
    const word = (weekend[1] ?? weekend[2] ?? '').trim();
    if (word === 'dernier' || word === 'passe') return { end, options: [{ first: monday - 2, count: 2 }] };
    if (word === '' || word === 'qui vient') return { end, options: [saturday] };
    return { end, options: weekdayOf(day) >= 6 ? [next] : [saturday, next] };
  }
  const week = matchAt(
    `(?:(?:la|de la|cette|dans la) )?semaine( prochaine| qui vient| suivante| pro\\b| derniere| passee)?(?! \\d)\\b`,
    text,
    at,
  );
  if (week && (week[1] !== undefined || /^(?:cette|dans la)/.test(week[0]))) {
    const end = at + week[0].length;
    if (week[0].startsWith('dans la') && week[1] === undefined)
      return {
        end,
        options: [
          { first: day, count: monday + 7 - day },
          { first: day, count: 8 },
        ],
      };
    const shift = week[1] === undefined ? 0 : /derniere|passee/.test(week[1]) ? -7 : 7;
    return { end, options: [{ first: monday + shift, count: 7 }] };
  }
  const months = matchAt(`(?:le mois prochain|ce mois(?:[- ]ci)?)\\b`, text, at);
  const { year, month } = dateOf(day);
  const named = matchAt(`(?:en|courant|au mois de) (${MONTH})\\b(?: (20\\d\\d))?`, text, at);
  if (named) {
    const asked = monthOf(named[1] ?? '');
    return {
      end: at + named[0].length,
      options: [monthRun(Number(named[2] ?? (asked < month ? year + 1 : year)), asked - 1)],
    };
  }
  if (!months) return undefined;
  const from = months[0].startsWith('le') ? month : month - 1;
  return { end: at + months[0].length, options: [monthRun(year, from)] };
}

/** @param index of the month from 0; 12 is January of the next year */
function monthRun(year: number, index: number): Days {
  const first = Date.UTC(year, index, 1) / DAY;
  return { first, count: Date.UTC(year, index + 1, 1) / DAY - first };
}

function readFeastDay(text: string, at: number, today: Today): DayRead | undefined {
  const beside =
    matchAt(`(?:la )?(veille|lendemain)(?: de |( du )| d')(?:la )?`, text, at) ??
    matchAt(`le (lendemain)(?: de |( du )| d')(?:la )?`, text, at);
  const feast = readFeast(text, at + (beside?.[0].length ?? 0));
  if (!feast) return undefined;
  const shift = beside ? (beside[1] === 'veille' ? -1 : 1) : 0;
  const dayIn = (year: number): DayNumber | undefined => {
    const found = feast.dayIn(year);
    return found === undefined ? undefined : found + shift;
  };
  const year = matchAt(`\\s+(20\\d\\d)\\b`, text, feast.end);
  if (year) return { end: feast.end + year[0].length, options: one(dayIn(Number(year[1]))) };
  const next = matchAt(`\\s+(?:prochaine?|qui vient)\\b`, text, feast.end);
  return { end: feast.end + (next?.[0].length ?? 0), ...withoutYear(dayIn, today, next !== undefined) };
}
