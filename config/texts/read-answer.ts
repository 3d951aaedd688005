/** What somebody types in answer to a question of a form, read as that question wants it. Never guessed: else asked again. */
import type { Answer, Column, FormField, Option } from '../../care/request/form.ts';
import { parisDate } from '../../care/relay/civil-time.ts';
import { fold } from './fold.ts';
import { readWhen } from './read-when.ts';

/** Why it cannot be read; the sentence is in forms.ts. */
export type Unread = 'number' | 'date' | 'which-day' | 'option' | 'yes-no' | 'scale' | 'table' | 'file';

/**
 * @param now civil time: « hier » is a date
 * @returns the answer (its bounds are care's affair: `faultOf`), or what is wrong with the words
 */
export function readAnswer(field: FormField, typed: string, now: number): Answer | { unread: Unread } {
  const text = typed.trim();
  const { key } = field;
  switch (field.type) {
    case 'text':
      return { key, type: 'text', value: field.multiline ? text : text.replaceAll(/\s+/g, ' ') };
    case 'choice': {
      const found = optionOf(field.options, text);
      return found ? { key, type: 'choice', value: found.value } : { unread: 'option' };
    }
    case 'choices': {
      const found = optionsOf(field.options, text);
      return found ? { key, type: 'choices', value: found.map((o) => o.value) } : { unread: 'option' };
    }
    case 'number': {
      const value = numberIn(text, field.unit);
      return value === undefined ? { unread: 'number' } : { key, type: 'number', value };
    }
    case 'scale': {
      const value = numberIn(text.replace(/\s*(?:\/|sur)\s*\d+$/i, ''), undefined);
      return value === undefined ? { unread: 'scale' } : { key, type: 'scale', value };
    }
    case 'date':
      return dateIn(key, text, now);
    case 'yes-no': {
      const value = yesOrNo(text);
      return value === undefined ? { unread: 'yes-no' } : { key, type: 'yes-no', value };
    }
    case 'table': {
      const value = rowsIn(field.columns, text);
      return value ? { key, type: 'table', value } : { unread: 'table' };
    }
    case 'photo':
    case 'file':
      return { unread: 'file' };
    default:
      return field satisfies never;
  }
}

const YES = new Set(['oui', 'o', 'ok', 'vrai', 'yes', 'affirmatif', 'bien sur']);
const NO = new Set(['non', 'n', 'faux', 'no', 'negatif', 'aucun', 'aucune']);

/** @returns undefined for anything else than a plain yes or no */
export function yesOrNo(text: string): boolean | undefined {
  const word = fold(text).replace(/[.,!]+$/, '');
  if (YES.has(word)) return true;
  return NO.has(word) ? false : undefined;
}

/** By its number in the list, its words, or the only one that begins so. */
export function optionOf(options: readonly Option[], text: string): Option | undefined {
  const said = plain(text);
  const number = /^\d{1,2}$/.exec(said)?.[0];
  if (number !== undefined && !options.some((o) => plain(o.label) === said)) return options[Number(number) - 1];
  const exact = options.find((o) => plain(o.label) === said || plain(o.value) === said);
  if (exact) return exact;
  const starting = said.length < 2 ? [] : options.filter((o) => plain(o.label).startsWith(said));
  return starting.length === 1 ? starting[0] : undefined;
}

/** « 1 et 3 », « fièvre, toux ». @returns undefined when one of them is none of the options */
function optionsOf(options: readonly Option[], text: string): Option[] | undefined {
  const parts = text.split(/\s*(?:,|;|\n|\bet\b|(?<=\d)\s+(?=\d))\s*/).filter((part) => part.trim() !== '');
  const found = parts.map((part) => optionOf(options, part));
  return found.length > 0 && found.every((o) => o !== undefined) ? [...new Set(found)] : undefined;
}

/** « 38,5 °C », « 1 250 g », « -2 ». Another unit than the one asked for is not converted: it is asked again. */
function numberIn(text: string, unit: string | undefined): number | undefined {
  const [, digits = '', after = ''] =
    /^([+-]?\d{1,3}(?:[ \u202f\u00a0]\d{3})+(?:[.,]\d+)?|[+-]?\d+(?:[.,]\d+)?)\s*(.*)$/su.exec(text) ?? [];
  if (digits === '') return undefined;
  const said = plain(after);
  if (said !== '' && said !== plain(unit ?? '') && !(unit && plain(unit).startsWith(said))) return undefined;
  const value = Number(digits.replaceAll(/[ \u202f\u00a0]/g, '').replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}

function dateIn(key: string, text: string, now: number): Answer | { unread: Unread } {
  const [, day = '', month = '', year = ''] = /^(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})$/.exec(text) ?? [];
  if (year !== '') return { key, type: 'date', value: `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` };
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return { key, type: 'date', value: text };
  const read = readWhen(text, now);
  if (!read) return { unread: 'date' };
  if ('ambiguous' in read) return { unread: 'which-day' };
  // A week is no date, and other words beside a date may change its meaning.
  if (read.rest.trim() !== '' || read.to - read.from > 26 * 3_600_000) return { unread: 'date' };
  return { key, type: 'date', value: parisDate(read.from) };
}

/** One row a line, cells between `;` or `|`, in the order of the columns. */
function rowsIn(columns: readonly Column[], text: string): Record<string, string | number>[] | undefined {
  const rows: Record<string, string | number>[] = [];
  for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
    const cells = line.split(/\s*[;|]\s*/).map((cell) => cell.trim());
    if (cells.length > columns.length) return undefined;
    const row: Record<string, string | number> = {};
    for (const [n, column] of columns.entries()) {
      const cell = cells[n] ?? '';
      if (cell === '' || cell === '-') continue;
      const value = cellIn(column, cell);
      if (value === undefined) return undefined;
      row[column.key] = value;
    }
    rows.push(row);
  }
  return rows.length > 0 ? rows : undefined;
}

function cellIn(column: Column, cell: string): string | number | undefined {
  if (column.type === 'text') return cell;
  return column.type === 'number' ? numberIn(cell, column.unit) : optionOf(column.options, cell)?.value;
}

function plain(text: string): string {
  return fold(text)
    .replaceAll(/[^a-z0-9%°/]+/g, ' ')
    .trim();
}
