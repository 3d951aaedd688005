/**
 * The directory port: who practises where. From the national open files (RPPS, FINESS) and from what the coordination
 * knows (fiche.ts): the national file says neither delays, nor who takes new patients.
 */
import type { Fiche, Local } from './fiche.ts';

export type DirectoryEntry = {
  /** RPPS (or ADELI) of a person, FINESS of an establishment, or the coordination's own id of a partner (`dac-essai`). */
  id: string;
  kind: 'person' | 'establishment' | 'partner';
  /** `Dr Alice ESSAIDERM`, as a colleague writes it. */
  name: string;
  /** Profession of a person, category of an establishment, kind of a partner. */
  profession: string;
  professionCode: string;
  specialties: { code: string; label: string }[];
  /** One per place of practice; the one that was asked for comes first. */
  places: {
    name: string | undefined;
    street: string | undefined;
    postcode: string | undefined;
    town: string | undefined;
    phone: string | undefined;
  }[];
  /** What the coordination knows. The professionals-only line is there for members only (DirectoryQuery). */
  local?: Local;
  /** As the crow flies, from the commune that was asked for to the nearest place; absent when it is in that commune, or unknown. */
  distanceKm?: number;
};

export type DirectoryQuery = {
  /** At most so many entries. */
  limit: number;
  /** So many are passed over: the next page (*suite*). 0 when absent. */
  offset?: number;
  /** Id of the asker's territory: its professionals come first. */
  territory?: string | undefined;
  /** Only members read the answer: professionals-only lines are given. */
  member?: boolean;
  /** RPPS of the only person who reads the answer: lines are given if the coordination says that they are a member. */
  reader?: string;
};

export type DirectorySearch = {
  /** At most `limit`, best first. */
  entries: DirectoryEntry[];
  total: number;
  /** There are more than `total`: a broad word is not counted to the end. */
  atLeast?: boolean;
  /** How the words were understood, so that a doctor sees why: `dermato → Dermatologie`, `cambrai → commune`. */
  understood: { words: string; as: 'specialty' | 'profession' | 'town' | 'name'; label: string }[];
  /** Words that matched nothing and the nearest known ones. */
  unknown: { word: string; nearest: string | undefined }[];
  /** The search could not be done: no index yet (the first import runs), or no answer in time. */
  away?: 'no-index' | 'late';
};

export interface Directory {
  search(words: string, query: DirectoryQuery): Promise<DirectorySearch>;
  size(): Promise<number>;
  /** What the coordination knows, all of it: replaces what was given before. Absent: it has no use for it. */
  know?(fiches: readonly Fiche[]): Promise<void>;
}

/** Somebody else to ask about one number that the local index does not know yet. */
export interface DirectoryCompletion {
  /** @returns undefined when nobody has this number, or when it does not answer: a search never fails because of it */
  byNumber(rpps: string): Promise<DirectoryEntry | undefined>;
}
