/** Reads the period that a colleague counts over, among other words: `ce mois`, `octobre`, `2026`, `trimestre dernier`, `30 jours`. */
import { fromParis, parisDay, parisWeekday, toParis } from '../../care/relay/civil-time.ts';
import { fold } from './fold.ts';
import { MONTHS } from './french-calendar.ts';

/** [from, to) in epoch ms UTC, from and to midnights of Paris. `rest`: the other words, folded. */
export type Period = { from: number; to: number; said: string; rest: string };

const FOLDED = MONTHS.map(fold);
const LAST = /\b(?:dernier|derniere|precedent|precedente|passe|passee)\b/;
const FILLER = /\b(?:du|de la|de|le|la|les|au|en|pour|sur|depuis|d'|l')\s*$/;

/** @returns undefined when no period is named. @param now civil time, epoch ms UTC */
export function readPeriod(words: string, now: number): Period | undefined {
  const text = fold(words).replaceAll(/\s+/g, ' ');
  for (const read of [days, week, quarter, month, year]) {
    const found = read(text, now);
    if (found) return { from: found.from, to: found.to, said: found.said, rest: without(text, found.words) };
  }
  return undefined;
}

/** What is meant when nothing is said. */
export function lastThirtyDays(now: number): Omit<Period, 'rest'> {
  return { from: parisDay(now, -29), to: parisDay(now, 1), said: '30 derniers jours' };
}

type Found = Omit<Period, 'rest'> & { words: string };

function days(text: string, now: number): Found | undefined {
  const found = /\b(?:(?:les |ces )?(\d{1,3})(?: derniers)? jours?)\b/.exec(text);
  const n = Number(found?.[1]);
  if (!found || n < 1 || n > 400) return undefined;
  return {
    from: parisDay(now, 1 - n),
    to: parisDay(now, 1),
    said: n === 1 ? 'aujourd’hui' : `${n} derniers jours`,
    words: found[0],
  };
}

function week(text: string, now: number): Found | undefined {
  const found = /\b(?:cette |la )?semaine(?: derniere| precedente| passee)?\b/.exec(text);
  if (!found) return undefined;
  const monday = parisDay(now, 1 - parisWeekday(now));
  const last = LAST.test(found[0]);
  const from = last ? parisDay(monday, -7) : monday;
  return { from, to: parisDay(from, 7), said: last ? 'semaine dernière' : 'cette semaine', words: found[0] };
}

function quarter(text: string, now: number): Found | undefined {
  const { year: thisYear, month: thisMonth } = toParis(now);
  const named = /\b(?:t([1-4])|([1-4])(?:er|e|eme)? trimestre)(?: (\d{4}))?\b/.exec(text);
  const said = /\b(?:(?:ce |le )?trimestre(?: dernier| precedent| passe)?)\b/.exec(text);
  if (!named && !said) return undefined;
  let n = Math.floor((thisMonth - 1) / 3);
  let inYear = thisYear;
  if (named) {
    const wanted = Number(named[1] ?? named[2]) - 1;
    inYear = named[3] === undefined ? (wanted > n ? thisYear - 1 : thisYear) : Number(named[3]);
    n = wanted;
  } else if (said && LAST.test(said[0])) {
    n -= 1;
    if (n < 0) [n, inYear] = [3, thisYear - 1];
  }
  const from = first(inYear, n * 3 + 1);
  return {
    from,
    to: first(inYear, n * 3 + 4),
    said: `${n === 0 ? '1er' : `${n + 1}e`} trimestre ${inYear}`,
    words: (named ?? said)?.[0] ?? '',
  };
}

function month(text: string, now: number): Found | undefined {
  const { year: thisYear, month: thisMonth } = toParis(now);
  const said = /\b(?:ce |le )?mois(?:[- ]ci| dernier| precedent| passe)?\b/.exec(text);
  const named = new RegExp(`\\b(${FOLDED.join('|')})(?: (\\d{4}))?\\b`).exec(text);
  if (!named && !said) return undefined;
  let [inYear, n] = [thisYear, thisMonth];
  if (named) {
    n = FOLDED.indexOf(named[1] ?? '') + 1;
    inYear = named[2] === undefined ? (n > thisMonth ? thisYear - 1 : thisYear) : Number(named[2]);
  } else if (said && LAST.test(said[0])) [inYear, n] = n === 1 ? [thisYear - 1, 12] : [thisYear, n - 1];
  return {
    from: first(inYear, n),
    to: first(inYear, n + 1),
    said: `${MONTHS[n - 1] ?? ''} ${inYear}`,
    words: (named ?? said)?.[0] ?? '',
  };
}

function year(text: string, now: number): Found | undefined {
  const { year: thisYear } = toParis(now);
  const found = /\b(?:(20\d{2})|(?:cette |l'|l' )?annee(?: derniere| precedente| passee)?)\b/.exec(text);
  if (!found) return undefined;
  const inYear = found[1] === undefined ? (LAST.test(found[0]) ? thisYear - 1 : thisYear) : Number(found[1]);
  return { from: first(inYear, 1), to: first(inYear + 1, 1), said: String(inYear), words: found[0] };
}

function first(inYear: number, n: number): number {
  return fromParis({ year: inYear, month: n, day: 1, hour: 0, minute: 0 });
}

function without(text: string, words: string): string {
  const [before = '', ...after] = text.split(words);
  return `${before.trim().replace(FILLER, '')} ${after.join(words)}`.replaceAll(/\s+/g, ' ').trim();
}
