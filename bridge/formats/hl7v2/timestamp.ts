/**
 * HL7 TS: `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][+/-ZZZZ]` (HL7 2.5 §2.A.78). Without an offset it is the sender's local time:
 * Europe/Paris (FACTS §1.4). Precision is kept, because a discharge "on the 13th" must not become "at midnight".
 */
import { fromParis, MINUTE, toParis } from '../../../care/relay/civil-time.ts';
import type { CivilMoment } from '../../../care/stay/intent.ts';

export type Timestamp = {
  /** Epoch ms UTC; the first instant of the year, month or day in Paris when there is no hour. */
  at: number;
  precision: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';
  /** `YYYY-MM-DD` as written, whatever the offset; undefined when there is no day. */
  date: string | undefined;
};

const TS =
  /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.\d{0,9})?)?)?)?)?)?([+-]\d{2}(?::?\d{2})?|Z)?$/;
const PRECISIONS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/**
 * @param text the field's first component; undefined or empty is simply absent
 * @param place named in the warning (`PV2-9`); the value never is, it may be a birth date
 * @returns undefined for an absent, truncated (`201`) or impossible date (30 February, hour 24); the last two warn
 */
export function readTimestamp(text: string | undefined, place: string, warnings: string[]): Timestamp | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const read = parse(text.trim());
  if (read === undefined) warnings.push(`${place} is not a possible date: ignored`);
  return read;
}

/** Day or minute, as the domain wants it; a year or a month is no moment at all. */
export function civilMoment(read: Timestamp | undefined): CivilMoment | undefined {
  if (read === undefined || read.precision === 'year' || read.precision === 'month') return undefined;
  return { at: read.at, precision: read.precision === 'day' ? 'day' : 'minute' };
}

/**
 * A planned date. Many senders pad a date without an hour with zeros, or with the last minute of the day; nobody plans a
 * discharge then, and "prévue à 00:00" would be read as the evening before: both are a day.
 */
export function plannedMoment(read: Timestamp | undefined): CivilMoment | undefined {
  const moment = civilMoment(read);
  if (moment === undefined || read?.date === undefined) return moment;
  const midnight = parse(read.date.replaceAll('-', ''))?.at;
  if (midnight === undefined) return moment;
  const isPadded = moment.at === midnight || toParis(moment.at).hour * 60 + toParis(moment.at).minute === 23 * 60 + 59;
  return isPadded ? { at: midnight, precision: 'day' } : moment;
}

function parse(text: string): Timestamp | undefined {
  const found = TS.exec(text);
  if (found === null) return undefined;
  const given = found.slice(1, 7).filter((piece) => (piece as string | undefined) !== undefined);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = given.map(Number);
  const precision = PRECISIONS[given.length - 1] ?? 'year';
  if (year < 1800 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return undefined;
  const offset = readOffset(found[7]);
  if (offset === 'impossible') return undefined;
  const at =
    offset === undefined || given.length <= 3
      ? fromParis({ year, month, day, hour, minute, second })
      : Date.UTC(year, month - 1, day, hour, minute, second) - offset;
  const date = given.length >= 3 ? given.slice(0, 3).join('-') : undefined;
  return { at, precision, date };
}

function readOffset(text: string | undefined): number | 'impossible' | undefined {
  if (text === undefined) return undefined;
  if (text === 'Z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(3).replace(':', ''));
  if (hours > 14 || minutes > 59) return 'impossible';
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE;
}
