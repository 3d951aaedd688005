/** Words of the directory: how they are folded, cut, compared. One folding on both sides, index and query. */
import { readFileSync } from 'node:fs';
import { fold } from '../../config/texts/fold.ts';

/** What the public code lists and the synonyms are kept in; comments begin with #, the first line names the columns. */
const DATA_FOLDER = new URL('../../config/data/', import.meta.url);

const PLAIN = /^[A-Za-z0-9 ]*$/;

/** Folded words: letters and digits only, `d'Ascq` is two words, `st` is `saint` as postal addresses write it. */
export function wordsOf(text: string): string[] {
  // most cells of the national file are plain capitals: folding two million of them by Unicode takes half a minute
  const words = PLAIN.test(text) ? text.toLowerCase().split(' ') : fold(text).split(/[^a-z0-9]+/);
  return words
    .filter((word) => word !== '')
    .map((word) => (word === 'st' ? 'saint' : word === 'ste' ? 'sainte' : word));
}

/** The words again as one string: the form in which phrases are compared. */
export function phraseOf(text: string): string {
  return wordsOf(text).join(' ');
}

/** `59`, `2A` is `20` (as its postcodes begin), `971` overseas. */
export function departmentOf(postcode: string): string {
  return /^9[78]/.test(postcode) ? postcode.slice(0, 3) : postcode.slice(0, 2);
}

/** One commune, whatever file names it: `cambrai59`. Two communes of one department never have the same name. */
export function townKey(town: string, postcode: string): string {
  return `${wordsOf(town).join('')}${departmentOf(postcode)}`;
}

/**
 * Edits between two words (insertion, deletion, substitution, exchange of neighbours), or `most + 1` when there are more.
 */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (older[j - 2] ?? 0) + 1);
      row.push(best);
    }
    older = previous;
    previous = row;
    if (Math.min(...row) > most) return most + 1;
  }
  return previous[b.length] ?? most + 1;
}

/** Typing faults forgiven: none in three letters, one up to five, two above. */
export function forgiven(word: string): number {
  if (/\d/.test(word) || word.length < 4) return 0;
  return word.length < 6 ? 1 : 2;
}

/**
 * Rows of a `.psv` file of config/data, with their line numbers.
 * @throws when the columns are not those asked for
 */
export function readPsv(
  name: string,
  columns: string[],
  folder: URL = DATA_FOLDER,
): { line: number; cells: string[] }[] {
  const lines = readFileSync(new URL(name, folder), 'utf8').split(/\r?\n/);
  const rows = lines
    .map((text, i) => ({ line: i + 1, text }))
    .filter(({ text }) => text.trim() !== '' && !text.startsWith('#'))
    .map(({ line, text }) => ({ line, cells: text.split('|').map((cell) => cell.trim()) }));
  const [header, ...data] = rows;
  if (header?.cells.join('|') !== columns.join('|')) {
    throw new Error(`${name}: the first line that is not a comment must be ${columns.join('|')}`);
  }
  return data;
}
