/**
 * FINESS: the establishments (extraction "etalab-cs1100507", FACTS §2.8), `;` without quoting. Two layouts are read: the
 * historic one, without column names, whose lines begin with `structureet` or `geolocalisation`; and one with a header, its
 * columns found by folded name. The daily JSON of 2026 is not read: its layout could not be checked.
 */
import { setImmediate } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { indexWriter } from './build.ts';
import { loadJobs } from './jobs.ts';
import type { Jobs } from './jobs.ts';
import { fromLambert93 } from './lambert.ts';
import { linesOf, READING } from './lines.ts';
import { importInto, refuseShrunk } from './import.ts';
import type { ImportOptions, ImportResult } from './import.ts';
import { normalisePhone, titleCase } from './rpps-rows.ts';
import { phraseOf, townKey } from './words.ts';

const COLUMNS = [
  'nofinesset',
  'nofinessej',
  'rs',
  'rslongue',
  'complrs',
  'compldistrib',
  'numvoie',
  'typvoie',
  'voie',
  'compvoie',
  'lieuditbp',
  'commune',
  'departement',
  'libdepartement',
  'ligneacheminement',
  'telephone',
  'telecopie',
  'categetab',
  'libcategetab',
] as const;
type Column = (typeof COLUMNS)[number] | 'coordxet' | 'coordyet' | 'sourcecoordet' | 'latitude' | 'longitude';

const NEEDED: Column[] = ['nofinesset', 'rs', 'ligneacheminement', 'categetab', 'libcategetab'];
const PROJECTION = /LAMBERT_93/i;
const STEP = 10_000;

type Reader = (cells: string[]) => ((column: Column) => string) | undefined;

/** `structureet;010000024;…`: the historic layout, by place. */
const byPlace: Reader = (cells) =>
  cells[0] === 'structureet'
    ? (column) => cells[1 + COLUMNS.indexOf(column as (typeof COLUMNS)[number])]?.trim() ?? ''
    : undefined;

function byHeader(header: string): Reader {
  const names = header
    .replace(/^\uFEFF/, '')
    .split(';')
    .map((cell) => phraseOf(cell.replaceAll('"', '')).replaceAll(' ', ''));
  const missing = NEEDED.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw new Error(
      `not the FINESS extraction of establishments (etalab-cs1100507, separator ;): columns missing: ${missing.join(', ')}`,
    );
  return (cells) => (column) => (cells[names.indexOf(column)] ?? '').replaceAll('"', '').trim();
}

type Site = {
  finess: string;
  name: string;
  category: string;
  label: string;
  street: string;
  postcode: string;
  town: string;
  phone: string;
};

function siteOf(get: (column: Column) => string): Site | undefined {
  const [finess, name] = [get('nofinesset'), get('rslongue') || get('rs')];
  if (finess === '' || name === '') return undefined;
  const [, postcode = '', town = ''] =
    /^(\d{5})\s+(.+?)(?:\s+CEDEX(?:\s+\d+)?)?$/i.exec(get('ligneacheminement')) ?? [];
  const street = [get('numvoie'), get('typvoie'), get('voie')].filter((part) => part !== '').join(' ');
  return {
    finess,
    name,
    category: get('categetab'),
    label: get('libcategetab'),
    street,
    postcode,
    town: titleCase(town),
    phone: normalisePhone(get('telephone')),
  };
}

async function stage(
  db: DatabaseSync,
  file: string,
  onProgress: NonNullable<ImportOptions['onProgress']>,
): Promise<{ rows: number; skipped: number }> {
  db.exec(
    `create temp table site(sort text, finess text, site text); create temp table located(finess text primary key, lat real, lon real)`,
  );
  const [site, located] = [
    db.prepare('insert into site values (?, ?, ?)'),
    db.prepare('insert or replace into located values (?, ?, ?)'),
  ];
  const locate = (finess: string, x: string, y: string, source: string): void => {
    // overseas coordinates are in other planes: without coordinates rather than in the middle of the sea
    if (!PROJECTION.test(source) || !Number(x) || !Number(y)) return;
    const { lat, lon } = fromLambert93(Number(x), Number(y));
    located.run(finess, lat, lon);
  };
  let read: Reader | undefined;
  let [rows, skipped, breath] = [0, 0, STEP];
  for await (const { lines, share } of linesOf(file)) {
    for (const line of lines) {
      const cells = line.split(';');
      if (cells.length < 3) continue;
      if (read === undefined) {
        read = /^(?:\uFEFF)?(?:structureet|finess)$/.test(cells[0] ?? '') ? byPlace : byHeader(line);
        if (read !== byPlace || cells[0] !== 'structureet') continue;
      }
      if (cells[0] === 'geolocalisation') {
        locate(cells[1] ?? '', cells[2] ?? '', cells[3] ?? '', cells[4] ?? '');
        continue;
      }
      rows++;
      const get = read(cells);
      const found = get && siteOf(get);
      if (get === undefined || found === undefined) {
        skipped++;
        continue;
      }
      site.run(phraseOf(found.name), found.finess, JSON.stringify(found));
      locate(found.finess, get('coordxet'), get('coordyet'), get('sourcecoordet'));
    }
    if (rows < breath) continue;
    breath = rows + STEP;
    onProgress({ step: 'read', rows, share: share * READING });
    await setImmediate();
  }
  if (read === undefined) throw new Error(`${file} is empty: nothing was changed`);
  return { rows, skipped };
}

function build(db: DatabaseSync, rows: number, jobs: Jobs): number {
  const writer = indexWriter(db);
  const labels = new Map<string, string>();
  let entries = 0;
  for (const row of db
    .prepare('select site, lat, lon from site left join located using (finess) order by sort, finess')
    .iterate()) {
    const site = JSON.parse(row.site as string) as Site;
    const code = `fin${site.category}`;
    labels.set(`FIN:${site.category}`, site.label);
    const { finess, name, street, postcode, town, phone } = site;
    const optional = (text: string): string | undefined => (text === '' ? undefined : text);
    writer.put({
      entry: {
        id: finess,
        kind: 'establishment',
        name,
        profession: jobs.label(code) ?? site.label,
        professionCode: site.category,
        specialties: [],
        places: [
          {
            name: undefined,
            street: optional(street),
            postcode: optional(postcode),
            town: optional(town),
            phone: optional(phone),
          },
        ],
      },
      liberal: true,
      families: [],
      givens: [],
      jobs: [code],
      places: [name],
    });
    if (row.lat !== null) writer.locate(townKey(town, postcode), row.lat as number, row.lon as number);
    entries++;
  }
  const job = db.prepare('insert or ignore into job values (?, ?)');
  for (const [code, label] of labels) job.run(code, label);
  db.exec('drop table site; drop table located');
  writer.finish({ rows });
  return entries;
}

/** @see importRpps: same guards, same switch */
export async function importFiness(file: string, folder: string, options: ImportOptions = {}): Promise<ImportResult> {
  return importInto(folder, 'finess', file, options, async (db, before) => {
    const onProgress = options.onProgress ?? ((): void => undefined);
    const { rows, skipped } = await stage(db, file, onProgress);
    if (rows === skipped) throw new Error(`${file} names no establishment: nothing was changed`);
    refuseShrunk(before, rows, options.maxShrink ?? 0.1);
    const entries = build(db, rows, loadJobs());
    onProgress({ step: 'index', rows, share: 1 });
    return { rows, entries, skipped };
  });
}
