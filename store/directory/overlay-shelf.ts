/**
 * A shelf in memory for what the coordination knows: its members' rows, copied from the national index so that they are found
 * by the same words and by their groups of expertise, and its partners, who are in no national file.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { DirectoryEntry } from '../../care/people/directory.ts';
import type { Fiche, Partner } from '../../care/people/fiche.ts';
import { indexWriter } from './build.ts';
import type { Findable } from './build.ts';
import { codeToken } from './jobs.ts';
import type { Jobs } from './jobs.ts';
import { normalisePhone } from './rpps-rows.ts';
import { shelfOf } from './shelf.ts';
import type { Row, Shelf } from './shelf.ts';
import { wordsOf } from './words.ts';

/** What its own words say of somebody: the groups of expertise and the languages, searched like the words of a place. */
const wordsOfFiche = ({ local }: Fiche): string[] => [
  ...(local.groups?.value ?? []),
  ...(local.languages?.value ?? []),
];

function partnerEntry(id: string, partner: Partner, jobs: Jobs): DirectoryEntry {
  const phone = partner.phone === undefined ? '' : normalisePhone(partner.phone);
  return {
    id,
    kind: 'partner',
    name: partner.name,
    profession: jobs.label(codeToken(`PART:${partner.kind}`)) ?? partner.kind,
    professionCode: partner.kind,
    specialties: [],
    places: [
      {
        name: undefined,
        street: partner.street,
        postcode: partner.postcode,
        town: partner.town,
        phone: phone === '' ? undefined : phone,
      },
    ],
  };
}

function partnerFindable(fiche: Fiche, partner: Partner, jobs: Jobs): Findable {
  return {
    entry: partnerEntry(fiche.id, partner, jobs),
    liberal: true,
    families: [partner.name],
    givens: [],
    jobs: [codeToken(`PART:${partner.kind}`)],
    places: [...wordsOfFiche(fiche), fiche.local.note?.value ?? ''],
  };
}

/**
 * @param db empty, in memory
 * @param national where the professionals and establishments of the fiches are; a fiche whose number is in none of them is
 *   found again when a later file has it
 */
export function overlayShelf(
  db: DatabaseSync,
  fiches: readonly Fiche[],
  national: readonly Shelf[],
  jobs: Jobs,
): Shelf {
  db.exec('begin');
  const writer = indexWriter(db);
  for (const fiche of fiches) {
    if (fiche.partner !== undefined) {
      writer.put(partnerFindable(fiche, fiche.partner, jobs));
      continue;
    }
    const more = wordsOfFiche(fiche).flatMap((text) => wordsOf(text).map((word) => `p${word}`));
    for (const shelf of national)
      for (const row of shelf.byId.all(fiche.id) as unknown as Row[]) {
        const entry = JSON.parse(shelf.entry.get(row.n)?.entry as string) as DirectoryEntry;
        writer.copy(entry, [...row.keys.split(' '), ...more], row.liberal === 1);
      }
  }
  writer.finish({});
  db.exec('commit');
  return shelfOf(db);
}
