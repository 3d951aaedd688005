/** Every word is played by somebody who waits for its answer: in a scenario, in the hospital day, or in a flow of these tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { expect, it } from 'vitest';
import { parse } from '../../commands/parse.ts';
import { COMMANDS, commandsFor } from '../../commands/table.ts';
import { loadShippedPathways } from '../../config/load-pathways.ts';
import { scenarioSchema } from '../../config/schema/scenario.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const commands = commandsFor(loadShippedPathways());

/** What is typed first: what follows answers the questions of a form. */
function typedIn(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  if (path.endsWith('.yaml')) {
    const { steps } = scenarioSchema.parse(parseYaml(text));
    return steps.flatMap((step) => ('says' in step ? step.says.slice(0, 1) : []));
  }
  // ward.types('mt', 'demandes') and what the files call it
  const typing = /\b(?:types|says|asks|said)\((?:\w+, )?(?:'[\w@:]+', )?(['"`])(.+?)\1[,)]/g;
  return [...text.matchAll(typing)].map(([, , line = '']) => line);
}

function wordsIn(paths: string[]): Set<string> {
  const parsed = paths.flatMap(typedIn).map((line) => parse(line, true, ['relais'], commands));
  return new Set(parsed.flatMap((one) => (one.kind === 'command' ? [one.command.word] : [])));
}

const inFolder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !['people.yaml', 'equipe.yaml'].includes(entry.name))
    .map(({ name }) => `${folder}/${name}`);

it('each word of the table, and each of a pathway that comes with Relais', () => {
  const played = wordsIn(['demo/day/day.yaml', ...inFolder('config/scenarios'), ...inFolder('test/flows')]);
  expect(commands.map(({ word }) => word).filter((word) => !played.has(word))).toEqual([]);
});

it('the hospital day has the words that one types between two patients, and what follows an answer', () => {
  const day = wordsIn(['demo/day/day.yaml']);
  const between = ['annuaire', 'contact', 'snp', 'creneau', 'reserver', 'annuler', 'garde', 'ligne', 'mt', 'prevention', 'doc', 'actions', 'aide']; // prettier-ignore
  expect(between.filter((word) => !day.has(word))).toEqual([]);
  expect(COMMANDS.map(({ word }) => word)).toEqual(expect.arrayContaining(between));
  const typed = typedIn('demo/day/day.yaml');
  for (const follow of ['suite', '1', 'Oui']) expect(typed).toContain(follow);
});
