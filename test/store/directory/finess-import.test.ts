/** FINESS in its two layouts, and what is refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { importFiness } from '../../../store/directory/finess-import.ts';
import { fromLambert93 } from '../../../store/directory/lambert.ts';
import { openReader } from '../../../store/directory/search.ts';

const SAMPLE = join(import.meta.dirname, 'data', 'etalab-cs1100507-essai.csv');
const folder = mkdtempSync(join(tmpdir(), 'relais-finess-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the historic layout, by place: entries, phones, CEDEX, a line that is cut', async () => {
  const indexes = join(folder, 'historic');
  expect(await importFiness(SAMPLE, indexes)).toEqual({ rows: 8, entries: 7, skipped: 1 });
  const open = openReader({ folder: indexes });
  expect(open.search('centre hospitalier cambrai', { limit: 1 }).entries).toEqual([
    {
      id: '590000006',
      kind: 'establishment',
      name: 'CENTRE HOSPITALIER D ESSAI DU CAMBRESIS',
      profession: 'Centre hospitalier',
      professionCode: '355',
      specialties: [],
      places: [{ street: '516 AV DE L ESSAI', postcode: '59407', town: 'Cambrai', phone: '01 99 00 00 01' }],
    },
  ]);
  open.close();
});

test('a header, quotes, Windows-1252', async () => {
  const text =
    '"nofinesset";"rs";"rslongue";"ligneacheminement";"categetab";"libcategetab";"telephone"\r\n' +
    '"590000063";"PHARMACIE DU MUSÉE";"";"59540 CAUDRY";"620";"Pharmacie d\'Officine";"+33199000008"\r\n';
  const file = join(folder, 'latin.csv');
  writeFileSync(file, Buffer.from(text, 'latin1'));
  const indexes = join(folder, 'headed');
  expect((await importFiness(file, indexes)).entries).toBe(1);
  const open = openReader({ folder: indexes });
  expect(open.search('pharmacie du musee', { limit: 1 }).entries[0]).toMatchObject({
    name: 'PHARMACIE DU MUSÉE',
    places: [{ town: 'Caudry', phone: '01 99 00 00 08' }],
  });
  open.close();
});

test.each([
  ['another', 'a;b;c\n1;2;3\n', 'columns missing: nofinesset, rs, ligneacheminement, categetab, libcategetab'],
  ['empty', '', 'is empty'],
  ['nobody', 'finess;etalab;93\n', 'names no establishment'],
])('%s: refused', async (what, text, says) => {
  const file = join(folder, `${what}.csv`);
  writeFileSync(file, text);
  await expect(importFiness(file, join(folder, what))).rejects.toThrow(says);
});

test('half of it is refused after the whole', async () => {
  const indexes = join(folder, 'half');
  await importFiness(SAMPLE, indexes);
  const half = join(folder, 'half.csv');
  writeFileSync(half, readFileSync(SAMPLE, 'utf8').split('\n').slice(0, 4).join('\n'));
  await expect(importFiness(half, indexes)).rejects.toThrow('--accept-shrunk');
});

/** The corners that IGN publishes for RGF93 / Lambert-93: the origin, and its example point. */
test.each([
  [700_000, 6_600_000, 46.5, 3],
  [652_381, 6_862_047, 48.8566, 2.3508],
])('Lambert-93 %i %i', (x, y, lat, lon) => {
  const point = fromLambert93(x, y);
  expect(point.lat).toBeCloseTo(lat, 3);
  expect(point.lon).toBeCloseTo(lon, 3);
});
