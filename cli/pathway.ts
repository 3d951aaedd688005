/** `relais pathway new`: a commented file to start from, that check-config accepts as it is. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { COMMAND_WORDS } from '../commands/table.ts';
import { loadConfig } from '../config/load.ts';
import { SHIPPED_PATHWAYS } from '../config/load-pathways.ts';
import { slug } from '../config/schema/slug.ts';
import type { Environment } from './configured.ts';

/** What is written in the model where the id and the group go. */
const MODEL = 'modele';
const GROUP = 'groupe-a-completer';

/**
 * Writes `<folder>/<id>.yaml`: a copy of the pathway of that id that comes with Relais, or the commented model.
 * @param options.folder where; otherwise the folder `pathways:` of the configuration, otherwise `pathways`
 * @returns 0; 2 when the id cannot be one or the file is already there (said on stderr, with the cure)
 */
export function newPathway(
  id: string,
  options: { config: string; folder?: string },
  env: Environment,
  print: (line: string) => void,
): number {
  const refuse = (why: string): number => {
    console.error(why);
    return 2;
  };
  const read = slug.safeParse(id);
  if (!read.success) return refuse(`${id}: ${read.error.issues[0]?.message ?? 'not a short name'}`);
  if (COMMAND_WORDS.includes(id)) return refuse(`${id}: already the word of a command → choose another word`);
  const loaded = loadConfig(options.config, env, COMMAND_WORDS);
  const sound = 'problems' in loaded ? undefined : loaded;
  const folder = options.folder ?? sound?.pathwaysFolder ?? 'pathways';
  const file = join(folder, `${id}.yaml`);
  if (existsSync(file)) return refuse(`${file}: already there → edit it, or choose another id`);
  const shipped = join(SHIPPED_PATHWAYS, `${id}.yaml`);
  const isShipped = existsSync(shipped);
  // A list of participants asks, it does not answer.
  const groups = (sound?.people.flatMap((person) => person.groups) ?? []).filter((g) => !g.startsWith('participants'));
  const text = isShipped ? readFileSync(shipped, 'utf8') : fromModel(id, groups[0]);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text, { flag: 'wx' });
  const near = relative('.', file);
  // Elsewhere, a way up and down again is a path that nobody recognises.
  const shown = near.startsWith('..') ? resolve(file) : near;
  print(`${shown} written${isShipped ? ', a copy of the one that comes with Relais: yours takes its place' : ''}.`);
  if (sound && sound.pathwaysFolder === undefined) print(`In ${options.config}: pathways: ${folder}`);
  if (!isShipped && groups[0] === undefined)
    print(`In people.yaml: put somebody into the group ${GROUP}, or write another group.`);
  print('Then:');
  print(`  relais sla ${shown}      what is wrong, line by line, and its clock drawn`);
  print(
    `  relais check-config -c ${options.config}      the same beside all the others and the people, with the server’s configuration`,
  );
  print(
    'A running server takes it by itself within seconds; docs/pathways.md has every key, docs/fr/parcours.md explains them.',
  );
  return 0;
}

function fromModel(id: string, group: string | undefined): string {
  const model = readFileSync(join(SHIPPED_PATHWAYS, MODEL, `${MODEL}.yaml`), 'utf8');
  const named = model.replaceAll(new RegExp(`\\b${MODEL}\\b`, 'g'), id);
  return group === undefined ? named : named.replace(GROUP, group);
}
