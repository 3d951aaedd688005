/** A moment that a phrase may mean, and several of them while it is not sure. */
import { HOUR, toParis } from '../../care/relay/civil-time.ts';
import { dayOf, instantOf } from './french-calendar.ts';
import type { Days, Today } from './read-date.ts';
import type { Moment } from './read-hour.ts';
import { sayDays } from './say-when.ts';

/** epoch ms UTC, [from, to). `by`: what "d’ici" would mean, when that is not the end ("d’ici 18h"). */
export type Reading = { from: number; to: number; said: string; by?: number };

/** `options`: 1 is sure, more must be asked, none is impossible and `note` says why. */
export type Found = {
  start: number;
  end: number;
  options: Reading[];
  note?: string | undefined;
  why?: 'several' | 'impossible' | 'not-understood';
};

export function today(now: number): Today {
  return { day: dayOf(now), hour: toParis(now).hour };
}

/** Of several readings, what is over today is not meant ("jeudi matin" on a Thursday afternoon), unless nothing else is left. */
export function notOver(options: Reading[], now: number): Reading[] {
  const ahead = options.filter((option) => option.to > now || option.from < instantOf(today(now).day));
  return ahead.length > 0 ? ahead : options;
}

export function reading(days: Days, moment: Moment | undefined, now: number): Reading {
  if (!moment) return { from: instantOf(days.first), to: instantOf(days.first + days.count), said: sayDays(days, now) };
  const from = instantOf(days.first, moment.from);
  const point = moment.said === 'midi' || (moment.exact && moment.to - moment.from === 60);
  return {
    from,
    to: instantOf(days.first, moment.to),
    said: sayDays(days, now, moment),
    ...(point ? { by: from } : {}),
  };
}

/** An hour of the wall may not come (spring night) or come twice (autumn night). */
export function readings(days: Days, moment: Moment, now: number): Reading[] {
  const plain = reading(days, moment, now);
  if (!moment.exact || moment.to - moment.from !== 60) return [plain];
  const shown = toParis(plain.from);
  if (shown.hour * 60 + shown.minute !== moment.from % 1440) return [];
  const later = toParis(plain.from + HOUR);
  const twice = later.hour === shown.hour && later.minute === shown.minute;
  const from = { from: plain.from, to: plain.from + HOUR };
  if (!twice) return [{ ...plain, ...from }];
  return [
    { ...from, said: `${plain.said} (heure d’été)` },
    { from: from.to, to: from.to + HOUR, said: `${plain.said} (heure d’hiver)` },
  ];
}
