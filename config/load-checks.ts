/** What can only be compared between files that are sound by themselves: who is in a group, what is where. */
import { existsSync } from 'node:fs';
import type { Person } from '../care/people/person.ts';
import { type Offer, runnable } from '../care/request/pathway.ts';
import type { ConfigProblem, YamlFile } from './problem.ts';
import type { RelaisFile } from './schema/relais.ts';

/** A letter that does not come must reach somebody. */
export function emptySecretariats(
  { value, problem }: YamlFile<RelaisFile>,
  persons: readonly Person[],
): ConfigProblem[] {
  return value.sources.flatMap((source, s) =>
    (source.secretariats ?? []).flatMap(({ group }, n) =>
      persons.some((person) => person.groups.includes(group))
        ? []
        : [
            problem(
              ['sources', s, 'secretariats', n, 'group'],
              `nobody is in the group "${group}"`,
              'add it to the groups of a person in people.yaml',
            ),
          ],
    ),
  );
}

export function unknownTerritories(
  read: { persons: Person[]; problem: YamlFile<unknown>['problem'] },
  { territories }: RelaisFile,
): ConfigProblem[] {
  const known = territories.map((t) => t.id);
  return read.persons.flatMap((person, n) =>
    person.territory === undefined || known.includes(person.territory)
      ? []
      : [
          read.problem(
            ['persons', n, 'territory'],
            `"${person.territory}" is no territory of relais.yaml`,
            known.length === 0 ? 'add it to territories' : `write one of: ${known.join(', ')}`,
          ),
        ],
  );
}

/** A desk of nobody would let proposals wait for ever. */
export function unknownDesks(persons: readonly Person[], { value, problem }: YamlFile<RelaisFile>): ConfigProblem[] {
  const groups = [...new Set(persons.flatMap((person) => person.groups))];
  return value.sources.flatMap(({ identity_desk: desk }, n) =>
    desk === undefined || groups.includes(desk)
      ? []
      : [
          problem(
            ['sources', n, 'identity_desk'],
            `nobody of people.yaml is in the group "${desk}"`,
            `add ${desk} to the groups of those who decide there, or correct the name`,
          ),
        ],
  );
}

export function missingFiles(
  { value, problem }: YamlFile<RelaisFile>,
  at: (relative: string) => string,
): ConfigProblem[] {
  type Key = (string | number)[];
  const named: [path: Key, file: string | undefined][] = [
    ...(['rpps', 'finess', 'folder', 'communes'] as const).map((key): [Key, string | undefined] => [
      ['directory', key],
      value.directory?.[key],
    ]),
    [['slots'], value.slots],
    ...value.sources.flatMap(({ mllp }, n) =>
      (['cert', 'key', 'ca'] as const).map((what): [Key, string | undefined] => [
        ['sources', n, 'mllp', 'tls', what],
        mllp?.tls?.[what],
      ]),
    ),
  ];
  return named.flatMap(([key, file]) =>
    file === undefined || existsSync(at(file))
      ? []
      : [problem(key, `${at(file)} is not there`, 'put the file there, or remove this key')],
  );
}

/** A pathway that waits for a tag which no unit bears is never opened, and nothing else would say so. */
export function neverOpened({ value, problem }: YamlFile<RelaisFile>, offered: readonly Offer[]): ConfigProblem[] {
  const borne = new Set(value.sources.flatMap(({ units }) => (units ?? []).flatMap(({ tags }) => tags)));
  return runnable(offered).flatMap(({ id, on }) => {
    const waited = on.flatMap((trigger) => ('tags' in trigger ? trigger.tags : []));
    if (waited.length === 0 || waited.some((tag) => borne.has(tag))) return [];
    const tags = [...new Set(waited)].join(', ');
    return [problem(['sources'], `nothing opens ${id}: no unit has the tag ${tags}`, 'write it in tags: of a unit')];
  });
}
