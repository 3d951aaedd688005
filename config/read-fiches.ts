/** A table of fiches, whatever file it came from: every problem at once, with its row, its column and its cure. */
import type { Fiche, FicheField, Local, Partner } from '../care/people/fiche.ts';
import type { ConfigProblem } from './problem.ts';
import {
  CHECKED,
  type FicheColumn,
  IDENTITY,
  isNationalNumber,
  KNOWN,
  LONGEST_TEXT,
  PARTNER_ID,
} from './schema/fiche.ts';
import { FICHE_WORDS, readList, readYesNo } from './texts/fiche.ts';
import { fold } from './texts/fold.ts';

/** Cells of one row by header, and where it stands in the file (from 1). Dates are `YYYY-MM-DD` already. */
export type FicheTable = { file: string; headers: string[]; rows: { line: number; cells: string[] }[] };

export type ReadFiches = { fiches: Fiche[]; problems: ConfigProblem[] };

type Column = keyof typeof IDENTITY | FicheField | 'checked';

const COLUMNS: Record<string, FicheColumn> = { ...IDENTITY, ...KNOWN, checked: CHECKED };

const folded = (text: string): string =>
  fold(text)
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();

function columnOf(header: string): Column | undefined {
  const name = folded(header);
  const found = Object.entries(COLUMNS).find(
    ([, { header: own, also }]) => folded(own) === name || also.includes(name),
  );
  return found?.[0] as Column | undefined;
}

/** `02/11/2026`, `2/11/26`, `2026-11-02` → `2026-11-02`; undefined when there is no such day. */
export function readDay(text: string): string | undefined {
  const [, day, month, year] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})$/.exec(text) ?? [];
  const iso =
    day === undefined
      ? /^\d{4}-\d\d-\d\d$/.exec(text)?.[0]
      : `${(year ?? '').padStart(4, '20')}-${(month ?? '').padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (iso === undefined) return undefined;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined;
}

type Row = {
  get: (column: Column) => string;
  complain: (column: Column, problem: string, cure: string) => void;
};

/** @param today `YYYY-MM-DD` in Paris: the day of what has no date of its own, and no day may be later */
export function readFicheTable(table: FicheTable, partners: ReadonlySet<string>, today: string): ReadFiches {
  const problems: ConfigProblem[] = [];
  const complain = (line: number | undefined, key: string, problem: string, cure: string): void =>
    void problems.push({ file: table.file, line, key, problem, cure });
  const columns = table.headers.map(columnOf);
  for (const [n, header] of table.headers.entries()) {
    const column = columns[n];
    if (header.trim() === '') continue;
    if (column === undefined)
      complain(
        1,
        header,
        'unknown column',
        `remove it, or use one of: ${Object.values(COLUMNS)
          .map((c) => c.header)
          .join(', ')}`,
      );
    else if (columns.indexOf(column) < n) complain(1, header, 'this column is there twice', 'keep one of them');
  }
  if (!columns.includes('id'))
    complain(1, IDENTITY.id.header, 'no such column', 'relais directory template writes a table with all columns');
  if (problems.length > 0) return { fiches: [], problems };

  const fiches: Fiche[] = [];
  const lines = new Map<string, number>();
  for (const { line, cells } of table.rows) {
    const row: Row = {
      get: (column) => cells[columns.indexOf(column)]?.trim() ?? '',
      complain: (column, problem, cure) => complain(line, COLUMNS[column]?.header ?? column, problem, cure),
    };
    if (cells.every((cell) => cell.trim() === '')) continue;
    const fiche = readRow(row, partners, today);
    if (fiche === undefined) continue;
    const before = lines.get(fiche.id);
    if (before !== undefined) row.complain('id', `"${fiche.id}" is already on row ${before}`, 'keep one row for each');
    lines.set(fiche.id, line);
    fiches.push(fiche);
  }
  return { fiches, problems };
}

function readRow(row: Row, partners: ReadonlySet<string>, today: string): Fiche | undefined {
  const { get, complain } = row;
  const id = readId(row);
  const said = get('checked');
  const checked = said === '' ? today : readDay(said);
  if (checked === undefined) complain('checked', `"${said}" is no date`, 'write 02/11/2026');
  else if (checked > today) complain('checked', `${said} has not come yet`, 'write the day on which somebody checked');
  if (said === '' && get('delay') !== '')
    complain('checked', 'a delay without the day it was checked', 'write 02/11/2026');
  const local = readKnown(row, checked ?? today);
  const partner = id === undefined || isNationalNumber(id) ? undefined : readPartner(row, partners);
  return id === undefined ? undefined : { id, ...(partner && { partner }), local };
}

function readId({ get, complain }: Row): string | undefined {
  const typed = get('id').replaceAll(/\s/g, '');
  const id = /^8\d{11}$/.test(typed) ? typed.slice(1) : /^2[ab]\d{7}$/i.test(typed) ? typed.toUpperCase() : typed;
  if (isNationalNumber(id) || PARTNER_ID.test(id)) return id;
  if (id === '')
    complain('id', 'missing', 'write the RPPS (11 digits), the FINESS (9), or an id of your own: dac-cambresis');
  else if (/^\d{8}$/.test(id) || /^\d{10}$/.test(id))
    complain(
      'id',
      `${id} has ${id.length} digits`,
      'a spreadsheet removed a leading zero: make the column text, write the number again',
    );
  else
    complain(
      'id',
      `"${get('id')}" is no number and no id`,
      'RPPS has 11 digits, FINESS 9; an id of your own is small letters, digits and hyphens',
    );
  return undefined;
}

function readPartner({ get, complain }: Row, partners: ReadonlySet<string>): Partner | undefined {
  const kind = folded(get('kind')).toUpperCase().replaceAll(' ', '');
  if (kind === '') complain('kind', 'missing for a partner', `write one of: ${[...partners].join(', ')}`);
  else if (!partners.has(kind))
    complain('kind', `"${get('kind')}" is not known`, `write one of: ${[...partners].join(', ')}`);
  const name = get('name');
  if (name === '') complain('name', 'missing for a partner', 'write its name');
  const postcode = get('postcode');
  if (postcode !== '' && !/^\d{5}$/.test(postcode))
    complain('postcode', `"${postcode}" is no postcode`, 'five digits; make the column text');
  const [town, street, phone] = [get('town'), get('street'), get('phone')];
  return {
    kind,
    name,
    ...(town !== '' && { town }),
    ...(postcode !== '' && { postcode }),
    ...(street !== '' && { street }),
    ...(phone !== '' && { phone }),
  };
}

/** An empty cell says nothing: what was known before stays. */
function readKnown({ get, complain }: Row, checked: string): Local {
  const local: Record<string, { value: unknown; checked: string }> = {};
  for (const field of Object.keys(KNOWN) as FicheField[]) {
    const { kind } = FICHE_WORDS[field];
    const said = get(field);
    if (said === '') continue;
    if (said.length > LONGEST_TEXT)
      complain(field, `${said.length} characters`, `at most ${LONGEST_TEXT}: it is read on a phone`);
    const value = kind === 'list' ? readList(said) : kind === 'yes-no' ? readYesNo(said) : said;
    if (value === undefined) complain(field, `"${said}" is neither yes nor no`, 'write oui or non');
    else local[field] = { value, checked };
  }
  return local;
}
