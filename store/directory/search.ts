/**
 * The directory read from its indexes, in this thread (worker.ts puts it in another): the national files' shelves, as the
 * pointer names them at each search, and a shelf in memory for what the coordination knows.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DirectoryEntry, DirectoryQuery, DirectorySearch } from '../../care/people/directory.ts';
import { type Fiche, shownLocal } from '../../care/people/fiche.ts';
import { overlayShelf } from './overlay-shelf.ts';
import { loadJobs } from './jobs.ts';
import type { Jobs } from './jobs.ts';
import { understand } from './meaning.ts';
import type { Meaning } from './meaning.ts';
import { rank } from './rank.ts';
import type { Ground, Ranked } from './rank.ts';
import { openShelf } from './shelf.ts';
import type { Row, Shelf } from './shelf.ts';
import { openPointer } from './shelf-pointer.ts';
import type { Pointed } from './shelf-pointer.ts';
import { gazetteerOf, readCommunes } from './towns.ts';
import type { Gazetteer, Point } from './towns.ts';
import { vocabularyOf } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';
import { phraseOf, townKey } from './words.ts';

export type Installation = {
  /** Where the indexes are. */
  folder: string;
  /** Where annuaire-synonymes.psv is, as a file URL; config/data when absent. */
  synonyms?: string | undefined;
  /** A list of communes with coordinates (towns.ts). */
  communes?: string | undefined;
  /** Communes of each territory, as people write them. */
  territories?: readonly { id: string; communes: readonly string[] }[];
};

export type Reader = {
  search(words: string, query: DirectoryQuery): DirectorySearch;
  size(): number;
  /** What the coordination knows, all of it: replaces what was given before. */
  know(fiches: readonly Fiche[]): void;
  close(): void;
};

type Opened = {
  /** Which files these are: an import points to others. */
  mark: string;
  national: Shelf[];
  overlay: Shelf | undefined;
  fiches: ReadonlyMap<string, Fiche>;
  shelves: Shelf[];
  towns: Gazetteer;
  vocabulary: Vocabulary;
  jobs: Jobs;
  members: ReadonlySet<string>;
  territories: ReadonlyMap<string, readonly string[]>;
};

const NOBODY: DirectorySearch = { entries: [], total: 0, understood: [], unknown: [] };

/** The place that was asked for comes first among a person's places. */
function placesFirst(entry: DirectoryEntry, meanings: readonly Meaning[]): DirectoryEntry {
  const asked = new Set(
    meanings.flatMap((m) => [...m.exact, ...m.loose]).flatMap((match) => (match.column === 'town' ? match.keys : [])),
  );
  const isAsked = ({ town, postcode = '' }: DirectoryEntry['places'][number]): boolean => {
    const words = phraseOf(town ?? '').split(' ');
    const keys = [`v${townKey(town ?? '', postcode)}`, `c${postcode}`, ...words.map((word) => `t${word}`)];
    return keys.some((key) => asked.has(key));
  };
  return { ...entry, places: [...entry.places.filter(isAsked), ...entry.places.filter((place) => !isAsked(place))] };
}

/** Numbers are asked for whole: RPPS, IDNPS (8 and the RPPS number, FACTS §2.7), ADELI, FINESS. */
const NUMBER = /^(?:\d{9}(?:\d{2,3})?|2[ab]\d{7})$/i;

/** A partner's own id: `dac-cambresis`. */
const OWN_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/;

/** @throws when the synonyms or the list of communes have faults (all of the synonyms' at once) */
export function openReader(installation: Installation): Reader {
  const pointer = openPointer(installation.folder);
  const points: ReadonlyMap<string, Point> =
    installation.communes === undefined ? new Map() : readCommunes(installation.communes);
  let fiches: readonly Fiche[] = [];
  let opened = open(pointer.read());

  function open(pointed: readonly Pointed[]): Opened {
    const national = pointed.map(({ file }) => openShelf(join(installation.folder, file)));
    return complete(pointed.map(({ file }) => file).join(' '), national);
  }

  /** With what the coordination knows, on top of the national files. */
  function complete(mark: string, national: Shelf[]): Opened {
    const extra = national.flatMap(({ db }) => db.prepare('select code, label from job').all());
    const synonyms = installation.synonyms === undefined ? undefined : new URL(installation.synonyms);
    const jobs = loadJobs(extra as { code: string; label: string }[], synonyms);
    const overlay =
      fiches.length === 0 ? undefined : overlayShelf(new DatabaseSync(':memory:'), fiches, national, jobs);
    const shelves = [...(overlay ? [overlay] : []), ...national];
    const towns = gazetteerOf(shelves, points);
    return {
      mark,
      national,
      overlay,
      fiches: new Map(fiches.map((fiche) => [fiche.id, fiche])),
      shelves,
      towns,
      vocabulary: vocabularyOf(shelves),
      jobs,
      members: new Set(fiches.flatMap(({ id, local }) => (local.member?.value === true ? [id] : []))),
      territories: new Map(
        (installation.territories ?? []).map(({ id, communes }) => [
          id,
          [...new Set(communes.flatMap((commune) => towns.named(commune)))],
        ]),
      ),
    };
  }

  function current(): Opened {
    const pointed = pointer.read();
    if (pointed.map(({ file }) => file).join(' ') === opened.mark) return opened;
    const before = opened;
    opened = open(pointed);
    for (const { db } of before.shelves) db.close();
    return opened;
  }

  function entryOf(index: Opened, { shelf, row, km }: Ranked, query: DirectoryQuery): DirectoryEntry {
    const entry = JSON.parse(shelf.entry.get(row.n)?.entry as string) as DirectoryEntry;
    const local = index.fiches.get(entry.id)?.local;
    return {
      ...entry,
      ...(local && { local: shownLocal(local, query.member === true || index.members.has(query.reader ?? '')) }),
      ...(km !== undefined && { distanceKm: km }),
    };
  }

  function byNumber(index: Opened, number: string, query: DirectoryQuery): DirectorySearch {
    const id =
      number.length === 12 && /^\d/.test(number) ? number.slice(1) : number.replace(/^2[ab]/, (c) => c.toUpperCase());
    const found = new Map<string, Ranked>();
    for (const shelf of index.shelves)
      for (const row of shelf.byId.all(id) as unknown as Row[]) {
        const key = /\bj\S+/.exec(row.keys)?.[0] ?? '';
        if (!found.has(key)) found.set(key, { shelf, row, km: undefined });
      }
    const entries = [...found.values()].map((one) => entryOf(index, one, query));
    if (entries.length === 0) return { ...NOBODY, unknown: [{ word: number, nearest: undefined }] };
    const label = entries[0]?.kind === 'person' ? `RPPS ${id}` : id;
    return { entries, total: entries.length, understood: [{ words: number, as: 'name', label }], unknown: [] };
  }

  return {
    search(words, query) {
      const index = current();
      if (index.shelves.length === 0) return { ...NOBODY, away: 'no-index' };
      const number = words.replaceAll(/\s/g, '');
      if (NUMBER.test(number)) return byNumber(index, number, query);
      if (OWN_ID.test(words) && index.fiches.has(words)) return byNumber(index, words, query);
      const { meanings, understood, unknown } = understand(words, index);
      const territory = index.territories.get(query.territory ?? '') ?? [];
      const ground: Ground = { ...index, territory };
      const { ranked, full } = rank(ground, nearHome(meanings, ground));
      const from = query.offset ?? 0;
      const entries = ranked
        .slice(from, from + query.limit)
        .map((one) => placesFirst(entryOf(index, one, query), meanings));
      return { entries, total: ranked.length, ...(full && { atLeast: true }), understood, unknown };
    },
    size: () =>
      current().shelves.reduce(
        (sum, { db }) => sum + (db.prepare('select count(*) as n from person').get()?.n as number),
        0,
      ),
    know(all) {
      fiches = all;
      const before = opened;
      opened = complete(before.mark, before.national);
      before.overlay?.db.close();
    },
    close() {
      for (const { db } of opened.shelves) db.close();
      pointer.close();
    },
  };
}

const HOME_KM = 60;

/** Of several communes of one name, those near the asker's territory are meant, when there are some. */
function nearHome(meanings: readonly Meaning[], { towns, territory }: Ground): readonly Meaning[] {
  if (territory.length === 0) return meanings;
  return meanings.map((meaning) => {
    const { towns: asked = [] } = meaning;
    if (asked.length < 2) return meaning;
    const around = new Set([...territory, ...towns.around(territory, HOME_KM, 10_000).map(({ key }) => key)]);
    const near = asked.filter((key) => around.has(key));
    if (near.length === 0) return meaning;
    const exact = meaning.exact.map((match) =>
      match.column === 'town' && match.keys.every((key) => key.startsWith('v'))
        ? { ...match, keys: near.map((key) => `v${key}`) }
        : match,
    );
    return { ...meaning, exact, towns: near };
  });
}
