/**
 * More than three hundred things that people type, each with the first answer they expect: words, towns, typing faults, names,
 * numbers, codes, establishments, neighbours, territories.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importFiness } from '../../../store/directory/finess-import.ts';
import { importRpps } from '../../../store/directory/import.ts';
import { openReader } from '../../../store/directory/search.ts';
import type { Reader } from '../../../store/directory/search.ts';
import { readPsv } from '../../../store/directory/words.ts';

const DATA = join(import.meta.dirname, 'data');
const PEOPLE = 'rpps|title|family|given|profession|label|skill|skill label|mode|town|postcode|phone'.split('|');
const CAMBRESIS =
  'Cambrai,Caudry,Le Cateau-Cambrésis,Solesmes,Iwuy,Escaudœuvres,Bertry,Walincourt-Selvigny,Masnières,Marcoing';
const MORE =
  'Gouzeaucourt,Avesnes-les-Aubert,Proville,Neuville-Saint-Rémy,Busigny,Beauvois-en-Cambrésis,Clary,Ligny-en-Cambrésis';
const BARROIS = 'Bar-le-Duc,Ligny-en-Barrois,Revigny-sur-Ornain,Ancerville,Tronville-en-Barrois,Fains-Véel,Stainville';

const folder = mkdtempSync(join(tmpdir(), 'relais-queries-'));
let directory: Reader;

/** The people as the national file gives them. */
function rppsFile(): string {
  const header = readFileSync('demo/data/rpps-synthetique.txt', 'utf8').split('\n')[0] ?? '';
  const rows = readPsv('people.psv', PEOPLE, pathToFileURL(`${DATA}/`)).map(({ cells }) => {
    const [rpps = '', title, family, given, profession, label, skill, skillLabel, mode, town, postcode, phone] = cells;
    const row: Record<string, string | undefined> = {
      'Identifiant PP': rpps,
      'Identification nationale PP': `8${rpps}`,
      "Code civilité d'exercice": title,
      "Nom d'exercice": family,
      "Prénom d'exercice": given,
      'Code profession': profession,
      'Libellé profession': label,
      'Code savoir-faire': skill,
      'Libellé savoir-faire': skillLabel,
      'Code mode exercice': mode,
      'Libellé commune (coord. structure)': town,
      'Code postal (coord. structure)': postcode,
      'Téléphone (coord. structure)': phone,
    };
    return header
      .split('|')
      .map((name) => row[name] ?? '')
      .join('|');
  });
  const path = join(folder, 'rpps.txt');
  writeFileSync(path, [header, ...rows].join('\n'));
  return path;
}

beforeAll(async () => {
  const indexes = join(folder, 'indexes');
  await importRpps(rppsFile(), indexes);
  await importFiness(join(DATA, 'etalab-cs1100507-essai.csv'), indexes);
  directory = openReader({
    folder: indexes,
    communes: join(DATA, 'communes.csv'),
    territories: [
      { id: 'cambresis', communes: `${CAMBRESIS},${MORE}`.split(',') },
      { id: 'barrois', communes: BARROIS.split(',') },
    ],
  });
});
afterAll(() => {
  directory.close();
  rmSync(folder, { recursive: true });
});

test('the first answer is the expected one, every time', () => {
  const queries = readPsv('queries.psv', ['query', 'first', 'territory'], pathToFileURL(`${DATA}/`));
  expect(queries.length).toBeGreaterThanOrEqual(300);
  const wrong = queries.flatMap(({ line, cells: [query = '', first, territory] }) => {
    const found = directory.search(query, { limit: 1, territory }).entries[0]?.name;
    return found === first ? [] : [`line ${line}: "${query}" gave ${found ?? 'nobody'}, expected ${first ?? ''}`];
  });
  expect(wrong).toEqual([]);
});

test('nobody of that profession in town: the nearest, with their distance, and nobody further than 30 km', () => {
  const { entries } = directory.search('dermato le cateau', { limit: 10 });
  expect(entries.map(({ places, distanceKm }) => [places[0]?.town, distanceKm])).toEqual([
    ['Caudry', 10],
    ['Cambrai', 23],
    ['Valenciennes', 28],
  ]);
  expect(directory.search('cardio vaucouleurs', { limit: 10 }).total).toBe(0);
});

test('pages follow each other without a gap or a repetition, and the total stays', () => {
  const whole = directory.search('infirmier 59', { limit: 100 });
  const pages = [0, 4, 8, 12].flatMap((offset) => {
    const page = directory.search('infirmier 59', { limit: 4, offset });
    expect(page.total).toBe(whole.total);
    return page.entries;
  });
  expect(pages).toEqual(whole.entries.slice(0, 16));
  expect(directory.search('infirmier 59', { limit: 4, offset: whole.total }).entries).toEqual([]);
});

test('what the coordination says of somebody decides between equals', () => {
  const [first, second] = directory.search('généraliste cambrai', { limit: 2 }).entries;
  directory.know([{ id: second?.id ?? '', local: { member: { value: true, checked: '2026-11-02' } } }]);
  const again = directory.search('généraliste cambrai', { limit: 2 });
  expect(again.entries.map(({ id }) => id)).toEqual([second?.id, first?.id]);
  directory.know([]);
});

test('coordinates of the establishments serve where no list of communes is given', () => {
  const alone = openReader({ folder: join(folder, 'indexes') });
  const [entry] = alone.search('ehpad cambrai', { limit: 1 }).entries;
  expect([entry?.name, entry?.distanceKm]).toEqual(['EHPAD LES EXEMPLES', 13]);
  alone.close();
});
