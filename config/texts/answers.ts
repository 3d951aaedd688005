/** An answer of a form, as it is read in a room. */
import type { Shown, ShownValue } from '../../care/request/shown.ts';
import { sayBirthDate } from './dates.ts';
import { lines, outside, type Piece, say } from './markup.ts';

const LONGEST = 8_000;

/** « Poids : 72,5 kg »; a table is one line per row, since a telephone shows no table. */
export function answerLine({ label, value }: Shown): Piece {
  if (typeof value === 'object' && 'rows' in value)
    return lines(say`${label} :`, ...value.rows.map((row) => say`• ${outside(rowText(row), { max: 600 })}`));
  return say`${label} : ${outside(valueText(value), { max: LONGEST, multiline: true })}`;
}

function rowText(row: { label: string; value: string }[]): string {
  return row.map((cell, n) => (n === 0 ? cell.value : `${cell.label} : ${cell.value}`)).join(' ; ');
}

/** « 72,5 kg », « oui », the names of the files; a table is one line per row. */
export function answerText({ value }: Shown): string {
  return typeof value === 'object' && 'rows' in value ? value.rows.map(rowText).join('\n') : valueText(value);
}

function valueText(value: Exclude<ShownValue, { rows: unknown }>): string {
  if (typeof value === 'string') return value;
  if ('list' in value) return value.list.join(', ');
  if ('number' in value) return `${String(value.number).replace('.', ',')}${value.unit ? ` ${value.unit}` : ''}`;
  if ('scale' in value) return `${value.scale} sur ${value.to}`;
  if ('date' in value) return sayBirthDate(value.date);
  if ('yes' in value) return value.yes ? 'oui' : 'non';
  return value.files.map((file) => file.name).join(', ');
}
