/** Pathways as data: every YAML file of a folder, one pathway each (DESIGN §4). */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { ROLES } from '../care/people/person.ts';
import type { Person } from '../care/people/person.ts';
import type { Pathway } from '../care/request/pathway.ts';
import { readYaml, sayProblems } from './problem.ts';
import type { ConfigProblem, YamlFile } from './problem.ts';
import { pathwaySchema, pathwayVersion } from './schema/pathway.ts';
import { fold } from './texts/fold.ts';

/** Those that come with Relais. */
export const SHIPPED_PATHWAYS = fileURLToPath(new URL('pathways', import.meta.url));

type PathwayFile = Pick<YamlFile<unknown>, 'file' | 'problem'> & { pathway: Pathway };

/**
 * Reads a folder, in the order of its file names. Problems of one file do not hide those of another, nor the good files.
 * @param folder every `*.yaml` and `*.yml` directly in it
 */
function readPathways(folder: string): { files: PathwayFile[]; problems: ConfigProblem[] } {
  const files: PathwayFile[] = [];
  const problems: ConfigProblem[] = [];
  let names: string[];
  try {
    names = readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort();
  } catch {
    return {
      files,
      problems: [
        {
          file: folder,
          line: undefined,
          key: '',
          problem: 'the folder of pathways cannot be read',
          cure: 'create it, or correct the key pathways',
        },
      ],
    };
  }
  for (const name of names) {
    const read = readYaml(join(folder, name), pathwaySchema);
    if ('problems' in read) {
      problems.push(...read.problems);
      continue;
    }
    const { id } = read.value;
    if (name.replace(/\.ya?ml$/, '') !== id)
      problems.push(
        read.problem(
          ['id'],
          `"${id}" is not the name of its file`,
          `rename the file ${id}.yaml, or write the id of this file`,
        ),
      );
    files.push({
      file: read.file,
      problem: read.problem,
      pathway: { ...read.value, version: pathwayVersion(read.value) },
    });
  }
  return { files, problems };
}

/** Two pathways with one id, or that answer to one word: who types it could reach the wrong group. */
function collisions(files: PathwayFile[]): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const ids = new Map<string, string>();
  const words = new Map<string, string>();
  for (const { file, problem, pathway } of files) {
    const sameId = ids.get(pathway.id);
    if (sameId !== undefined)
      problems.push(problem(['id'], `"${pathway.id}" is already the id of ${sameId}`, 'give this one its own id'));
    ids.set(pathway.id, sameId ?? file);
    for (const [n, word] of pathway.words.entries()) {
      const sameWord = words.get(fold(word));
      if (sameWord !== undefined && sameWord !== file)
        problems.push(
          problem(['words', n], `"${word}" is already a word of ${sameWord}`, 'keep it in one of the two files'),
        );
      words.set(fold(word), sameWord ?? file);
    }
  }
  return problems;
}

/**
 * Loads folders by themselves, without people.
 * @returns the pathways, or every problem of every file, word collisions between files included
 */
export function loadPathways(folders: readonly string[]): { pathways: Pathway[] } | { problems: ConfigProblem[] } {
  const read = folders.map(readPathways);
  const files = read.flatMap((one) => one.files);
  const problems = [...read.flatMap((one) => one.problems), ...collisions(files)];
  return problems.length > 0 ? { problems } : { pathways: files.map((f) => f.pathway) };
}

/** The pathways that come with Relais. @throws Error when one of them is broken: they are part of the program */
export function loadShippedPathways(): Pathway[] {
  const loaded = loadPathways([SHIPPED_PATHWAYS]);
  if ('problems' in loaded) throw new Error(sayProblems(loaded.problems));
  return loaded.pathways;
}

/**
 * Shipped pathways and the installation's own; the same id replaces. What comes with Relais and has nobody here is not
 * offered, with a warning: an installation cannot fill the groups of every arrangement. In its own files it is a mistake.
 */
export function offeredPathways(
  folder: string | undefined,
  persons: readonly Person[] | undefined,
): { offered: Pathway[]; problems: ConfigProblem[]; warnings: ConfigProblem[] } {
  const own = folder === undefined ? { files: [], problems: [] } : readPathways(folder);
  const shipped = readPathways(SHIPPED_PATHWAYS);
  const replaced = new Set(own.files.map((f) => f.pathway.id));
  const kept = shipped.files.filter((f) => !replaced.has(f.pathway.id));
  const problems = [...shipped.problems, ...own.problems];
  if (persons === undefined)
    return { offered: [], problems: [...problems, ...collisions([...kept, ...own.files])], warnings: [] };
  const answered = kept.filter((f) => persons.some((p) => p.groups.includes(f.pathway.to.group)));
  problems.push(...own.files.flatMap((f) => emptyGroups(f, persons)), ...collisions([...answered, ...own.files]));
  return {
    offered: [...answered, ...own.files].map((f) => f.pathway),
    problems,
    warnings: kept.flatMap((f) => emptyGroups(f, persons)),
  };
}

function emptyGroups({ pathway, problem }: PathwayFile, persons: readonly Person[]): ConfigProblem[] {
  const empty = (group: string): boolean => !persons.some((p) => p.groups.includes(group));
  const cure = (group: string): string =>
    `add "${group}" to the groups of somebody in people.yaml, or correct the name`;
  const roles: readonly string[] = ROLES;
  return [
    ...(empty(pathway.to.group)
      ? [problem(['to', 'group'], `nobody answers: the group "${pathway.to.group}" is empty`, cure(pathway.to.group))]
      : []),
    ...pathway.to.backup.flatMap((group, n) =>
      empty(group) ? [problem(['to', 'backup', n], `the backup group "${group}" is empty`, cure(group))] : [],
    ),
    ...pathway.ask.who.flatMap((who, n) =>
      roles.includes(who) || !empty(who)
        ? []
        : [problem(['ask', 'who', n], `"${who}" is no role, and nobody is in a group of that name`, cure(who))],
    ),
  ];
}
