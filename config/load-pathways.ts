/** Pathways as data: every YAML file of a folder, one pathway each (DESIGN §4). */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { Person } from '../care/people/person.ts';
import { isPointer, type Offer } from '../care/request/pathway.ts';
import { emptyGroups, isAnswered, notOffered, type PathwayFile } from './pathway-people.ts';
import { readYaml, sayProblems } from './problem.ts';
import type { ConfigProblem } from './problem.ts';
import { offerSchema, pathwayVersion } from './schema/pathway.ts';
import { fold } from './texts/fold.ts';

/** Those that come with Relais. */
export const SHIPPED_PATHWAYS = fileURLToPath(new URL('pathways', import.meta.url));

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
    const read = readYaml(join(folder, name), offerSchema);
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

/**
 * Two pathways with one id, or that answer to one word: who types it could reach the wrong group.
 * @param reserved words of commands, which no family may take
 */
function collisions(files: PathwayFile[], reserved: readonly string[]): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const ids = new Map<string, string>();
  const words = new Map<string, string>();
  for (const { file, problem, pathway } of files) {
    const { id, family } = pathway;
    const sameId = ids.get(id);
    if (sameId !== undefined)
      problems.push(problem(['id'], `"${id}" is already the id of ${sameId}`, 'give this one its own id'));
    ids.set(id, sameId ?? file);
    for (const [n, word] of pathway.words.entries()) {
      const said = `${family} ${fold(word)}`;
      const sameWord = words.get(said);
      if (sameWord !== undefined && sameWord !== file)
        problems.push(
          problem(['words', n], `"${word}" is already a word of ${sameWord}`, 'keep it in one of the two files'),
        );
      words.set(said, sameWord ?? file);
    }
    if (family !== 'avis' && reserved.includes(family))
      problems.push(problem(['family'], `"${family}" is already a command`, 'choose another word for this family'));
    if (pathway.words.length === 0 && files.some((other) => other.pathway.family === family && other.file !== file))
      problems.push(
        problem(
          ['words'],
          `another pathway answers to "${family}" too`,
          'write the words that follow it: words: [cardio]',
        ),
      );
  }
  return problems;
}

/** What one pathway says of another one: that it opens it, or waits for a stage of it. */
function links(files: PathwayFile[]): ConfigProblem[] {
  const known = new Map(files.map(({ pathway }) => [pathway.id, pathway]));
  return files.flatMap(({ pathway, problem }) => {
    if (isPointer(pathway)) return [];
    const single = pathway.stages.length === 1;
    const opened = pathway.stages.flatMap((stage, n) =>
      stage.outcomes.flatMap(({ opens }, m) => {
        const there = opens === undefined ? undefined : known.get(opens);
        if (opens === undefined || (there && !isPointer(there))) return [];
        const path = single ? ['outcomes', m, 'opens'] : ['stages', n, 'outcomes', m, 'opens'];
        return [problem(path, `"${opens}" is no pathway`, 'write the id of a pathway of these folders')];
      }),
    );
    const waited = pathway.on.flatMap((on) => {
      if (on.event !== 'stage') return [];
      const there = known.get(on.pathway);
      const stages = there && !isPointer(there) ? there.stages : [];
      const stage = stages.find((one) => one.id === on.stage);
      if (stage && (on.outcome === undefined || stage.outcomes.some((o) => o.word === on.outcome))) return [];
      return [
        problem(
          ['on'],
          `"${on.pathway}.${on.stage}" is no stage that can end so`,
          'write pathway.stage, and one of its outcomes',
        ),
      ];
    });
    return [...opened, ...waited];
  });
}

/**
 * Loads folders by themselves, without people.
 * @returns the pathways, or every problem of every file, word collisions between files included
 */
export function loadPathways(folders: readonly string[]): { pathways: Offer[] } | { problems: ConfigProblem[] } {
  const read = folders.map(readPathways);
  const files = read.flatMap((one) => one.files);
  const problems = [...read.flatMap((one) => one.problems), ...collisions(files, []), ...links(files)];
  return problems.length > 0 ? { problems } : { pathways: files.map((f) => f.pathway) };
}

/** The pathways that come with Relais. @throws Error when one of them is broken: they are part of the program */
export function loadShippedPathways(): Offer[] {
  const loaded = loadPathways([SHIPPED_PATHWAYS]);
  if ('problems' in loaded) throw new Error(sayProblems(loaded.problems));
  return loaded.pathways;
}

/**
 * Shipped pathways and the installation's own; the same id replaces. What comes with Relais and has nobody here is not
 * offered, and listed apart: an installation cannot fill the groups of every arrangement. In its own files it is a mistake.
 */
export function offeredPathways(
  folder: string | undefined,
  persons: readonly Person[] | undefined,
  reserved: readonly string[] = [],
): { offered: Offer[] } & Record<'problems' | 'warnings' | 'notOffered', ConfigProblem[]> {
  const own = folder === undefined ? { files: [], problems: [] } : readPathways(folder);
  const shipped = readPathways(SHIPPED_PATHWAYS);
  const replaced = new Set(own.files.map((f) => f.pathway.id));
  const kept = shipped.files.filter((f) => !replaced.has(f.pathway.id));
  const problems = [...shipped.problems, ...own.problems, ...links([...kept, ...own.files])];
  if (persons === undefined)
    return {
      offered: [],
      problems: [...problems, ...collisions([...kept, ...own.files], reserved)],
      warnings: [],
      notOffered: [],
    };
  const answered = kept.filter(({ pathway }) => isAnswered(pathway, persons));
  problems.push(
    ...own.files.flatMap((f) => emptyGroups(f, persons)),
    ...collisions([...answered, ...own.files], reserved),
  );
  return {
    offered: [...answered, ...own.files].map((f) => f.pathway),
    problems,
    warnings: answered.flatMap((f) => emptyGroups(f, persons)),
    notOffered: kept.filter((f) => !answered.includes(f)).map((f) => notOffered(f, persons)),
  };
}
