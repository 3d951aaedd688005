/** `npm run bench`: measures on a real Synapse, writes docs/measured.md and the figures beside it. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { type Bench, FULL, QUICK, type Sizes } from './bench.ts';
import { contentsOf } from './contents.ts';
import { measureDrain } from './drain.ts';
import { measureLatency } from './latency.ts';
import { load } from './machine.ts';
import { keepFigures } from './report.ts';
import { measureRooms } from './rooms.ts';
import { measureThroughput } from './throughput.ts';
import { openWorld } from './world.ts';

const SUBJECTS = {
  floor: measureThroughput,
  latency: measureLatency,
  rooms: measureRooms,
  drain: measureDrain,
} as const;
type Subject = keyof typeof SUBJECTS;

const number = (text: string): number => Number.parseInt(text, 10);
const program = new Command('npm run bench --')
  .description('Measures Relais beside what its homeserver gives to the best client. Nothing leaves this machine.')
  .addOption(new Option('--only <subject...>', 'some subjects only').choices(Object.keys(SUBJECTS)))
  .option('--rounds <n>', 'counted rounds, interleaved', number, 5)
  .option('--quick', 'tiny sizes, one round: does it run? The figures are printed, not kept')
  .option('--events <n>', 'floor: events per measurement; Relais: half as many movements', number)
  .option('--timed <n>', 'latency: events per measurement', number)
  .option('--many-rooms <n>', 'rooms of the subject "rooms"', number)
  .option('--drained <n>', 'events of the subject "drain"', number)
  .option('--note <text>', 'said in the report, e.g. what else the machine was doing')
  .parse();
const options = program.opts<{
  only?: Subject[];
  rounds: number;
  quick?: boolean;
  events?: number;
  timed?: number;
  manyRooms?: number;
  drained?: number;
  note?: string;
}>();

const base = options.quick === true ? QUICK : FULL;
const sizes: Sizes = {
  ...base,
  ...(options.events === undefined ? {} : { events: options.events, movements: Math.ceil(options.events / 2) }),
  timed: options.timed ?? base.timed,
  manyRooms: options.manyRooms ?? base.manyRooms,
  drained: options.drained ?? base.drained,
};
const rounds = options.quick === true ? 1 : options.rounds;
const onProgress = (line: string): void => console.log(`· ${line}`);
const command = [
  'npm run bench --',
  ...process.argv.slice(2).filter((word, n, all) => word !== '--note' && all[n - 1] !== '--note'),
].join(' ');

const folder = resolve(import.meta.dirname, '..', '.relais', 'bench', `rooms-${sizes.rooms}`);
mkdirSync(folder, { recursive: true });
const started = Date.now().toString(36).toUpperCase();
let visits = 0;
const bench: Bench = {
  contents: await contentsOf(Date.now()),
  world: await openWorld(folder, sizes.rooms, onProgress),
  rounds,
  sizes,
  visit: () => `${started}${(visits += 1)}`,
  onProgress,
};
for (const subject of options.only ?? (Object.keys(SUBJECTS) as Subject[])) {
  onProgress(`subject: ${subject}`);
  const loadBefore = load();
  const found = await SUBJECTS[subject](bench);
  const circumstances = { at: new Date().toISOString(), command, rounds, loadBefore, note: options.note };
  if (options.quick === true) console.log(JSON.stringify(found, null, 1));
  else keepFigures(join(import.meta.dirname, '..', 'docs'), { [subject]: { ...circumstances, ...found } });
}
await bench.world.close();
process.exit();
