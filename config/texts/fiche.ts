/** What a coordinator types about a professional, and how a fiche is said. */
import type { FicheField, FicheValues, Local } from '../../care/people/fiche.ts';
import { fold } from './fold.ts';
import { b, join, outside, type Piece, say } from './markup.ts';

type Kind = 'text' | 'yes-no' | 'list';

/** The first of the words that begin what follows the number; the longest are tried first. */
export const FICHE_WORDS: Record<FicheField, { kind: Kind; words: readonly string[] }> = {
  member: { kind: 'yes-no', words: ['membre', 'adherent'] },
  line: { kind: 'text', words: ['ligne pro', 'ligne directe', 'ligne'] },
  hours: { kind: 'text', words: ['horaires', 'horaire'] },
  delay: { kind: 'text', words: ["delai d'acces", 'delai rdv', 'delai'] },
  newPatients: { kind: 'yes-no', words: ['nouveaux patients', 'nouveau patient', 'nouveaux'] },
  homeVisits: {
    kind: 'yes-no',
    words: ['visites a domicile', 'visite a domicile', 'visites', 'visite', 'domicile'],
  },
  languages: { kind: 'list', words: ['langues', 'langue'] },
  accessible: { kind: 'text', words: ['accessibilite', 'acces pmr', 'pmr'] },
  groups: { kind: 'list', words: ['groupes', 'groupe', 'expertises', 'expertise'] },
  note: { kind: 'text', words: ['note', 'remarque'] },
};

const YES = new Set(['oui', 'o', 'x', 'vrai', 'true', '1', 'yes']);
const NO = new Set(['non', 'n', 'faux', 'false', '0', 'no']);
const FORGET = new Set(['effacer', 'efface', 'inconnu', '?']);

/** @returns undefined when it is neither yes nor no */
export function readYesNo(said: string): boolean | undefined {
  const word = fold(said);
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

export function readList(said: string): string[] {
  return said
    .split(/[,;/]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

export type FicheChange = { field: FicheField; value: FicheValues[FicheField] | null };

/** @returns what `délai 3 semaines` says; `which`: no such field; `value`: a field without a value it can take */
export function readFicheChange(
  said: string,
): FicheChange | { unclear: 'which' } | { unclear: 'value'; field: FicheField } {
  const straight = said
    .replaceAll(/\s*:\s*/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const folded = fold(straight);
  const names = Object.entries(FICHE_WORDS).flatMap(([field, { words }]) =>
    words.map((word) => ({ field: field as FicheField, word })),
  );
  const named = names
    .filter(({ word }) => folded === word || folded.startsWith(`${word} `))
    .sort((a, b2) => b2.word.length - a.word.length)[0];
  if (named === undefined) return { unclear: 'which' };
  const { field, word } = named;
  // as many words as the field's name has: folding keeps their number
  const rest = straight.split(' ').slice(word.split(' ').length).join(' ');
  if (FORGET.has(fold(rest))) return { field, value: null };
  const { kind } = FICHE_WORDS[field];
  const value = kind === 'yes-no' ? readYesNo(rest) : kind === 'list' ? readList(rest) : rest;
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return { unclear: 'value', field };
  return { field, value };
}

/** `2026-11-02` → `2/11`, with the year when it is another one than now's. */
export function sayCheckedDay(day: string, now: number): string {
  const [year = '', month = '', date = ''] = day.split('-');
  const said = `${Number(date)}/${month}`;
  return new Date(now).getUTCFullYear() === Number(year) ? said : `${said}/${year}`;
}

const yes = (value: boolean): string => (value ? 'oui' : 'non');

/** One value, with its name: `délai 3 semaines`. Undefined: not known, or no longer. */
const SAID: Record<FicheField, (local: Local) => Piece | undefined> = {
  member: ({ member }) => (member?.value == null ? undefined : say`membre : ${yes(member.value)}`),
  line: ({ line }) => (line?.value == null ? undefined : say`ligne pro ${b(outside(line.value))}`),
  hours: ({ hours }) => (hours?.value == null ? undefined : outside(hours.value, { max: 120 })),
  delay: ({ delay }) => (delay?.value == null ? undefined : say`délai ${outside(delay.value)}`),
  newPatients: ({ newPatients }) =>
    newPatients?.value == null
      ? undefined
      : newPatients.value
        ? say`nouveaux patients : oui`
        : say`ne prend pas de nouveaux patients`,
  homeVisits: ({ homeVisits }) =>
    homeVisits?.value == null ? undefined : homeVisits.value ? say`visites à domicile` : say`pas de visite à domicile`,
  languages: ({ languages }) =>
    languages?.value == null ? undefined : say`parle ${outside(languages.value.join(', '))}`,
  accessible: ({ accessible }) => (accessible?.value == null ? undefined : say`accès : ${outside(accessible.value)}`),
  groups: ({ groups }) => (groups?.value == null ? undefined : say`expertise : ${outside(groups.value.join(', '))}`),
  note: ({ note }) => (note?.value == null ? undefined : outside(note.value, { max: 120 })),
};

export function sayKnown(local: Local, field: FicheField): Piece | undefined {
  return SAID[field](local);
}

/** What decides whether to call, in a list: `ligne pro 03 …, délai 3 semaines (vérifié le 2/11), nouveaux patients : oui` */
export function sayLocalShort(local: Local, now: number): Piece | undefined {
  const delay = sayKnown(local, 'delay');
  const checked =
    local.delay && delay ? say`${delay} (vérifié le ${sayCheckedDay(local.delay.checked, now)})` : undefined;
  const parts = [sayKnown(local, 'line'), checked, sayKnown(local, 'newPatients')].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : join(parts, ', ');
}

/** The lines of a whole fiche, the most useful first, with the days on which they were checked. */
export function sayLocalLong(local: Local, now: number): Piece[] {
  const groups: FicheField[][] = [
    ['line', 'hours'],
    ['delay', 'newPatients', 'homeVisits'],
    ['languages', 'accessible', 'groups'],
    ['note'],
  ];
  return groups.flatMap((fields) => {
    const said = fields.map((field) => sayKnown(local, field)).filter((part) => part !== undefined);
    if (said.length === 0) return [];
    const days = fields.flatMap((field) => (local[field]?.value == null ? [] : [local[field].checked]));
    const oldest = days.sort()[0] ?? '';
    return [say`• ${join(said, ', ')} (vérifié le ${sayCheckedDay(oldest, now)})`];
  });
}
