/** The files in which a coordination keeps its fiches: CSV, XLSX, YAML. The only door of the package that reads spreadsheets. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { readSheet } from 'read-excel-file/node';
import { LineCounter, isMap, isScalar, isSeq, parseDocument, stringify as toYaml } from 'yaml';
import { readCsvRows } from './csv.ts';
import type { ConfigProblem } from './problem.ts';
import { type FicheTable, type ReadFiches, readFicheTable } from './read-fiches.ts';
import { CHECKED, IDENTITY, KNOWN } from './schema/fiche.ts';
import { csvTable, xlsxTable } from './write-table.ts';

export type FicheFormat = 'csv' | 'xlsx' | 'yaml';

const PARTNERS = new URL('data/partenaires.psv', import.meta.url);

/** Kinds of partners that config/data/partenaires.psv names. */
function partnerKinds(): ReadonlySet<string> {
  const rows = readFileSync(PARTNERS, 'utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Set(rows.slice(1).map((line) => line.split('|')[0] ?? ''));
}

/** A spreadsheet's day knows no time zone: it is given as midnight UTC. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'oui' : 'non';
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

/** UTF-8, or Windows-1252 as French spreadsheets still save it. */
function readText(file: string): string {
  const bytes = readFileSync(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function readCsv(file: string): FicheTable {
  const [head, ...rows] = readCsvRows(readText(file));
  return { file, headers: head?.cells ?? [], rows };
}

async function readXlsx(file: string): Promise<FicheTable> {
  const [head = [], ...rows] = (await readSheet(file)) as unknown[][];
  return { file, headers: head.map(textOf), rows: rows.map((row, n) => ({ line: n + 2, cells: row.map(textOf) })) };
}

/** A list of maps, whose keys are the headers. */
function readYamlTable(file: string): FicheTable {
  const lineCounter = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter, schema: 'failsafe' });
  const [fault] = document.errors;
  if (fault !== undefined) throw new Error(`not YAML: ${fault.message.split('\n')[0] ?? ''}`);
  if (!isSeq(document.contents)) throw new Error('not a list: each fiche begins with a hyphen');
  const maps = document.contents.items.filter((item) => isMap(item));
  const headers = [
    ...new Set(maps.flatMap((map) => map.items.map(({ key }) => (isScalar(key) ? String(key.value) : '')))),
  ];
  return {
    file,
    headers,
    rows: maps.map((map) => {
      const values = map.toJSON() as Record<string, unknown>;
      return {
        line: lineCounter.linePos(map.range[0]).line,
        cells: headers.map((header) => textOf(values[header])),
      };
    }),
  };
}

/** @returns the fiches, or every problem of the file; never both. @param today `YYYY-MM-DD` in Paris */
export async function readFichesFile(file: string, today: string): Promise<ReadFiches> {
  const whole = (problem: string, cure: string): { fiches: []; problems: ConfigProblem[] } => ({
    fiches: [],
    problems: [{ file, line: undefined, key: '', problem, cure }],
  });
  let table: FicheTable;
  try {
    const format = extname(file).toLowerCase();
    if (format === '.xlsx') table = await readXlsx(file);
    else if (format === '.csv') table = readCsv(file);
    else if (format === '.yaml' || format === '.yml') table = readYamlTable(file);
    else return whole(`${format === '' ? 'no ending' : format} says no format`, 'name it .csv, .xlsx or .yaml');
  } catch (error) {
    return whole(
      `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'is it the file that you mean, and whole?',
    );
  }
  const read = readFicheTable(table, partnerKinds(), today);
  return read.problems.length > 0 ? { fiches: [], problems: read.problems } : read;
}

/** An empty table with every column, and two invented rows that show what is written where. */
function template(): { headers: string[]; rows: string[][] } {
  const columns = [...Object.values(IDENTITY), ...Object.values(KNOWN), CHECKED];
  const identity = Object.keys(IDENTITY).length;
  const known = Object.values(KNOWN).map(({ sample }) => sample);
  const partner = ['dac-modele', 'DAC', 'DAC Modèle', 'Cambrai', '59400', '1 rue de l’Essai', '03 53 01 00 98'];
  return {
    headers: columns.map(({ header }) => header),
    rows: [
      ['99900000011', ...Array.from({ length: identity - 1 }, () => ''), ...known, '02/11/2026'],
      [...partner, ...known.map((_, n) => (n === 2 ? 'lundi au vendredi 9 h - 17 h' : '')), '02/11/2026'],
    ],
  };
}

/** @returns the template as the bytes of a file of this format */
export async function fichesTemplate(format: FicheFormat): Promise<Uint8Array> {
  const { headers, rows } = template();
  if (format === 'csv') return csvTable([headers, ...rows]);
  if (format === 'xlsx') return xlsxTable([headers, ...rows]);
  const fiches = rows.map((row) =>
    Object.fromEntries(
      headers.map((header, n): [string, string] => [header, row[n] ?? '']).filter(([, v]) => v !== ''),
    ),
  );
  return new TextEncoder().encode(toYaml(fiches, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' }));
}
