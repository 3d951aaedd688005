/** The ways of naming a moment, tried in turn at one place of a folded text. */
import { DAY, HOUR, MINUTE, toParis } from '../../care/relay/civil-time.ts';
import { dayOf, instantOf } from './french-calendar.ts';
import type { DayNumber } from './french-calendar.ts';
import { readDay } from './read-day.ts';
import type { Days, Today } from './read-day.ts';
import { readHours, readMomentAfter, readPartOfToday } from './read-hour.ts';
import type { Moment } from './read-hour.ts';
import { matchAt, NUMBER, numberOf } from './read-text.ts';
import { sayDays, sayMomentOf, sayUntil } from './say-when.ts';

/** epoch ms UTC, [from, to). */
export type Reading = { from: number; to: number; said: string };

/** `options`: 1 is sure, more must be asked, none is impossible and `note` says why. */
export type Found = {
  start: number;
  end: number;
  options: Reading[];
  note?: string | undefined;
  why?: 'several' | 'impossible' | 'not-understood';
};

/** The moment named at `at` of a folded text, if one is. */
export function readAt(text: string, at: number, now: number): Found | undefined {
  return (
    readNow(text, at, now) ??
    readDuration(text, at, now) ??
    readNight(text, at, now) ??
    readRange(text, at, now) ??
    readBounded(text, at, now) ??
    readPlain(text, at, now)
  );
}

function today(now: number): Today {
  return { day: dayOf(now), hour: toParis(now).hour };
}

function readNow(text: string, start: number, now: number): Found | undefined {
  const found = matchAt(`(?:des )?(?:maintenant|tout de suite|immediatement)\\b`, text, start);
  if (found)
    return { start, end: start + found[0].length, options: [{ from: now, to: now + 2 * HOUR, said: 'maintenant' }] };
  const vague = matchAt(
    `(?:dans|sous|d'ici)\\s+(?:une (?:dizaine|douzaine|vingtaine)|quelques|peu)\\b|tout a l'heure\\b`,
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
function readDuration(text: string, start: number, now: number): Found | undefined {
  const soon = matchAt(
    `dans (?:(l'heure)\\b(?! qui suit)|(?:(une demi[- ]heure|un quart d'heure|trois quarts d'heure)\\b))`,
    text,
    start,
  );
  const hours = matchAt(
    `(dans les|dans|sous|d'ici a|d'ici) (${NUMBER})\\s*(?:(?:h|heures?)(?:\\s?([0-5]\\d)\\b)?|(min|mn|minutes?))(?![a-z0-9])( et demie)?(?: qui viennent)?`,
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
    `(dans les|sous|d'ici a|d'ici) (${NUMBER}|huitaine|quinzaine)\\s*(?:(j|jours?|sem|semaines?)\\b)?(?: qui viennent)?`,
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
function readNight(text: string, start: number, now: number): Found | undefined {
  const { day, hour } = today(now);
  const night = (evening: DayNumber): Reading =>
    reading({ first: evening, count: 1 }, { from: 1200, to: 1920, said: 'nuit', exact: false }, now);
  const tonight = matchAt(`cette nuit\\b`, text, start);
  // Until noon it may be the night that has been.
  if (tonight)
    return {
      start,
      end: start + tonight[0].length,
      options: hour < 8 ? [night(day - 1)] : hour < 12 ? [night(day - 1), night(day)] : [night(day)],
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

/** "Du 3 au 5 décembre", "de lundi à mercredi", "entre le 3 et le 5". */
function readRange(text: string, start: number, now: number): Found | undefined {
  const opening = matchAt(`(du|de|entre) (?:le )?`, text, start);
  if (!opening) return undefined;
  const from = readDay(text, start + opening[0].length, today(now), true);
  const joint = from && matchAt(`\\s+(?:inclus )?(?:jusqu'au|au|a|et)\\s+(?:le )?`, text, from.end);
  if (!joint) return undefined;
  const at = from.end + joint[0].length;
  const lone = /^\d{1,2}(?:er)?$/.test(text.slice(start + opening[0].length, from.end));
  // "Du 3 au 5 décembre": the month of the second is that of the first.
  const month = lone
    ? /^(?:\d{1,2}(?:er)?)(\s*(?:[a-z]{3,}|\/\d{1,2}(?:\/\d{2,4})?)(?:\s+\d{4})?)/.exec(text.slice(at))?.[1]
    : undefined;
  const borrowed =
    month === undefined
      ? undefined
      : readDay(`${text.slice(start + opening[0].length, from.end)}${month}`, 0, today(now), true);
  const starts =
    borrowed && /[a-z/]/.test(month ?? '') && borrowed.end > from.end - start - opening[0].length
      ? borrowed.options
      : from.options;
  const runs = starts.flatMap((first): { end: number; days: Days[] }[] => {
    const to = readDay(text, at, { day: first.first, hour: 12 }, true);
    return to
      ? [
          {
            end: to.end,
            days: to.options
              .filter((last) => last.first > first.first)
              .map((last) => ({ first: first.first, count: last.first + last.count - first.first })),
          },
        ]
      : [];
  });
  const end = runs[0]?.end;
  if (end === undefined)
    return starts.length === 0 && from.options.length === 0
      ? { start, end: from.end, options: [], note: from.note }
      : undefined;
  return {
    start,
    end,
    options: runs.flatMap((run) => run.days).map((days) => reading(days, undefined, now)),
    note: 'la fin vient avant le début',
  };
}

/** "D’ici vendredi", "avant lundi midi", "à partir de mardi": a moment as a bound. */
function readBounded(text: string, start: number, now: number): Found | undefined {
  const bound = matchAt(
    `(d'ici|avant|jusqu'(?:a|au)|a partir|apres|des)(?:(?: de| du| d'| a| au)?(?: la fin (?=de |du )|\\s+|(?<=')))(?:la |l')?`,
    text,
    start,
  );
  if (!bound) return undefined;
  const inner = readPlain(text, start + bound[0].length, now, true);
  if (!inner) return undefined;
  const until = /^(?:d'ici|avant|jusqu)/.test(bound[1] ?? '');
  const options = inner.options.flatMap((o): Reading[] => {
    if (!until) {
      const from = bound[1] === 'apres' ? o.to : o.from;
      return [
        { from, to: from + 7 * DAY, said: `${bound[1] === 'apres' ? 'après' : 'à partir de'} ${o.said}, 7 jours` },
      ];
    }
    const to = bound[1] === 'avant' ? o.from : o.to;
    return to > now ? [{ from: now, to, said: bound[1] === 'avant' ? `avant ${o.said}` : sayUntil(o.said) }] : [];
  });
  return { ...inner, start, options, note: inner.options.length === 0 ? inner.note : 'ce moment est déjà passé' };
}

/** A day with or without a moment, a part of today, or an hour. */
function readPlain(text: string, start: number, now: number, bare = false): Found | undefined {
  const lead =
    matchAt(`(?:pour |a compter de )?(?:le (?=(?:\\d{4}-|veille|lendemain)))?`, text, start)?.[0].length ?? 0;
  const day = readDay(text, start + lead, today(now), bare);
  if (day) {
    const moment = day.options.some((d) => d.count > 1) ? undefined : readMomentAfter(text, day.end);
    const end = moment?.end ?? day.end;
    const options = day.options.flatMap((d) =>
      moment ? moment.options.flatMap((m) => readings(d, m, now)) : [reading(d, undefined, now)],
    );
    const note =
      day.options.length === 0
        ? day.note
        : ((moment?.options.length === 0 ? moment.note : undefined) ?? 'cette heure n’existe pas ce jour-là');
    return { start, end, options: options.length > 1 ? notOver(options, now) : options, note };
  }
  const part = readPartOfToday(text, start + lead);
  if (part)
    return {
      start,
      end: part.end,
      options: part.options.flatMap((m) => readings({ first: today(now).day, count: 1 }, m, now)),
      note: part.note,
    };
  const hours = readHours(text, start + lead, !bare);
  if (!hours) return undefined;
  const gap = matchAt(`,?\\s+(?:le )?`, text, hours.end)?.[0].length ?? 0;
  const after = readDay(text, hours.end + gap, today(now));
  const days = after?.options ?? [{ first: today(now).day, count: 1 }];
  const options = days.flatMap((d) => hours.options.flatMap((m) => readings(d, m, now)));
  // "À 10h", said at 15:00: this morning, or tomorrow?
  const over =
    after === undefined && options.every((o) => o.to <= now)
      ? hours.options.flatMap((m) => readings({ first: today(now).day + 1, count: 1 }, m, now))
      : [];
  return {
    start,
    end: after?.end ?? hours.end,
    options: [...(options.length > 1 ? notOver(options, now) : options), ...over],
    note: hours.note ?? after?.note,
  };
}

/** Of several readings, what is over today is not meant ("jeudi matin" on a Thursday afternoon), unless nothing else is left. */
function notOver(options: Reading[], now: number): Reading[] {
  const ahead = options.filter((option) => option.to > now || option.from < instantOf(today(now).day));
  return ahead.length > 0 ? ahead : options;
}

function reading(days: Days, moment: Moment | undefined, now: number): Reading {
  if (!moment) return { from: instantOf(days.first), to: instantOf(days.first + days.count), said: sayDays(days, now) };
  return {
    from: instantOf(days.first, moment.from),
    to: instantOf(days.first, moment.to),
    said: sayDays(days, now, moment),
  };
}

/** An hour of the wall may not come (spring night) or come twice (autumn night). */
function readings(days: Days, moment: Moment, now: number): Reading[] {
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
