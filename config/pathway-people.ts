/** Pathways beside the people who are there: which are offered, and whose groups have nobody who can answer. */
import { type Person, ROLES } from '../care/people/person.ts';
import { isGroupOf, isPointer, type Offer, runnable } from '../care/request/pathway.ts';
import type { ConfigProblem, YamlFile } from './problem.ts';

/** A pathway as read, with a way to complain about it. */
export type PathwayFile = Pick<YamlFile<unknown>, 'file' | 'problem'> & { pathway: Offer };

/** Every stage has somebody; elsewhere, that is not ours to know. */
export function isAnswered(offer: Offer, persons: readonly Person[]): boolean {
  return runnable([offer]).every(({ stages }) => stages.every(({ to }) => isFilled(to.group, persons)));
}

/** One line for each: most installations offer few of the arrangements that come with Relais. */
export function notOffered({ pathway, problem }: PathwayFile, persons: readonly Person[]): ConfigProblem {
  const groups = runnable([pathway]).flatMap(({ stages }) => stages.map(({ to }) => to.group));
  const empty = [...new Set(groups)].filter((group) => !isFilled(group, persons));
  return problem(
    [],
    `nobody in ${empty.join(', ')}`,
    'to offer it, put somebody into each of these groups (people.yaml)',
  );
}

function isFilled(group: string, persons: readonly Person[]): boolean {
  return persons.some((p) => p.groups.some((one) => isGroupOf(group, one)));
}

export function emptyGroups({ pathway, problem }: PathwayFile, persons: readonly Person[]): ConfigProblem[] {
  if (isPointer(pathway)) return [];
  const empty = (group: string): boolean => !isFilled(group, persons);
  const cure = (group: string): string =>
    `add "${group}" to the groups of somebody in people.yaml, or correct the name`;
  const roles: readonly string[] = ROLES;
  const { stages, ask, referent } = pathway;
  const at = (n: number, ...path: (string | number)[]): (string | number)[] =>
    stages.length === 1 ? path : ['stages', n, ...path];
  /** A group that is full of people who may not answer is as good as empty. */
  const unable = (n: number, who: string[] | undefined, group: string): ConfigProblem[] => {
    const members = persons.filter((p) => p.groups.some((one) => isGroupOf(group, one)));
    if (who === undefined || members.length === 0 || members.some((p) => who.includes(p.role))) return [];
    const held = [...new Set(members.map((p) => p.role))].join(', ');
    const what = `nobody of "${group}" may answer: they are ${held}`;
    return [problem(at(n, 'answer', 'who'), what, 'add their role here, or somebody of these roles to the group')];
  };
  return [
    ...stages.flatMap(({ to, sameTaker, answer }, n) => [
      ...(empty(to.group) && !sameTaker
        ? [problem(at(n, 'to', 'group'), `nobody answers: the group "${to.group}" is empty`, cure(to.group))]
        : []),
      ...unable(n, answer.who, to.group),
      ...to.backup.flatMap((group, m) =>
        empty(group) ? [problem(at(n, 'to', 'backup', m), `the backup group "${group}" is empty`, cure(group))] : [],
      ),
    ]),
    ...ask.who.flatMap((who, n) =>
      roles.includes(who) || !empty(who)
        ? []
        : [problem(['ask', 'who', n], `"${who}" is no role, and nobody is in a group of that name`, cure(who))],
    ),
    ...(referent !== undefined && !persons.some((p) => p.id === referent)
      ? [problem(['referent'], `nobody has the id "${referent}"`, 'write the id of somebody of people.yaml')]
      : []),
  ];
}
