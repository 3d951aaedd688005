/** `npm run bench`: measures, and writes its parts of docs/measured.md with the figures beside it (page.ts). */
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { commitOf, describeMachine, load } from './machine.ts';
import { table, yesNo } from './markdown.ts';
import { keep } from './page.ts';
import { type Bench, FULL, QUICK, type Sizes } from './section.ts';
import { SECTIONS } from './sections.ts';
import { openWorld, type World } from './world.ts';

const number = (text: string): number => Number.parseInt(text, 10);
const size = (text: string, sizes: Partial<Sizes> = {}): Partial<Sizes> => {
  const [name = '', n = ''] = text.split('=');
  if (!(name in FULL) || !(number(n) > 0))
    throw new Error(`--size wants NAME=NUMBER, with ${Object.keys(FULL).join(', ')}`);
  return { ...sizes, [name]: number(n) };
};
const program = new Command('npm run bench --')
  .description('Measures Relais beside what its homeserver gives to the best client. Nothing leaves this machine.')
  .addOption(new Option('--only <section...>', 'some sections only').choices(SECTIONS.map(({ name }) => name)))
  .option('--rounds <n>', 'counted rounds, interleaved', number, 5)
  .option('--quick', 'tiny sizes, one round: does it run? The figures are printed, not kept')
  .option('--size <name=n>', `another size than usual: ${Object.keys(FULL).join(', ')}; printed, not kept`, size)
  .option('--note <text>', 'said in the report, e.g. what else the machine was doing')
  .parse();
const options = program.opts<{
  only?: string[];
  rounds: number;
  quick?: boolean;
  size?: Partial<Sizes>;
  note?: string;
}>();

const quick = options.quick === true;
const sizes: Sizes = { ...(quick ? QUICK : FULL), ...options.size };
const began = performance.now();
const onProgress = (line: string): void =>
  console.log(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s · ${line}`);
const started = Date.now().toString(36).toUpperCase();
let visits = 0;
let world: Promise<World> | undefined;
const bench: Bench = {
  world: () =>
    (world ??= openWorld(
      resolve(import.meta.dirname, '..', '.relais', 'bench', `rooms-${sizes.rooms}`),
      sizes.rooms,
      onProgress,
    )),
  rounds: quick ? 1 : options.rounds,
  sizes,
  quick,
  visit: () => `${started}${(visits += 1)}`,
  onProgress,
};
const words = process.argv.slice(2).filter((word, n, all) => word !== '--note' && all[n - 1] !== '--note');
const command = ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
const failed: string[] = [];
for (const section of SECTIONS.filter(({ name }) => options.only?.includes(name) ?? true)) {
  onProgress(`section: ${section.name}`);
  const loadBefore = load();
  try {
    const measured = await section.measure(bench);
    const at = new Date().toISOString();
    const { rounds } = bench;
    const circumstances = {
      at,
      commit: commitOf(),
      command,
      rounds,
      loadBefore,
      note: options.note,
      machine: describeMachine(),
    };
    if (quick || options.size) console.log(`\n${measured.body}\n`);
    else keep(join(import.meta.dirname, '..', 'docs'), section, measured, circumstances);
    const rows = measured.targets.map(({ what, promised, found, met }) => [what, promised, found, yesNo(met)]);
    if (rows.length > 0) console.log(`\n${table(['what', 'promised', 'found', ''], rows)}\n`);
  } catch (error) {
    failed.push(section.name); // the others are measured all the same
    console.error(`section ${section.name} failed:`, error);
  }
}
await (await world)?.close();
if (failed.length > 0) console.error(`not measured: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
