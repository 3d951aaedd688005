/**
 * Reads the moment that a colleague names, among other words. It never guesses: what two colleagues would understand
 * differently, and what does not exist, is given back to be asked. (chrono-node was measured on forty such phrases: 28
 * right, and silently wrong on some.)
 */
import { readAt } from './read-moment.ts';
import type { Found, Reading } from './reading.ts';
import { folded } from './read-text.ts';

/** epoch ms UTC, [from, to). Whole days start at 00:00 of Paris: whoever looks for slots takes the later of `from` and now. */
type When = {
  from: number;
  to: number;
  /** What was understood, to be said back. */ said: string;
  /** The other words. */ rest: string;
};

type UnclearWhen = {
  /** Possible readings, said in French (`jeudi 26 novembre`); when there is none, one sentence that says why. */
  ambiguous: string[];
  why: 'several' | 'impossible' | 'not-understood';
  /** The words in question, as typed. */
  words: string;
  rest: string;
};

/**
 * @param words as typed; case, accents and apostrophes do not matter
 * @param now civil time, epoch ms UTC
 * @returns undefined when no moment is named. Durations of the past ("depuis lundi", "né le …") are not moments to come
 *   and stay in `rest`.
 */
export function readWhen(words: string, now: number): When | UnclearWhen | undefined {
  const typed = words.normalize('NFC');
  const text = folded(typed);
  const found = findAll(text, now);
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  const rest = without(typed, found);
  const unclear = (why: UnclearWhen['why'], ambiguous: string[]): UnclearWhen => ({
    ambiguous: [...new Set(ambiguous)],
    why,
    words: found.map((f) => typed.slice(f.start, f.end).trim()).join(' … '),
    rest,
  });
  const broken = found.find((f) => f.options.length === 0);
  if (broken) return unclear(broken.why ?? 'impossible', [broken.note ?? 'cette date n’existe pas']);
  // "Demain lundi", "aujourd’hui à 15h": said twice, the narrower one is meant if they agree.
  const agreed = others.reduce((sum, next) => agreeing(sum, next.options), first.options);
  const [sure] = agreed;
  if (sure !== undefined && agreed.length === 1) return { ...sure, rest };
  return unclear(
    'several',
    (agreed.length > 0 ? agreed : found.flatMap((f) => f.options)).map((option) => option.said),
  );
}

function agreeing(some: Reading[], others: Reading[]): Reading[] {
  const inside = (a: Reading, b: Reading): boolean => b.from <= a.from && a.to <= b.to;
  return some.flatMap((a) => others.flatMap((b) => (inside(b, a) ? [b] : inside(a, b) ? [a] : [])));
}

function without(typed: string, found: Found[]): string {
  let rest = '';
  let at = 0;
  for (const { start, end } of found) {
    rest += `${typed.slice(at, start)} `;
    at = end;
  }
  return (rest + typed.slice(at))
    .replace(/\s+/g, ' ')
    .replace(/[([«"“]\s*[)\]»"”]/g, ' ')
    .replace(/^[\s,;:.)\]»]+|[\s,;:([«]+$/g, '')
    .replace(/ ([,.;])/g, '$1')
    .trim();
}

/** A past, an age or a measure: not a moment to come. */
const NOT_WHEN = /(?:depuis|\bnee?|naissance|\bddn|\b(?:ta|pa)\b|tension|il y a)\s*[:=]?\s*(?:le |la |l'|du |de |a )?$/;
const EMERGENCY = /(?:appel\w*|compos\w*|contact\w*|joindre|via|par|faire|avec)\s+$/;
const NEGATED = /\b(?:pas|sauf|hors|ni|excepte|hormis|sans)\s+(?:avant |apres )?(?:le |la |l'|du |de |a |ce )?$/;
const VAGUE =
  /\b(?:chaque|tous les|toutes les|(?:debut|milieu|fin|vacances|conges|pont|semaine|periode|fetes)(?: scolaires)?(?: de la| de l'| du| de| d'))\s*(?:le |la |l')?$/;
/** Said after the moment, it takes a piece out of it. */
const BUT = /^\s*,?\s*(?:sauf|hors|excepte|hormis|mais pas|pas)\b/;
const CUT = /(?:^|[^\d/])\d{1,2}(?:er)?\s*(?:,|-|ou|et|a|au)\s*(?:le )?$/;

function findAll(text: string, now: number): Found[] {
  const found: Found[] = [];
  let at = 0;
  let last = 0;
  while (at < text.length) {
    if (/[a-z0-9]/.test(text[at - 1] ?? '') || text[at] === ' ') {
      at += 1;
      continue;
    }
    const one = readAt(text, at, now);
    if (one === undefined) {
      at += 1;
      continue;
    }
    const before = text.slice(0, at);
    const skipped = NOT_WHEN.test(before) || (EMERGENCY.test(before) && /^(?:le )?1[578]\b/.test(text.slice(at)));
    if (!skipped) {
      const vague =
        NEGATED.test(before) || VAGUE.test(before) || CUT.test(text.slice(last, at)) || BUT.test(text.slice(one.end));
      last = one.end;
      found.push(
        vague
          ? { ...one, options: [], why: 'not-understood', note: 'dites seulement le jour, par exemple « mardi matin »' }
          : one,
      );
    }
    at = Math.max(one.end, at + 1);
  }
  return found;
}
