/** Parts of the day and hours, named in French at a place of a folded text. */
import { matchAt } from './read-text.ts';

/** Minutes since midnight on the wall of a day; `to` may pass its end. `exact`: an hour was named, not a part of the day. */
export type Moment = { from: number; to: number; said: string; exact: boolean };

/** `options` is empty when there is no such hour; `note` then says why, in French. */
export type MomentRead = { end: number; options: Moment[]; note?: string };

/** Nights are those of the PDSA, 20:00–08:00 (FACTS §7). A part with its edges: [from, to, start of it, end of it]. */
const PARTS: Record<string, { name: string; from: number; to: number; start: number; end: number }> = {
  matin: { name: 'matin', from: 6, to: 12, start: 9, end: 10 },
  midi: { name: 'midi', from: 12, to: 14, start: 13, end: 13 },
  'apres-midi': { name: 'après-midi', from: 12, to: 18, start: 15, end: 16 },
  soir: { name: 'soir', from: 18, to: 24, start: 20, end: 21 },
  nuit: { name: 'nuit', from: 20, to: 32, start: 24, end: 29 },
  journee: { name: 'journée', from: 8, to: 20, start: 11, end: 16 },
};

const PART = `(?:(debut|milieu|fin) (?:de |d'|du )?(?:la |l')?)?(matinee|matin|midi|apres[- ]?midi|aprem|soiree|soir|nuit|journee)\\b`;
const HOUR = `(\\d{1,2})(?:\\s?(?:h|heures?)(?:\\s?([0-5]\\d))?|:([0-5]\\d))\\b(?: (et demie|et quart))?`;

function partOf(edge: string | undefined, word: string): Moment | undefined {
  const key =
    word === 'matinee' ? 'matin' : word === 'soiree' ? 'soir' : /^(?:apres|aprem)/.test(word) ? 'apres-midi' : word;
  const part = PARTS[key];
  if (part === undefined) return undefined;
  const from = edge === 'fin' ? part.end : part.from;
  const to = edge === 'debut' ? part.start : part.to;
  const of = /^[aeiou]/.test(part.name) ? 'd’' : 'de ';
  const said =
    edge === undefined || edge === 'milieu'
      ? part.name
      : `${edge === 'debut' ? 'début' : 'fin'} ${of}${part.name === 'matin' ? 'matinée' : part.name === 'soir' ? 'soirée' : part.name}`;
  return { from: from * 60, to: to * 60, said, exact: false };
}

/** "Ce soir", "cette nuit", "dans la matinée", "en fin de journée": a part of today. */
export function readPartOfToday(text: string, at: number): MomentRead | undefined {
  const found = matchAt(`(?:(?:ce|cet|cette|dans la|dans l'|en)\\s*)${PART}`, text, at);
  const part = found && partOf(found[1], found[2] ?? '');
  // "En journée", "en soirée" are habits, not today.
  if (!found || !part || (found[0].startsWith('en') && found[1] === undefined)) return undefined;
  return withHour(text, at + found[0].length, part);
}

/** What may follow a day: "matin", ", en fin de journée", "à 10h30", "entre 10h et 12h", "après 18h", "soir à 8h". */
export function readMomentAfter(text: string, at: number): MomentRead | undefined {
  const first = readOne(text, at);
  if (!first) return undefined;
  // "Lundi matin ou après-midi": both, so that the question is asked.
  let all = first;
  for (;;) {
    const or = matchAt(`\\s*(?:ou|et|/|,)(?= ?)`, text, all.end);
    const other = or && readOne(text, all.end + or[0].length);
    if (!other) return all;
    all = {
      end: other.end,
      options: [...all.options, ...other.options],
      ...(other.note === undefined ? {} : { note: other.note }),
    };
  }
}

function readOne(text: string, at: number): MomentRead | undefined {
  const gap =
    matchAt(`,?\\s*(?:(?:en|au|a|le|vers|pour|dans)\\s+)?(?:(?:la|le|cette)\\s+|l')?`, text, at)?.[0].length ?? 0;
  const found = matchAt(PART, text, at + gap);
  const part = found && partOf(found[1], found[2] ?? '');
  if (found && part) return withHour(text, at + gap + found[0].length, part);
  return readHours(text, at + (matchAt(`,?\\s*`, text, at)?.[0].length ?? 0));
}

/** An hour right after a part: "soir à 8h" is 20:00. */
function withHour(text: string, at: number, part: Moment): MomentRead {
  const hours = readHours(text, at + (matchAt(`,?\\s*`, text, at)?.[0].length ?? 0));
  return hours ? inPart(hours, part) : { end: at, options: [part] };
}

/** The part of a day that is named after it: "le matin du 3", "la nuit de samedi". `end` is where the day starts. */
export function readPartOfDay(text: string, at: number): { end: number; part: Moment } | undefined {
  const found = matchAt(`(?:(?:dans |pour |au )?(?:le |la |l')?)${PART} (?:du |de |d'|de la )(?:le )?`, text, at);
  const part = found && partOf(found[1], found[2] ?? '');
  return found && part ? { end: at + found[0].length, part } : undefined;
}

/** A part of the day as the first word of a text. */
export function readLonePart(text: string): MomentRead | undefined {
  const found = matchAt(`(?:le |la |l'|en |au )?${PART}(?! (?:et|a)\\b)`, text, 0);
  const part = found && partOf(found[1], found[2] ?? '');
  return found && part ? withHour(text, found[0].length, part) : undefined;
}

/** Of the hours read and the same ones on the other half of the dial, the first that is in this part of the day. */
function inPart(hours: MomentRead, part: Moment): MomentRead {
  const { end, options, note = `ce n’est pas une heure du ${part.said}` } = hours;
  for (const shift of [0, 720, 1440]) {
    for (const option of options) {
      const from = option.from + shift;
      const to = option.to + shift;
      if (shift > 0 && (!option.exact || option.from >= 720)) continue;
      // "Matin avant 10h", "soir après 19h": one end of the part is meant.
      if (option.from === 0 && option.to < 1440 && option.said.startsWith('avant') && part.from < to && to <= part.to)
        return { end, options: [{ ...option, from: part.from, to }] };
      if (part.from > from || from > part.to) continue;
      if (option.to === 1440 && option.said.startsWith('à partir'))
        return { end, options: [{ ...option, from, to: part.to }] };
      return {
        end,
        options: [
          shift === 0
            ? option
            : to - from === 60
              ? hourMoment(from)
              : { ...option, from, to, said: sayRange(from, to) },
        ],
      };
    }
  }
  return { end, options: [], note };
}

/**
 * Hours by themselves: "à 15h", "10:30", "minuit", "entre 10h et 12h", "avant 10h", "après 18h".
 * @param strict only with a word that makes it a time of the day: a lone "2h" is a length of time
 */
export function readHours(text: string, at: number, strict = false): MomentRead | undefined {
  const between =
    matchAt(`(?:entre|de) (\\d{1,2})(?:\\s?(?:h|heures?)(?:\\s?([0-5]\\d))?)? (?:et|a) ${HOUR}`, text, at) ??
    matchAt(`(\\d{1,2})(?:\\s?h\\s?([0-5]\\d)?)?\\s?-\\s?${HOUR}`, text, at);
  if (between) {
    const from = Number(between[1]) * 60 + Number(between[2] ?? 0);
    const to = minutesOf(between, 3);
    const end = at + between[0].length;
    if (from >= to || to > 1440)
      return { end, options: [], note: `de ${sayMinutes(from)} à ${sayMinutes(to)} n’est pas une durée d’un jour` };
    const range = (shift: number): Moment => ({
      from: from + shift,
      to: to + shift,
      said: sayRange(from + shift, to + shift),
      exact: true,
    });
    return { end, options: to < 420 && isVague(between[1]) ? [range(0), range(720)] : [range(0)] };
  }
  const bounded =
    matchAt(`(avant|apres|a partir de|des|jusqu'a) ${HOUR}`, text, at) ??
    matchAt(`(avant|a partir de|des|jusqu'a) (midi)\\b`, text, at);
  if (bounded) {
    const minutes = bounded[2] === 'midi' ? 720 : minutesOf(bounded, 2);
    const end = at + bounded[0].length;
    if (minutes > 1440) return { end, options: [], note: `${sayMinutes(minutes)} n’existe pas` };
    const until = bounded[1] === 'avant' || bounded[1] === "jusqu'a";
    const bound = (m: number): Moment =>
      until
        ? { from: 0, to: m, said: `avant ${sayMinutes(m)}`, exact: true }
        : { from: m, to: 1440, said: `à partir de ${sayMinutes(m)}`, exact: true };
    return {
      end,
      options: isVague(bounded[2]) && minutes < 420 ? [bound(minutes), bound(minutes + 720)] : [bound(minutes)],
    };
  }
  const word = matchAt(`(?:(?:a|vers|pour) )?(midi|minuit)\\b`, text, at);
  if (word && (!strict || word[0].includes(' '))) {
    const end = at + word[0].length;
    if (word[1] === 'midi') return { end, options: [{ from: 720, to: 840, said: 'midi', exact: false }] };
    // The midnight that begins the day, or the one that ends it?
    return {
      end,
      options: [
        { ...hourMoment(0), said: 'à 0h' },
        { ...hourMoment(1440), said: 'à minuit le soir' },
      ],
    };
  }
  const hour = matchAt(
    `(${strict ? `(?:a|vers|pour) |(?=\\d{1,2}:\\d)|(?=(?:[7-9]|1\\d|2[0-3])\\s?h\\s?\\d)` : '(?:(?:a|vers|pour) )?'})${HOUR}(?: (?:du (matin|soir)|de l'(apres-midi)))?`,
    text,
    at,
  );
  if (!hour) return undefined;
  const minutes = minutesOf(hour, 2);
  const end = at + hour[0].length;
  if (minutes > 1440) return { end, options: [], note: `${sayMinutes(minutes)} n’existe pas` };
  const part = hour[6] ?? hour[7];
  if (part === 'matin')
    return minutes < 720
      ? { end, options: [hourMoment(minutes)] }
      : { end, options: [], note: `${sayMinutes(minutes)} n’est pas le matin` };
  const named = part === undefined ? undefined : partOf(undefined, part);
  if (named) return inPart({ end, options: [hourMoment(minutes)] }, named);
  // "Demain 3h": in the night, or 15:00? Nobody types 03h or 3:00 for the afternoon.
  if (minutes >= 60 && minutes < 420 && isVague(hour[2]) && hour[4] === undefined)
    return { end, options: [hourMoment(minutes), hourMoment(minutes + 720)] };
  return { end, options: [hourMoment(minutes)] };
}

/** A single digit from 1 to 6 may be of the afternoon. */
function isVague(typed: string | undefined): boolean {
  return typed !== undefined && /^[1-6]$/.test(typed);
}

function minutesOf(match: RegExpExecArray, at = 1): number {
  const extra = match[at + 3] === 'et demie' ? 30 : match[at + 3] === 'et quart' ? 15 : 0;
  return Number(match[at]) * 60 + Number(match[at + 1] ?? match[at + 2] ?? 0) + extra;
}

function sayRange(from: number, to: number): string {
  return `de ${sayMinutes(from)} à ${sayMinutes(to)}`;
}

function sayMinutes(minutes: number): string {
  return minutes % 60 === 0
    ? `${minutes / 60}h`
    : `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}`;
}

/** An hour that is named stands for the hour that follows it: slots are looked for in it. */
function hourMoment(minutes: number): Moment {
  return {
    from: minutes,
    to: minutes + 60,
    said: minutes > 1440 ? `à ${sayMinutes(minutes - 1440)} la nuit qui suit` : `à ${sayMinutes(minutes)}`,
    exact: true,
  };
}
