/** Weekdays and dates in figures, as typed: each with all the days that they may mean. */
import { dateOf, dayNumber, MONTHS, WEEKDAYS, weekdayOf } from './french-calendar.ts';
import type { DayNumber } from './french-calendar.ts';
import { folded, matchAt } from './read-text.ts';

/** `count` days from `first` on. */
export type Days = { first: DayNumber; count: number };

/** `options` is empty when there is no such day; `note` then says why, in French. */
export type DayRead = { end: number; options: Days[]; note?: string };

/** `hour` is that of `now`: after midnight, "demain" may still mean the day that has just begun. */
export type Today = { day: DayNumber; hour: number };

export const MONTH = `${MONTHS.map(folded).join('|')}|janv|fevr|fev|avr|juil|sept|oct|nov|dec`;
export const monthOf = (word: string): number => MONTHS.findIndex((month) => folded(month).startsWith(word)) + 1;

/** A day as the only reading; none when it does not exist. */
export const one = (first: DayNumber | undefined): Days[] => (first === undefined ? [] : [{ first, count: 1 }]);
const WEEKDAY = WEEKDAYS.join('|');

/** Two months: what has just been is still spoken of, so a date without a year may be that one. */
const RECENT = 60;

export function withoutYear(
  dayIn: (year: number) => DayNumber | undefined,
  { day }: Today,
  certainlyNext = false,
): Omit<DayRead, 'end'> {
  const { year } = dateOf(day);
  const [before, current, after] = [dayIn(year - 1), dayIn(year), dayIn(year + 1)];
  if (current === day && !certainlyNext) return { options: one(day) };
  const ahead = current !== undefined && current > day ? current : after;
  const past = current !== undefined && current <= day ? current : before;
  const recent = past !== undefined && day - past <= RECENT && !certainlyNext;
  return {
    options: recent && ahead !== undefined && ahead - day > RECENT ? [...one(past), ...one(ahead)] : one(ahead),
  };
}

export function readWeekday(text: string, at: number, today: Today): DayRead | undefined {
  const { day } = today;
  const named =
    matchAt(`(ce |le )?(prochain )?(${WEEKDAY})\\b`, text, at) ??
    // "mer", "jeu" and "sam" are words: abbreviations need a dot, a number or a moment after them.
    matchAt(
      `(ce |le )?(prochain )?(lun|mar|mer|jeu|ven|sam|dim)(?:\\.|(?=\\s+(?:\\d|matin|midi|apres[- ]?midi|aprem|soir|prochain)))`,
      text,
      at,
    );
  if (!named) return undefined;
  const [all, article = '', before = '', word = ''] = named;
  const weekday = WEEKDAYS.findIndex((name) => name.startsWith(word)) + 1;
  let end = at + all.length;
  const dated = matchAt(`,?\\s+`, text, end);
  const date = dated && readDate(text, end + dated[0].length, today, true);
  if (date) {
    const options = date.options.filter((option) => weekdayOf(option.first) === weekday);
    const other = date.options[0];
    const note = other
      ? `${dayName(other.first)} n’est pas un ${WEEKDAYS[weekday - 1] ?? ''}, c’est un ${WEEKDAYS[weekdayOf(other.first) - 1] ?? ''}`
      : date.note;
    return { end: date.end, options, ...(note === undefined ? {} : { note }) };
  }
  const coming = day + ((weekday - weekdayOf(day) + 6) % 7) + 1; // strictly after today
  const nextWeek = day - weekdayOf(day) + 7 + weekday;
  const suffix = matchAt(
    `\\s+(prochain|qui vient|dernier|passe|en (?:huit|8)|en (?:quinze|15)|(?:de )?(?:la )?semaine prochaine|de cette semaine|suivant)\\b`,
    text,
    end,
  );
  // "Lundi matin prochain" is "lundi prochain".
  const later = matchAt(`\\s+(?:matin|midi|apres[- ]?midi|aprem|soir) prochain\\b`, text, end);
  const how = suffix?.[1] ?? (later ? 'prochain' : before.trim());
  end += suffix?.[0].length ?? 0;
  const days = (...found: DayNumber[]): DayRead => ({
    end,
    options: [...new Set(found)].sort((a, b) => a - b).flatMap(one),
  });
  if (how === 'dernier' || how === 'passe') return days(coming - 7 === day ? day - 7 : coming - 7);
  if (how === 'qui vient') return days(coming);
  if (how.startsWith('en ')) {
    const weeks = /huit|8/.test(how) ? 7 : 14;
    return coming - day === 7 ? days(day + weeks, coming + weeks) : days(coming + weeks);
  }
  if (how.endsWith('semaine prochaine')) return days(nextWeek);
  if (how === 'de cette semaine') return days(nextWeek - 7);
  if (how !== '') {
    // "Lundi prochain": the next one, or that of next week? Nobody says it of tomorrow.
    const tooNear = coming === day + 1;
    return days(coming, tooNear ? coming + 7 : nextWeek);
  }
  if (coming - day < 7) return days(coming);
  return article === 'ce ' ? days(day) : days(day, coming);
}

export function readDate(text: string, at: number, today: Today, bare: boolean): DayRead | undefined {
  if (/[\d/.,:]/.test(text[at - 1] ?? '')) return undefined;
  const iso = matchAt(`(\\d{4})-(\\d{2})-(\\d{2})\\b`, text, at);
  if (iso) return exact(at + iso[0].length, Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const named = matchAt(`(le )?(\\d{1,2}|premier)(?:er)?\\s*(?:${MONTH})\\b`, text, at);
  const month =
    named && matchAt(`(?:le )?(\\d{1,2}|premier)(?:er)?\\s*(${MONTH})\\b\\.?(?:\\s+(\\d{4})\\b)?`, text, at);
  const digits =
    matchAt(`(?:le )?(\\d{1,2})[/](\\d{1,2})(?:[/](\\d{4}|\\d{2}))?(?![\\d/])`, text, at) ??
    matchAt(`(?:le )?(\\d{1,2})[.-](\\d{1,2})[.-](\\d{4})(?!\\d)`, text, at);
  const found = month ?? digits;
  if (found) {
    const end = at + found[0].length;
    const day = found[1] === 'premier' ? 1 : Number(found[1]);
    const number = month ? monthOf(found[2] ?? '') : Number(found[2]);
    if (found[3] !== undefined) return exact(end, Number(found[3]) + (found[3].length === 2 ? 2000 : 0), number, day);
    if (number < 1 || number > 12 || dayNumber(2024, number, day) === undefined)
      return { end, options: [], note: missing(day, number) };
    return {
      end,
      note: `${missing(day, number)} cette année-là`,
      ...withoutYear((year) => dayNumber(year, number, day), today),
    };
  }
  const lone = matchAt(
    `${bare ? '(?:le )?' : 'le '}(\\d{1,2}|premier)(?:er)?(?!\\d|[/:%°,.]\\d|[%°a-z]|\\s*(?:h|heures?|min|mn|mg|ml|g|kg|cm|mm|j|jours?|semaines?|mois|ans?|fois|x|patients?|lits?)\\b)`,
    text,
    at,
  );
  return lone ? ofMonth(at + lone[0].length, lone[1] === 'premier' ? 1 : Number(lone[1]), today) : undefined;
}

/** "Le 3": the coming one. */
function ofMonth(end: number, date: number, { day }: Today): DayRead {
  const { year, month, day: todays } = dateOf(day);
  if (date < 1 || date > 31) return { end, options: [], note: `il n’y a pas de ${date} dans un mois` };
  const [current, next] = [
    dayNumber(year, month, date),
    dayNumber(month === 12 ? year + 1 : year, (month % 12) + 1, date),
  ];
  const note = `il n’y a pas de ${date} ce mois-là`;
  if (date > todays) return { end, options: one(current), note };
  return {
    end,
    options: current !== undefined && day - current <= 7 ? [...one(current), ...one(next)] : one(next),
    note,
  };
}

function exact(end: number, year: number, month: number, day: number): DayRead {
  return {
    end,
    options: one(dayNumber(year, month, day)),
    note: `${missing(day, month)}${month >= 1 && month <= 12 && day <= 31 ? ` en ${year}` : ''}`,
  };
}

function missing(day: number, month: number): string {
  const name = MONTHS[month - 1];
  return name === undefined ? `il n’y a pas de mois ${month}` : `le ${day} ${name} n’existe pas`;
}

function dayName(day: DayNumber): string {
  const { year, month, day: date } = dateOf(day);
  return `le ${date === 1 ? '1er' : String(date)} ${MONTHS[month - 1] ?? ''} ${year}`;
}
