import { describe, expect, test } from 'vitest';
import { fromParis, parisDate, toParis } from '../../care/relay/civil-time.ts';
import { readWhen } from '../../config/texts/dates.ts';
import { DATES } from './phrases-dates.ts';
import { DAYS } from './phrases-days.ts';
import type { Phrase } from './phrases-days.ts';
import { OTHER_NOWS } from './phrases-nows.ts';

function at(text: string): number {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[- :]/).map(Number);
  return fromParis({ year, month, day, hour, minute });
}

const two = (n: number): string => String(n).padStart(2, '0');
function hour(instant: number): string {
  const t = toParis(instant);
  return `${two(t.hour)}:${two(t.minute)}`;
}

/** In the notation of phrases-days.ts. */
function read(phrase: string, now: number): string {
  const found = readWhen(phrase, now);
  if (found === undefined) return 'none';
  const rest = found.rest === '' ? '' : ` + ${found.rest}`;
  if ('ambiguous' in found)
    return (
      `${{ several: '?', impossible: '!', 'not-understood': '-' }[found.why]} ${found.why === 'not-understood' ? '' : found.ambiguous.join(' | ')}`.trim() +
      rest
    );
  const { from, to } = found;
  if (hour(from) === '00:00' && hour(to) === '00:00') {
    const last = parisDate(to - 1);
    return (last === parisDate(from) ? last : `${parisDate(from)}..${last}`) + rest;
  }
  const end = parisDate(to) === parisDate(from) ? hour(to) : `${parisDate(to)} ${hour(to)}`;
  return `${parisDate(from)} ${hour(from)}..${end}${rest}`;
}

const TABLE: Record<string, Phrase[]> = { '2026-11-26 10:00': [...DAYS, ...DATES], ...OTHER_NOWS };

describe('readWhen', () => {
  for (const [now, phrases] of Object.entries(TABLE))
    test.each(phrases)(`${now}: %s`, (phrase, expected) => expect(read(phrase, at(now))).toBe(expected));

  test('at least 150 phrases', () => expect(Object.values(TABLE).flat().length).toBeGreaterThan(150));

  test.each([
    ['mercredi matin', 'mercredi 2 décembre, matin'],
    ['demain 10h30', 'vendredi 27 novembre à 10h30'],
    ['demain après 18h', 'vendredi 27 novembre, à partir de 18h'],
    ['ce week-end', 'du samedi 28 au dimanche 29 novembre'],
    ['la semaine prochaine', 'du lundi 30 novembre au dimanche 6 décembre'],
    ['le 3 janvier', 'dimanche 3 janvier 2027'],
    ['sous 48 h', 'jusqu’au samedi 28 novembre à 10h'],
    ['d’ici vendredi', 'jusqu’au vendredi 27 novembre'],
    ['1er décembre', 'mardi 1er décembre'],
    ['lundi nuit', 'nuit du lundi 30 novembre au mardi 1er décembre'],
    ['demain début de matinée', 'vendredi 27 novembre, début de matinée'],
  ])('%s is said back: %s', (phrase, said) => expect(readWhen(phrase, at('2026-11-26 10:00'))).toMatchObject({ said }));

  test('the words in question are those that were typed', () => {
    expect(readWhen('Dermato le 31 Novembre svp', at('2026-11-26 10:00'))).toEqual({
      ambiguous: ['le 31 novembre n’existe pas'],
      why: 'impossible',
      words: 'le 31 Novembre',
      rest: 'Dermato svp',
    });
  });

  test('decomposed accents and odd spaces are the same words', () => {
    expect(read('août'.normalize('NFD') + ' : après‑demain', at('2026-11-26 10:00'))).toBe('2026-11-28 + août');
    expect(read('demain\u00a0à\u202f10\u00a0h', at('2026-11-26 10:00'))).toBe('2026-11-27 10:00..11:00');
  });

  test('what is understood starts and ends in order, whatever is typed', () => {
    const words = [
      'demain',
      'lundi',
      'le',
      '3',
      '31',
      'décembre',
      'matin',
      'soir',
      'à',
      '10h',
      'du',
      'au',
      'entre',
      'et',
      'dans',
      '2',
      'jours',
      'h',
      'prochain',
      'd’ici',
      'avant',
      'ce',
      'nuit',
      'de',
      'la',
      'semaine',
      'noël',
      '/',
      '12',
      'en huit',
      'week-end',
    ];
    let seed = 7;
    const pick = (): string => words[(seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) % words.length] ?? '';
    for (let n = 0; n < 3000; n += 1) {
      const phrase = Array.from({ length: 1 + (n % 6) }, pick).join(' ');
      const found = readWhen(phrase, at('2026-11-26 10:00'));
      if (found === undefined) continue;
      if ('ambiguous' in found) expect(found.ambiguous.length, phrase).toBeGreaterThan(0);
      else expect(found.to, phrase).toBeGreaterThan(found.from);
    }
  });
});
