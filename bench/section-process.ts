/** `section-process.ts TASK`: measures one section, then writes or prints it (apart.ts). Ends with its parent. */
import { join, resolve } from 'node:path';
import type { Task } from './apart.ts';
import { commitOf, describeMachine, load } from './machine.ts';
import { table, yesNo } from './markdown.ts';
import { keep } from './page.ts';
import type { Bench } from './section.ts';
import { SECTIONS } from './sections.ts';
import { openWorld, type World } from './world.ts';

process.once('disconnect', () => process.exit(1));

const task = JSON.parse(process.argv[2] ?? '') as Task;
const { sizes, rounds, quick, command, note } = task;
const section = SECTIONS.find(({ name }) => name === task.section);
if (!section) throw new Error(`no section ${task.section}`);
const onProgress = (line: string): void =>
  console.log(`${((Date.now() - task.began) / 1_000).toFixed(0).padStart(5)} s · ${task.section} · ${line}`);
const started = Date.now().toString(36).toUpperCase();
let visits = 0;
let world: Promise<World> | undefined;
const bench: Bench = {
  world: () => {
    const folder = resolve(import.meta.dirname, '..', '.relais', 'bench', `rooms-${sizes.rooms}`);
    return (world ??= openWorld(folder, sizes.rooms, onProgress));
  },
  rounds,
  sizes,
  quick,
  visit: () => `${started}${(visits += 1)}`,
  onProgress,
};
const loadBefore = load();
onProgress('begins');
try {
  const measured = await section.measure(bench);
  const at = new Date().toISOString();
  const circumstances = { at, commit: commitOf(), command, rounds, loadBefore, note, machine: describeMachine() };
  if (task.isKept) keep(join(import.meta.dirname, '..', 'docs'), section, measured, circumstances);
  else console.log(`\n${measured.body}\n`);
  const rows = measured.targets.map(({ what, promised, found, met }) => [what, promised, found, yesNo(met)]);
  if (rows.length > 0) console.log(`\n${table(['what', 'promised', 'found', ''], rows)}\n`);
  await (await world)?.close();
  process.exit(0);
} catch (error) {
  console.error(`section ${task.section} failed:`, error);
  process.exit(1); // what it started ends with it: their leashes
}
