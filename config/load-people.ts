/** people.yaml and equipe.yaml: read, and checked against each other. A wrong line here is a message in a wrong room. */
import type { DutyPeriod, Person, Team } from '../care/people/person.ts';
import { readYaml } from './problem.ts';
import type { ConfigProblem } from './problem.ts';
import { peopleSchema, teamsSchema } from './schema/people.ts';

type Complain = (path: readonly PropertyKey[], problem: string, cure: string) => ConfigProblem;

/** @param file people.yaml. @returns everybody and who is on duty, or every problem */
export function readPeopleFile(
  file: string,
): { persons: Person[]; duty: DutyPeriod[]; problem: Complain } | { problems: ConfigProblem[]; persons?: Person[] } {
  const read = readYaml(file, peopleSchema);
  if ('problems' in read) return { problems: read.problems };
  const { persons, duty } = read.value;
  const problems = [
    ...twice(persons.map((p) => p.id)).map((n) =>
      read.problem(
        ['persons', n, 'id'],
        `"${persons[n]?.id ?? ''}" is already the id of somebody above`,
        'give each person their own id',
      ),
    ),
    ...twice(persons.map((p) => p.matrix)).map((n) =>
      read.problem(
        ['persons', n, 'matrix'],
        `${persons[n]?.matrix ?? ''} is already bound to somebody above`,
        'a Matrix account is one person: keep one of the two',
      ),
    ),
    ...duty.flatMap((period, n): ConfigProblem[] => {
      const who = persons.find((p) => p.id === period.person);
      if (who === undefined)
        return [
          read.problem(['duty', n, 'person'], `nobody has the id "${period.person}"`, nearest(period.person, persons)),
        ];
      if (who.groups.includes(period.group)) return [];
      return [
        read.problem(
          ['duty', n, 'group'],
          `${period.person} is on duty for "${period.group}" without being in that group`,
          `add ${period.group} to the groups of ${period.person}, or correct the name`,
        ),
      ];
    }),
  ];
  return problems.length > 0 ? { problems, persons } : { persons, duty, problem: read.problem };
}

/**
 * @param file equipe.yaml
 * @param persons who may be a member; undefined: not known, members are not checked
 * @param facilities those of the sources; undefined: not checked
 */
export function readTeamsFile(
  file: string,
  persons?: readonly Person[],
  facilities?: readonly string[],
): { teams: Team[] } | { problems: ConfigProblem[] } {
  const read = readYaml(file, teamsSchema);
  if ('problems' in read) return { problems: read.problems };
  const teams = read.value;
  // The IPP itself is not repeated in a problem: it ends up in terminals and tickets.
  const problems = [
    ...twice(teams.map((t) => `${t.facility}|${t.ipp}`)).map((n) =>
      read.problem([n, 'ipp'], 'this patient of this facility is already above', 'put all the members in one entry'),
    ),
    ...teams.flatMap((team, n) =>
      facilities === undefined || facilities.includes(team.facility)
        ? []
        : [
            read.problem(
              [n, 'facility'],
              `no source speaks for the facility "${team.facility}"`,
              `write one of: ${facilities.join(', ')}`,
            ),
          ],
    ),
    ...teams.flatMap((team, n) =>
      team.members.flatMap((member, m) =>
        persons === undefined || persons.some((p) => p.id === member)
          ? []
          : [read.problem([n, 'members', m], `nobody has the id "${member}"`, nearest(member, persons))],
      ),
    ),
  ];
  return problems.length > 0 ? { problems } : { teams };
}

/** Positions of the values that were already there. */
function twice(values: readonly string[]): number[] {
  return values.flatMap((value, n) => (values.indexOf(value) < n ? [n] : []));
}

function nearest(id: string, persons: readonly Person[]): string {
  const close = persons
    .map((p) => p.id)
    .find((known) => known.includes(id) || id.includes(known) || known.slice(0, 4) === id.slice(0, 4));
  return close === undefined
    ? 'add this person to people.yaml, or correct the id'
    : `did you mean ${close}? otherwise add this person to people.yaml`;
}
