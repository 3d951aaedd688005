/** The names of the French calendar and day arithmetic without a zone: a local date is a number of days. */
import { DAY, fromParis, toParis } from '../../care/relay/civil-time.ts';
import { easterSunday } from '../../care/request/calendar.ts';

export const WEEKDAYS = ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'];
export const MONTHS = [
  'janvier',
  'février',
  'mars',
  'avril',
  'mai',
  'juin',
  'juillet',
  'août',
  'septembre',
  'octobre',
  'novembre',
  'décembre',
];

/** Days since 1 January 1970 of a date on the wall in Paris. */
export type DayNumber = number;

/** @returns undefined when there is no such date (31 November) */
export function dayNumber(year: number, month: number, day: number): DayNumber | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / DAY : undefined;
}

export function dateOf(day: DayNumber): { year: number; month: number; day: number } {
  const date = new Date(day * DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** The date that the wall of Paris shows. */
export function dayOf(instant: number): DayNumber {
  const { year, month, day } = toParis(instant);
  return Date.UTC(year, month - 1, day) / DAY;
}

/** @param minutes since midnight on the wall; may pass the end of the day. @returns epoch ms UTC */
export function instantOf(day: DayNumber, minutes = 0): number {
  const { year, month, day: date } = dateOf(day);
  return fromParis({ year, month, day: date, hour: 0, minute: minutes });
}

/** 1 Monday … 7 Sunday. 1 January 1970 was a Thursday. */
export function weekdayOf(day: DayNumber): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/**
 * Feasts by the names that people type, folded, as a rule from a year to its day. The Sundays of Easter and Pentecost are
 * here, which the Code du travail does not list. No Saint-Étienne (a town) and no bare "victoire" (a first name).
 */
const FEASTS: [name: RegExp, day: { month: number; day: number } | { easter: number }][] = [
  [/(?:le )?lundi de paques/y, { easter: 1 }],
  [/(?:le )?dimanche de paques/y, { easter: 0 }],
  [/(?:le )?dimanche des rameaux/y, { easter: -7 }],
  [/(?:le )?vendredi saint/y, { easter: -2 }],
  [/(?:le )?jeudi saint/y, { easter: -3 }],
  [/(?:le )?samedi saint/y, { easter: -1 }],
  [/(?:le )?mardi gras/y, { easter: -47 }],
  [/(?:le )?mercredi des cendres/y, { easter: -46 }],
  [/(?:le )?lundi de (?:la )?pentecote/y, { easter: 50 }],
  [/(?:le )?dimanche de (?:la )?pentecote/y, { easter: 49 }],
  [/(?:le )?jeudi de l'ascension/y, { easter: 39 }],
  [/(?:l')?ascension/y, { easter: 39 }],
  [/(?:la )?pentecote/y, { easter: 49 }],
  [/paques/y, { easter: 0 }],
  [/(?:le )?reveillon de noel/y, { month: 12, day: 24 }],
  [/(?:le )?(?:jour de )?noel/y, { month: 12, day: 25 }],
  [/(?:le )?reveillon du (?:jour de l'an|nouvel an)/y, { month: 12, day: 31 }],
  [/(?:la )?(?:saint|st)[- ]sylvestre/y, { month: 12, day: 31 }],
  [/(?:le )?(?:jour de l'an|nouvel an|premier de l'an)/y, { month: 1, day: 1 }],
  [/(?:la )?fete du travail/y, { month: 5, day: 1 }],
  [/(?:la )?fete de la victoire|victoire 1945/y, { month: 5, day: 8 }],
  [/(?:la )?fete nationale/y, { month: 7, day: 14 }],
  [/(?:l')?assomption/y, { month: 8, day: 15 }],
  [/(?:la )?toussaint/y, { month: 11, day: 1 }],
  [/(?:l')?armistice(?: de 1918)?/y, { month: 11, day: 11 }],
];

/** The feast named at `at` of a folded text: where its name ends, and its day in a given year. */
export function readFeast(
  text: string,
  at: number,
): { end: number; dayIn: (year: number) => DayNumber | undefined } | undefined {
  for (const [name, day] of FEASTS) {
    name.lastIndex = at;
    if (!name.test(text) || /[a-z0-9]/.test(text[name.lastIndex] ?? '')) continue;
    const end = name.lastIndex;
    if ('month' in day) return { end, dayIn: (year) => dayNumber(year, day.month, day.day) };
    return {
      end,
      dayIn: (year) => {
        const easter = easterSunday(year);
        return (dayNumber(year, easter.month, easter.day) ?? 0) + day.easter;
      },
    };
  }
  return undefined;
}
