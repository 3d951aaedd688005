/** The ways of naming a moment, tried in turn at one place of a folded text. */
import { DAY } from '../../care/relay/civil-time.ts';
import { readDay } from './read-day.ts';
import { readHours, readLonePart, readMomentAfter, readPartOfDay, readPartOfToday } from './read-hour.ts';
import { readDuration, readNight, readNow, readRange } from './read-span.ts';
import { matchAt } from './read-text.ts';
import { notOver, reading, readings, today } from './reading.ts';
import type { Found, Reading } from './reading.ts';
import { sayUntil } from './say-when.ts';

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

/** "D’ici vendredi", "avant lundi midi", "à partir de mardi": a moment as a bound. */
function readBounded(text: string, start: number, now: number): Found | undefined {
  const bound = matchAt(
    `(d'ici|avant|jusqu'(?:a|au)|a partir|apres(?![- ]?(?:demain|midi))|des)(?:(?: de| du| d'| a| au)?(?: la fin (?=de |du )|\\s+|(?<=')))(?:la |l')?`,
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
    const to = bound[1] === 'avant' ? o.from : (o.by ?? o.to);
    return to > now ? [{ from: now, to, said: bound[1] === 'avant' ? `avant ${o.said}` : sayUntil(o.said) }] : [];
  });
  return { ...inner, start, options, note: inner.options.length === 0 ? inner.note : 'ce moment est déjà passé' };
}

/** A day with or without a moment, a part of today, or an hour. */
function readPlain(text: string, start: number, now: number, bare = false): Found | undefined {
  const lead =
    matchAt(`(?:pour |a compter de |a (?![\\dlm]))?(?:le (?=(?:\\d{4}-|veille|lendemain)))?`, text, start)?.[0]
      .length ?? 0;
  const day = readDay(text, start + lead, today(now), bare);
  if (day) {
    const moment = day.options.some((d) => d.count > 1) ? undefined : readMomentAfter(text, day.end);
    // "Lundi matin prochain": readWeekday has seen it.
    const after = moment && matchAt(`\\s+prochain\\b`, text, moment.end);
    const end = (moment?.end ?? day.end) + (after?.[0].length ?? 0);
    const options = day.options.flatMap((d) =>
      moment ? moment.options.flatMap((m) => readings(d, m, now)) : [reading(d, undefined, now)],
    );
    const note =
      day.options.length === 0
        ? day.note
        : ((moment?.options.length === 0 ? moment.note : undefined) ?? 'cette heure n’existe pas ce jour-là');
    return { start, end, options: options.length > 1 ? notOver(options, now) : options, note };
  }
  const held = readPartOfDay(text, start + lead);
  const heldDay = held && readDay(text, held.end, today(now), true);
  if (held && heldDay) {
    // The night "of" Saturday: the one that leads to it, or the one that follows?
    const shifts = held.part.said === 'nuit' ? [-1, 0] : [0];
    const days = heldDay.options.flatMap((d) => shifts.map((shift) => ({ ...d, first: d.first + shift })));
    return {
      start,
      end: heldDay.end,
      options: notOver(
        days.map((d) => reading(d, held.part, now)),
        now,
      ),
      note: heldDay.note,
    };
  }
  const part = readPartOfToday(text, start + lead);
  if (part)
    return {
      start,
      end: part.end,
      options: part.options.flatMap((m) => readings({ first: today(now).day, count: 1 }, m, now)),
      note: part.note,
    };
  // "Après-midi dentaire": that of today, or of tomorrow? In the middle of a sentence it is a habit ("prise du matin").
  const lonely = start === 0 ? readLonePart(text) : undefined;
  if (lonely) {
    const options = [0, 1].flatMap((n) =>
      lonely.options.map((m) => reading({ first: today(now).day + n, count: 1 }, m, now)),
    );
    return { start, end: lonely.end, options, note: lonely.note };
  }
  const hours = readHours(text, start + lead);
  if (!hours) return undefined;
  const gap = matchAt(`,?\\s+(?:le )?`, text, hours.end)?.[0].length ?? 0;
  const after = readDay(text, hours.end + gap, today(now));
  // A lone "2h" is a length of time, "10h demain" is not.
  if (after === undefined && !bare && readHours(text, start + lead, true) === undefined) return undefined;
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
