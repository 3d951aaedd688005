/**
 * One row of the national open file (`PS_LibreAcces_Personne_activite`; FACTS §2.5): UTF-8, `|`, no quoting, a trailing
 * pipe. Columns are found by folded name, never by position: releases change their number, order and spelling.
 */
import { phraseOf } from './words.ts';

export type RppsRow = {
  rpps: string;
  professionCode: string;
  profession: string;
  /** `Dr`, `Pr`, or nothing. */
  title: string;
  family: string;
  given: string;
  skillCode: string;
  skill: string;
  liberal: boolean;
  /** Identifies one place of practice: structure and address (one structure may have two sites). */
  structure: string;
  place: string;
  street: string;
  postcode: string;
  town: string;
  phone: string;
};

const NEEDED = {
  pp: 'identification nationale pp',
  rpps: 'identifiant pp',
  family: 'nom d exercice',
  given: 'prenom d exercice',
  professionCode: 'code profession',
  profession: 'libelle profession',
  skillCode: 'code savoir faire',
  skill: 'libelle savoir faire',
} as const;

const USEFUL = {
  title: 'code civilite d exercice',
  mode: 'code mode exercice',
  structure: 'identifiant technique de la structure',
  finess: 'numero finess site',
  siret: 'numero siret site',
  name: 'raison sociale site',
  sign: 'enseigne commerciale site',
  number: 'numero voie coord structure',
  repetition: 'indice repetition voie coord structure',
  kind: 'libelle type de voie coord structure',
  street: 'libelle voie coord structure',
  cedex: 'bureau cedex coord structure',
  postcode: 'code postal coord structure',
  town: 'libelle commune coord structure',
  phone: 'telephone coord structure',
  phone2: 'telephone 2 coord structure',
} as const;

type Column = keyof typeof NEEDED | keyof typeof USEFUL;

const KEPT = [...Object.keys(NEEDED), ...Object.keys(USEFUL)] as Column[];
const AT = Object.fromEntries(KEPT.map((column, n) => [column, n])) as Record<Column, number>;

/** What is staged of a row: what sorts and groups it, and its useful cells as one text (a cell never holds a pipe). */
export type PickedRow = { pp: string; family: string; given: string; profession: string; cells: string };

/**
 * @param header first line of the file
 * @returns picks the useful cells of one line; undefined for a line that is cut or names nobody
 * @throws when a needed column is missing, naming all of them at once
 */
export function rowPicker(header: string): (line: string) => PickedRow | undefined {
  const names = header
    .replace(/^\uFEFF/, '')
    .split('|')
    .map(phraseOf);
  const at = KEPT.map((column) => names.indexOf({ ...NEEDED, ...USEFUL }[column]));
  const missing = Object.entries(NEEDED).filter(([column]) => (at[AT[column as Column]] ?? -1) < 0);
  if (missing.length > 0) {
    const list = missing.map(([, name]) => `"${name}"`).join(', ');
    throw new Error(`not the RPPS open file "Personne_activite" (separator |): columns missing: ${list}`);
  }
  const last = Math.max(...at);
  const [pp, family, given, profession] = [at[AT.pp], at[AT.family], at[AT.given], at[AT.professionCode]].map(Number);
  return (line) => {
    const cells = line.split('|');
    if (cells.length <= last) return undefined;
    const cell = (n: number | undefined): string => cells[n ?? -1]?.trim() ?? '';
    const row = { pp: cell(pp), family: cell(family), given: cell(given), profession: cell(profession) };
    if (row.pp === '' || row.family === '') return undefined;
    let kept = '';
    for (const n of at) kept += `${n < 0 ? '' : (cells[n] ?? '')}|`;
    return { ...row, cells: kept };
  };
}

/** @param picked `PickedRow.cells` */
export function readRow(picked: string): RppsRow {
  const cells = picked.split('|');
  const get = (column: Column): string => cells[AT[column]]?.trim() ?? '';
  const bureau = get('cedex');
  const cedex = bureau === '' ? null : /^(\d{5})\s+(.+?)(?:\s+CEDEX(?:\s+\d+)?)?$/i.exec(bureau);
  const street = [get('number'), get('repetition'), get('kind'), get('street')].filter((part) => part !== '').join(' ');
  const postcode = get('postcode') || (cedex?.[1] ?? '');
  const town = get('town') || titleCase(cedex?.[2] ?? '');
  const structure = get('structure') || get('finess') || get('siret') || get('name');
  return {
    rpps: get('rpps'),
    professionCode: get('professionCode'),
    profession: get('profession'),
    title: { DR: 'Dr', PR: 'Pr' }[get('title').toUpperCase()] ?? '',
    family: get('family'),
    given: titleCase(get('given')),
    skillCode: get('skillCode'),
    skill: get('skill'),
    liberal: get('mode') === 'L',
    structure: [structure, street, postcode, town].join('|'),
    place: get('name') || get('sign'),
    street,
    postcode,
    town,
    phone: normalisePhone(get('phone')) || normalisePhone(get('phone2')),
  };
}

/** `JEAN-FRANÇOIS` → `Jean-François`. */
export function titleCase(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/(^|[^\p{L}\p{M}])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}

/**
 * French numbers as people read them aloud, `03 00 00 00 01`, from `+33300000001`, `0033 3…`, `03.00…`, `+33 (0)3…`; a
 * number of another country is left as it was found, one without digits is nothing.
 */
export function normalisePhone(text: string): string {
  if (text === '') return '';
  const digits = text.replace(/\(0\)/, '').replaceAll(/[^\d+]/g, '');
  const national = digits.replace(/^(?:\+33|0033)0?/, '0');
  const french = /^0[1-9]\d{8}$/.test(national) ? national : /^[1-9]\d{8}$/.test(digits) ? `0${digits}` : undefined;
  if (french !== undefined) return french.replaceAll(/(\d\d)(?=\d)/g, '$1 ');
  return /\d/.test(digits) ? text.trim() : '';
}
