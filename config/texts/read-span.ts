/** Moments that last: from now on, for so long, a night, from one day to another. */
import { HOUR, MINUTE } from '../../care/relay/civil-time.ts';
import { dayOf, instantOf } from './french-calendar.ts';
import type { DayNumber } from './french-calendar.ts';
import { readDay } from './read-day.ts';
import type { DayRead } from './read-day.ts';
import { MONTH } from './read-date.ts';
import { matchAt, NUMBER, numberOf } from './read-text.ts';
import { reading, today } from './reading.ts';
import type { Found, Reading } from './reading.ts';
import { sayDays, sayMomentOf, sayUntil } from './say-when.ts';

export function readNow(text: string, start: number, now: number): Found | undefined {
  const found = matchAt(`(?:des )?(?:maintenant|tout de suite|immediatement)\\b`, text, start);
  if (found)
    return { start, end: start + found[0].length, options: [{ from: now, to: now + 2 * HOUR, said: 'maintenant' }] };
  const vague = matchAt(
    `(?:dans|sous|d'ici)\\s+(?:une (?:dizaine|douzaine|vingtaine)|quelques|peu)\\b(?: de| d')?(?: ?(?:heures?|jours?|semaines?|mois|temps|minutes?))?|tout a l'heure\\b|bientot\\b|dans (?:${NUMBER}) (?:jours?|semaines?|mois|ans?) et demie?\\b|(?:avant |d'ici )?(?:la )?(?:debut|milieu|fin|mi)[- ](?:de |du |d')?(?:la |l')?(?:${MONTH}|semaine|mois|annee)\\b(?: prochaine?)?|(?:jours? )?feriee?s?\\b`,
    text,
    start,
  );
  if (vague)
    return {
      start,
      end: start + vague[0].length,
      options: [],
      why: 'not-understood',
      note: 'dites un jour ou une heure, par exemple « demain à 10h »',
    };
  return undefined;
}

/** "Dans 2 h" is a moment; "sous 48 h", "d’ici 3 jours", "dans les 24 h" last from now on. */
export function readDuration(text: string, start: number, now: number): Found | undefined {
  const soon = matchAt(
    `dans (?:(l'heure)\\b(?! qui suit)|(?:(une demi[- ]heure|un quart d'heure|trois quarts d'heure)\\b))`,
    text,
    start,
  );
  const hours = matchAt(
    `(dans les(?: prochaines)?|sous les|dans|sous|d'ici a|d'ici) (${NUMBER})\\s*(?:(?:h|heures?)(?:\\s?([0-5]\\d)\\b)?|(min|mn|minutes?))(?![a-z0-9])( et demie)?(?: qui viennent)?`,
    text,
    start,
  );
  if (soon || hours) {
    const word = soon?.[2] ?? '';
    const quick = word.startsWith('une') ? 30 : word.startsWith('un') ? 15 : word.startsWith('trois') ? 45 : 60;
    const n = numberOf(hours?.[2] ?? '0');
    const minutes = soon
      ? quick
      : hours?.[4] !== undefined
        ? n
        : n * 60 + Number(hours?.[3] ?? (hours?.[5] === undefined ? 0 : 30));
    const at = now + minutes * MINUTE;
    const end = start + (soon ?? hours ?? [''])[0].length;
    const point = soon ? word !== '' : hours?.[1] === 'dans';
    return {
      start,
      end,
      options: [
        point
          ? { from: at, to: at + HOUR, said: sayMomentOf(at, now) }
          : { from: now, to: at, said: sayUntil(sayMomentOf(at, now)) },
      ],
    };
  }
  const days = matchAt(
    `(dans les(?: prochains| prochaines)?|sous les|sous|d'ici a|d'ici) (huitaine|quinzaine|${NUMBER})\\s*(?:(j|jours?|sem|semaines?)\\b)?(?: qui viennent)?`,
    text,
    start,
  );
  if (!days || (days[3] === undefined && !/aine$/.test(days[2] ?? ''))) return undefined;
  const end = start + days[0].length;
  const n = days[2] === 'huitaine' ? 8 : days[2] === 'quinzaine' ? 15 : numberOf(days[2] ?? '');
  const last = dayOf(now) + n * (days[3]?.startsWith('s') === true ? 7 : 1);
  return {
    start,
    end,
    options: [{ from: now, to: instantOf(last + 1), said: sayUntil(sayDays({ first: last, count: 1 }, now)) }],
  };
}

/** "Cette nuit", "la nuit de lundi à mardi". */
export function readNight(text: string, start: number, now: number): Found | undefined {
  const { day, hour } = today(now);
  const night = (evening: DayNumber): Reading =>
    reading({ first: evening, count: 1 }, { from: 1200, to: 1920, said: 'nuit', exact: false }, now);
  const tonight = matchAt(`(?:cette|dans la) nuit\\b(?! (?:de|du) )|(?:la )?nuit prochaine\\b`, text, start);
  // Until noon it may be the night that has been.
  if (tonight)
    return {
      start,
      end: start + tonight[0].length,
      options: tonight[0].endsWith('e')
        ? [night(day)]
        : hour < 8
          ? [night(day - 1)]
          : hour < 12
            ? [night(day - 1), night(day)]
            : [night(day)],
    };
  const named = matchAt(`(?:dans )?(?:la )?nuit (?:de |du )(?=\\S)`, text, start);
  const evening = named && readDay(text, start + named[0].length, today(now), true);
  const to = evening && matchAt(`\\s+(?:a|au)\\s+`, text, evening.end);
  const morning =
    evening &&
    to &&
    readDay(text, evening.end + to[0].length, { day: evening.options[0]?.first ?? day, hour: 12 }, true);
  if (!morning) return undefined;
  const pairs = evening.options.filter((e) => morning.options.some((m) => m.first === e.first + 1));
  return {
    start,
    end: morning.end,
    options: pairs.map((e) => night(e.first)),
    note: 'une nuit va d’un jour au lendemain',
  };
}

/** Nobody plans half a year in one breath: a longer run is two dates in the wrong order. */
const LONGEST_RUN = 190;

/** "Du 3 au 5 décembre", "de lundi à mercredi", "entre le 3 et le 5". */
export function readRange(text: string, start: number, now: number): Found | undefined {
  const opening = matchAt(`(?:du|de|entre) (?:le )?`, text, start);
  if (!opening) return undefined;
  const at = start + opening[0].length;
  const typed = readDay(text, at, today(now), true);
  const joint = typed && matchAt(`\\s+(?:inclus )?(?:jusqu'au|au|a|et)\\s+(?:le )?`, text, typed.end);
  if (!joint) return undefined;
  const next = typed.end + joint[0].length;
  const from = withMonthOf(text.slice(at, typed.end), text.slice(next), now) ?? typed;
  const note = 'la fin vient avant le début';
  const runs = from.options.flatMap((first) => {
    const to = readDay(text, next, { day: first.first, hour: 12 }, true);
    return to ? [{ to, first: first.first }] : [];
  });
  const end = runs[0]?.to.end;
  if (end === undefined)
    return from.options.length === 0 ? { start, end: typed.end, options: [], note: from.note } : undefined;
  const days = runs.flatMap(({ to, first }) =>
    to.options.map((last) => ({ first, count: last.first + last.count - first })),
  );
  const broken = runs.find(({ to }) => to.options.length === 0)?.to.note;
  const options = days
    .filter(({ count }) => count > 1 && count <= LONGEST_RUN)
    .map((run) => reading(run, undefined, now));
  return { start, end, options, note: broken ?? note };
}

/** "Du 3 au 5 décembre": a lone number takes the month of the date that closes the run. */
function withMonthOf(lone: string, closing: string, now: number): DayRead | undefined {
  if (!/^\d{1,2}(?:er)?$/.test(lone)) return undefined;
  const month = /^\d{1,2}(?:er)?(\s*(?:[a-z]{3,}|\/\d{1,2}(?:\/\d{2,4})?)(?:\s+\d{4})?)/.exec(closing)?.[1];
  const read = month === undefined ? undefined : readDay(`${lone}${month}`, 0, today(now), true);
  return read !== undefined && read.end > lone.length ? read : undefined;
}
