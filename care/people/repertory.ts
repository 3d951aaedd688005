/**
 * What a territory keeps at hand besides people: direct telephone lines with their hours, documents with their version,
 * prevention resources, the actions of its teams. Data of one file; found by words, in any order.
 */
import type { Period } from '../request/sla-policy.ts';

export type Line = {
  kind: 'line';
  service: string;
  phone: string;
  /** Undefined: day and night. */
  opening: Period[] | undefined;
  /** What it is for, and for whom. */
  purpose: string | undefined;
  words: string[];
};

type Reference = {
  kind: 'document';
  title: string;
  /** Where it is to be read: a link, or « pharmacie, classeur bleu ». */
  where: string;
  version: string | undefined;
  /** `YYYY-MM-DD`: last review, and the day from which it must be looked at again. */
  reviewed: string | undefined;
  reviewBy: string | undefined;
  words: string[];
};

export type Resource = {
  kind: 'prevention' | 'action';
  title: string;
  what: string | undefined;
  town: string | undefined;
  contact: string | undefined;
  words: string[];
};

export type RepertoryEntry = Line | Reference | Resource;

/**
 * Entries of a kind that have every word asked for (at the beginning of one of theirs), the most exact first; all of them
 * when nothing is asked.
 * @param folded takes case, accents and signs away, on both sides
 */
export function findEntries<K extends RepertoryEntry['kind']>(
  entries: readonly RepertoryEntry[],
  kind: K,
  asked: string,
  folded: (text: string) => string,
): Extract<RepertoryEntry, { kind: K }>[] {
  const cut = (text: string): string[] =>
    folded(text)
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== '');
  const wanted = cut(asked).filter((word) => word.length > 1 && !EMPTY.has(word));
  const scored = entries
    .filter((entry): entry is Extract<RepertoryEntry, { kind: K }> => entry.kind === kind)
    .map((entry) => {
      const own = cut(textOf(entry));
      const hits = wanted.map((word) => (own.includes(word) ? 2 : own.some((o) => o.startsWith(word)) ? 1 : 0));
      return { entry, score: hits.every((hit) => hit > 0) ? hits.reduce<number>((sum, hit) => sum + hit, 1) : 0 };
    });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}

/** Words that a colleague types without meaning anything by them. */
const EMPTY = new Set(['de', 'du', 'des', 'la', 'le', 'les', 'un', 'une', 'pour', 'en', 'au', 'aux', 'et', 'sur']);

function textOf(entry: RepertoryEntry): string {
  const own =
    entry.kind === 'line'
      ? [entry.service, entry.purpose]
      : entry.kind === 'document'
        ? [entry.title]
        : [entry.title, entry.what, entry.town];
  return [...own, ...entry.words].filter((part) => part !== undefined).join(' ');
}
