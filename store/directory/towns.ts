/** Where communes are, and which ones are around: for "nobody in town, the nearest are…" and for territories. */
import { readFileSync } from 'node:fs';
import { readCsvRows } from '../../config/csv.ts';
import type { Shelf } from './shelf.ts';
import { phraseOf, townKey, wordsOf } from './words.ts';

export type Point = { lat: number; lon: number };

export interface Gazetteer {
  /** Coordinates of a commune, by its key. */
  where(key: string): Point | undefined;
  /** Communes within `km` of the nearest of these, nearest first, those themselves excepted. */
  around(keys: readonly string[], km: number, most: number): { key: string; km: number }[];
  /** Keys of a commune said as people write it: `Cambrai`, `Cambrai (59)`, `59400`. */
  named(text: string): string[];
}

const EARTH_KM = 6_371;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** As the crow flies, in km. */
function kmBetween(a: Point, b: Point): number {
  const h =
    Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(h));
}

const HEADERS = {
  name: ['nom commune', 'nom de la commune', 'nom', 'commune', 'libelle', 'nom commune complet', 'nom standard'],
  postcode: ['code postal', 'codepostal', 'postcode'],
  lat: ['latitude', 'lat', 'latitude centre', 'latitude mairie'],
  lon: ['longitude', 'lon', 'long', 'longitude centre', 'longitude mairie'],
} as const;

/**
 * A list of communes with their coordinates (CSV of La Poste, INSEE or data.gouv.fr; `;` or `,`; headers by folded name).
 * @throws when a column is missing, naming those that are looked for
 */
export function readCommunes(file: string): Map<string, Point> {
  const [first, ...rows] = readCsvRows(readFileSync(file, 'utf8'));
  const headers = (first?.cells ?? []).map(phraseOf);
  const at = (names: readonly string[]): number => headers.findIndex((header) => names.includes(header));
  const [name, postcode, lat, lon] = [at(HEADERS.name), at(HEADERS.postcode), at(HEADERS.lat), at(HEADERS.lon)];
  if ([name, postcode, lat, lon].includes(-1))
    throw new Error(`${file}: columns needed: nom_commune, code_postal, latitude, longitude (separator ; or ,)`);
  const points = new Map<string, Point>();
  for (const { cells } of rows) {
    const point = { lat: Number(cells[lat] || Number.NaN), lon: Number(cells[lon] || Number.NaN) };
    if (!Number.isFinite(point.lat) || !Number.isFinite(point.lon)) continue;
    const town = (cells[name] ?? '').replace(/\s+\d{1,2}(?:ER|E)?\s+ARRONDISSEMENT$/i, '');
    points.set(townKey(town, (cells[postcode] ?? '').padStart(5, '0')), point);
  }
  return points;
}

/** @param known from a list of communes; where it has none, the mean of a commune's establishments (FINESS) */
export function gazetteerOf(shelves: readonly Shelf[], known: ReadonlyMap<string, Point>): Gazetteer {
  const points = new Map<string, Point>();
  for (const shelf of shelves)
    for (const { key, lat, lon } of shelf.db.prepare('select key, lat, lon from town where lat is not null').iterate())
      points.set(key as string, { lat: lat as number, lon: lon as number });
  for (const [key, point] of known) points.set(key, point);
  const byPostcode = shelves.map((shelf) => shelf.db.prepare('select key from town where postcode = ?'));
  return {
    where: (key) => points.get(key),
    around(keys, km, most) {
      const centres = keys.flatMap((key) => points.get(key) ?? []);
      const [degrees, found] = [km / 100, [] as { key: string; km: number }[]];
      if (centres.length === 0) return [];
      for (const [key, point] of points) {
        const near = centres.filter(
          (c) => Math.abs(c.lat - point.lat) < degrees && Math.abs(c.lon - point.lon) < 2 * degrees,
        );
        if (near.length === 0 || keys.includes(key)) continue;
        const least = Math.min(...near.map((centre) => kmBetween(centre, point)));
        if (least <= km) found.push({ key, km: least });
      }
      return found.sort((a, b) => a.km - b.km).slice(0, most);
    },
    named(text) {
      const postcode = /^\d{5}$/.exec(text.trim())?.[0];
      if (postcode !== undefined) return byPostcode.flatMap((all) => all.all(postcode).map((row) => row.key as string));
      const [, name = text, department] = /^(.*?)\s*\((\d{2,3})\)$/.exec(text.trim()) ?? [];
      if (department !== undefined) return [`${wordsOf(name).join('')}${department}`];
      return shelves.flatMap((shelf) => shelf.townFolded.all(phraseOf(name)).map((row) => row.key as string));
    },
  };
}
