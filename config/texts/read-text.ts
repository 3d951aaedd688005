/** Typed French made comparable, and pieces of it matched at a place. */

/** Case, accents and typographic signs away, each character at its place so that offsets are those of the typed text. */
export function folded(text: string): string {
  const flat = (char: string): string => {
    if (/[’‘ʼ´`]/.test(char)) return "'";
    if (/[‐‑–—]/.test(char)) return '-';
    const base = char.normalize('NFD').replace(/\p{M}/gu, '');
    return /[\s«»“”]/.test(char) ? ' ' : base.length === 1 ? base : char;
  };
  return text
    .replace(/[^ -~]/g, flat)
    .replace(/[()[\]"]/g, ' ')
    .replace(/[A-Z]/g, (char) => char.toLowerCase());
}

const NUMBERS = [
  'zero',
  'un',
  'deux',
  'trois',
  'quatre',
  'cinq',
  'six',
  'sept',
  'huit',
  'neuf',
  'dix',
  'onze',
  'douze',
  'treize',
  'quatorze',
  'quinze',
];
export const NUMBER = `\\d{1,3}|une|${NUMBERS.slice(1).join('|')}|vingt-quatre|quarante-huit|soixante-douze`;

/** `deux` → 2, `48` → 48 */
export function numberOf(word: string): number {
  const named: Record<string, number> = { une: 1, 'vingt-quatre': 24, 'quarante-huit': 48, 'soixante-douze': 72 };
  if (/^\d/.test(word)) return Number(word);
  return named[word] ?? NUMBERS.indexOf(word);
}

/** The match of `pattern` exactly at `at`. */
export function matchAt(pattern: string, text: string, at: number): RegExpExecArray | undefined {
  const regex = new RegExp(pattern, 'y');
  regex.lastIndex = at;
  return regex.exec(text) ?? undefined;
}
