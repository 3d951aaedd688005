/**
 * Which rows answer, and in which order: how well they match, then where they are (the commune asked for, before those around
 * it by distance), then members, then the asker's territory, then who practises in town, then the alphabet.
 */
import type { Meaning, Match } from './meaning.ts';
import type { Row, Shelf } from './shelf.ts';
import type { Gazetteer } from './towns.ts';

/** Row ids looked at before sorting, per question to an index: a broad word must not stop everybody. */
export const MOST_CANDIDATES = 500;

/** Fewer than this in the commune asked for: those around it are given too. */
const FEW = 8;
const AROUND_KM = 30;
const MOST_AROUND = 40;
const ELSEWHERE = 1_000;

export type Ranked = { shelf: Shelf; row: Row; km: number | undefined };

export type Ground = {
  /** What the coordination knows comes first and replaces the national file's row. */
  shelves: readonly Shelf[];
  towns: Gazetteer;
  /** Ids of members. */
  members: ReadonlySet<string>;
  /** Commune keys of the asker's territory. */
  territory: readonly string[];
};

function ftsOf(match: Match): string {
  return match.keys.map((key) => `"${key}"`).join(' OR '); // folded: no quote is left
}

/** The index's expression of a query: every word counts, in any order. `sure` keeps whole words where there are some. */
function expressionOf(meanings: readonly Meaning[], sure: boolean): string {
  return meanings
    .map(({ exact, loose }) => (sure && exact.length > 0 ? exact : [...exact, ...loose]))
    .map((all) => `(${all.map(ftsOf).join(' OR ')})`)
    .join(' AND ');
}

function holds(keys: string, match: Match): boolean {
  if (match.begins !== undefined) return keys.includes(` ${match.begins}`);
  return match.keys.some((key) => keys.includes(` ${key} `));
}

function scoreOf(row: Row, meanings: readonly Meaning[]): number {
  const keys = ` ${row.keys} `;
  let score = 0;
  for (const { exact, loose } of meanings) {
    let best = 0;
    for (const match of exact) if (match.weight > best && holds(keys, match)) best = match.weight;
    for (const match of loose) if (match.weight > best && holds(keys, match)) best = match.weight;
    score += best;
  }
  return score;
}

/** A person once per profession. */
const keyOf = (row: Row): string => `${row.id} ${/\bj\S+/.exec(row.keys)?.[0] ?? ''}`;

const inTowns = (keys: readonly string[]): string => keys.map((key) => `"v${key}"`).join(' OR ');

/** Rows of all shelves that answer one expression, the first shelf's word for an id standing. */
function gather(ground: Ground, expression: string, into: Map<string, Ranked>): number {
  let found = 0;
  for (const shelf of ground.shelves) {
    const rows = shelf.find.all({ expression, most: MOST_CANDIDATES }) as unknown as Row[];
    found = Math.max(found, rows.length);
    for (const row of rows) {
      const key = keyOf(row);
      if (!into.has(key)) into.set(key, { shelf, row, km: undefined });
    }
  }
  return found;
}

/** @returns best first; `full`: there may be more than what was looked at */
export function rank(ground: Ground, meanings: readonly Meaning[]): { ranked: Ranked[]; full: boolean } {
  if (meanings.length === 0) return { ranked: [], full: false };
  const found = new Map<string, Ranked>();
  const asked = meanings.flatMap(({ towns = [] }) => towns);
  let full = false;
  for (const sure of [true, false]) {
    const expression = expressionOf(meanings, sure);
    // a broad word would fill up with the country's first letters of the alphabet: the territory is asked first
    if (asked.length === 0 && ground.territory.length > 0)
      gather(ground, `(${expression}) AND (${inTowns(ground.territory)})`, found);
    if (found.size >= MOST_CANDIDATES) full = true;
    else full = gather(ground, expression, found) >= MOST_CANDIDATES;
    if (full) break;
  }
  const scored = [...found.values()].map((one) => ({ ...one, score: scoreOf(one.row, meanings) }));
  const near = found.size >= FEW ? [] : around(ground, meanings, asked);
  const others = meanings.filter(({ towns }) => towns === undefined);
  for (const one of near) {
    // whoever is elsewhere comes after whoever is there
    if (!found.has(keyOf(one.row))) scored.push({ ...one, score: scoreOf(one.row, others) - ELSEWHERE });
  }
  const home = new Set(ground.territory.map((key) => `v${key}`));
  const sorted = scored.map((one) => ({
    ...one,
    member: ground.members.has(one.row.id) ? 1 : 0,
    home: home.size > 0 && one.row.keys.split(' ').some((key) => home.has(key)) ? 1 : 0,
    at: ground.shelves.indexOf(one.shelf),
  }));
  sorted.sort(
    (a, b) =>
      Math.floor(b.score) - Math.floor(a.score) ||
      (a.km ?? 0) - (b.km ?? 0) ||
      b.member - a.member ||
      b.home - a.home ||
      b.score - a.score ||
      b.row.liberal - a.row.liberal ||
      a.at - b.at ||
      a.row.n - b.row.n,
  );
  return { ranked: sorted.map(({ shelf, row, km }) => ({ shelf, row, km })), full };
}

/** The same question in the communes around, each row with its distance; nothing where no coordinates are known. */
function around(ground: Ground, meanings: readonly Meaning[], asked: readonly string[]): Ranked[] {
  const places = asked.length === 0 ? [] : ground.towns.around(asked, AROUND_KM, MOST_AROUND);
  const others = meanings.filter(({ towns }) => towns === undefined);
  if (places.length === 0 || others.length === 0) return [];
  const found = new Map<string, Ranked>();
  gather(ground, `${expressionOf(others, true)} AND (${inTowns(places.map(({ key }) => key))})`, found);
  const kmOf = new Map(places.map(({ key, km }) => [`v${key}`, km]));
  return [...found.values()].map((one) => {
    const distances = one.row.keys.split(' ').flatMap((key) => kmOf.get(key) ?? []);
    return { ...one, km: Math.max(1, Math.round(Math.min(...distances))) };
  });
}
