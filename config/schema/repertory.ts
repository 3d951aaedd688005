/** The YAML shape of the territory's repertory. Keys are French: professionals edit this file. */
import { z } from 'zod';
import type { RepertoryEntry } from '../../care/people/repertory.ts';
import { type ConfigProblem, readYaml, say, strict } from '../problem.ts';
import { weekHours } from './time.ts';

const text = z.string().trim().min(1, say('empty', 'write what a colleague should read'));
const words = z.array(text).default([]);
const date = z.iso.date(say('not a possible day', 'write year-month-day, for instance 2026-12-24'));

const line = strict({
  service: text,
  telephone: text,
  horaires: weekHours.optional(),
  pour: text.optional(),
  mots: words,
});
const document = strict({
  titre: text,
  ou: text,
  version: text.optional(),
  revu: date.optional(),
  a_revoir: date.optional(),
  mots: words,
});
const resource = strict({
  titre: text,
  quoi: text.optional(),
  commune: text.optional(),
  contact: text.optional(),
  mots: words,
});

const repertory = strict({
  lignes: z.array(line).default([]),
  documents: z.array(document).default([]),
  prevention: z.array(resource).default([]),
  actions: z.array(resource).default([]),
});

/** @returns every entry, or every problem of the file */
export function readRepertory(file: string): { entries: RepertoryEntry[] } | { problems: ConfigProblem[] } {
  const read = readYaml(file, repertory);
  if ('problems' in read) return read;
  const { lignes, documents, prevention, actions } = read.value;
  const resources = (kind: 'prevention' | 'action', list: typeof actions): RepertoryEntry[] =>
    list.map((r) => ({ kind, title: r.titre, what: r.quoi, town: r.commune, contact: r.contact, words: r.mots }));
  return {
    entries: [
      ...lignes.map((l): RepertoryEntry => ({
        kind: 'line',
        service: l.service,
        phone: l.telephone,
        opening: l.horaires,
        purpose: l.pour,
        words: l.mots,
      })),
      ...documents.map((d): RepertoryEntry => ({
        kind: 'document',
        title: d.titre,
        where: d.ou,
        version: d.version,
        reviewed: d.revu,
        reviewBy: d.a_revoir,
        words: d.mots,
      })),
      ...resources('prevention', prevention),
      ...resources('action', actions),
    ],
  };
}
