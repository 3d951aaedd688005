/** What `relais rehearse` is given, as a scenario: its own YAML, one file of messages, or a folder of them. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { People } from '../care/people/person.ts';
import { type ConfigProblem, readYaml, sayProblems, type YamlFile } from '../config/problem.ts';
import { type Scenario, scenarioSchema } from '../config/schema/scenario.ts';
import { saidOfOther } from './other-file.ts';

export type Script = {
  scenario: Scenario;
  /** What the scenario names is relative to it. */
  folder: string;
  /** Of a YAML scenario; messages alone have no lines to point at. */
  file?: Pick<YamlFile<Scenario>, 'file' | 'problem'>;
};

/** In a folder; a single file may bear any name. */
const MESSAGES = /\.(?:hl7|er7|mllp|json)$/i;
const SCENARIO = /\.ya?ml$/i;

/** @throws Error that says every problem at once, with its line */
export async function readScript(path: string): Promise<Script> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new Error('no such file or folder');
  if (found.isDirectory()) return { scenario: await ofFolder(path), folder: path };
  const folder = dirname(path);
  if (!SCENARIO.test(path))
    return { scenario: { title: path, start: '', late: [], steps: [{ post: basename(path) }] }, folder };
  const read = readYaml(path, scenarioSchema);
  if ('problems' in read)
    throw new Error(`\n${saidOfOther(path, 'a scenario') ?? sayProblems(read.problems, 'this scenario')}`);
  const { steps } = read.value;
  const absent = steps.flatMap((step, n) =>
    'post' in step && !existsSync(join(folder, step.post))
      ? [read.problem(['steps', n, 'post'], `${step.post} is not there`, 'write its path from this scenario')]
      : [],
  );
  if (absent.length > 0) throw new Error(`\n${sayProblems(absent, 'this scenario')}`);
  return { scenario: read.value, folder, file: read };
}

/** A folder of messages: each at its own MSH-7, in the order of the file names; deadlines run for a week afterwards. */
async function ofFolder(path: string): Promise<Scenario> {
  const names = (await readdir(path)).filter((name) => MESSAGES.test(name)).sort();
  if (names.length === 0) throw new Error('no .hl7, .er7, .mllp or .json file in this folder');
  return { title: path, start: '', late: [], steps: names.map((post) => ({ post })) };
}

/** Before anything is played: who is not there would fail in the middle, and everything after it too. */
export function unknownPersons({ scenario, file }: Script, people: People): ConfigProblem[] {
  if (!file) return [];
  const absent = (id: string, ...path: (string | number)[]): ConfigProblem[] =>
    people.byId(id)
      ? []
      : [file.problem(path, `nobody is called ${id}`, 'write the id of somebody of the people file of this scenario')];
  return [
    ...scenario.late.flatMap((id, n) => absent(id, 'late', n)),
    ...scenario.steps.flatMap((step, n) => ('who' in step ? absent(step.who, 'steps', n, 'who') : [])),
  ];
}
