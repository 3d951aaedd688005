/** Rows of one person in one profession, as one entry: places and skills once each, in the order of the file. */
import type { DirectoryEntry } from '../../care/people/directory.ts';
import type { Findable } from './build.ts';
import { codeToken, shortLabel } from './jobs.ts';
import type { Jobs } from './jobs.ts';
import type { RppsRow } from './rpps-rows.ts';

const orUndefined = (text: string): string | undefined => (text === '' ? undefined : text);

/** @param rows of one person and one profession; at least one */
export function entryOfRows(rows: readonly RppsRow[], jobs: Jobs): Findable | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const skills = new Map<string, string>();
  const places = new Map<string, DirectoryEntry['places'][number]>();
  const [families, givens, sites] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let liberal = false;
  for (const row of rows) {
    if (row.skillCode !== '') skills.set(row.skillCode, row.skill);
    families.add(row.family);
    givens.add(row.given);
    if (row.place !== '') sites.add(row.place);
    liberal ||= row.liberal;
    if (row.place + row.street + row.postcode + row.town + row.phone === '') continue;
    places.set(row.structure, {
      name: orUndefined(row.place),
      street: orUndefined(row.street),
      postcode: orUndefined(row.postcode),
      town: orUndefined(row.town),
      phone: places.get(row.structure)?.phone ?? orUndefined(row.phone),
    });
  }
  const specialties = [...skills].map(([code, label]) => ({
    code,
    label: jobs.label(codeToken(code)) ?? shortLabel(label),
  }));
  const profession = `g${first.professionCode}`;
  return {
    entry: {
      id: first.rpps,
      kind: 'person',
      name: [first.title, first.given, first.family].filter((part) => part !== '').join(' '),
      profession: jobs.label(profession) ?? first.profession,
      professionCode: first.professionCode,
      specialties,
      places: [...places.values()],
    },
    liberal,
    families: [...families],
    givens: [...givens],
    jobs: [profession, ...specialties.map(({ code }) => codeToken(code))],
    places: [...sites],
  };
}
