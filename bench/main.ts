/**
 * `npm run bench`: measures, and writes its parts of docs/measured.md with the figures beside it (page.ts). Each section is
 * a process of its own: one that fails or takes too long is said, and the others are measured all the same.
 */
import { Command, Option } from 'commander';
import { apart, type Ended } from './apart.ts';
import { table } from './markdown.ts';
import { FULL, QUICK, type Sizes } from './section.ts';
import { SECTIONS } from './sections.ts';

const number = (text: string): number => {
  const n = Number.parseInt(text, 10);
  if (!(n > 0)) throw new Error(`a number above zero is wanted, not ${text}`);
  return n;
};
const size = (text: string, sizes: Partial<Sizes> = {}): Partial<Sizes> => {
  const [name = '', n = ''] = text.split('=');
  if (!(name in FULL)) throw new Error(`--size wants NAME=NUMBER, with ${Object.keys(FULL).join(', ')}`);
  return { ...sizes, [name]: number(n) };
};
const options = new Command('npm run bench --')
  .description('Measures Relais beside what its homeserver gives to the best client. Nothing leaves this machine.')
  .addOption(new Option('--only <section...>', 'some sections only').choices(SECTIONS.map(({ name }) => name)))
  .option('--rounds <n>', 'counted rounds, interleaved', number, 5)
  .option('--quick', 'tiny sizes, one round: does it run? The figures are printed, not kept')
  .option('--size <name=n>', `another size than usual: ${Object.keys(FULL).join(', ')}; printed, not kept`, size)
  .option('--limit <minutes>', 'a section that takes longer is ended', number, 15)
  .option('--note <text>', 'said in the report, e.g. what else the machine was doing')
  .parse()
  .opts<{
    only?: string[];
    rounds: number;
    quick?: boolean;
    size?: Partial<Sizes>;
    limit: number;
    note?: string;
  }>();

const quick = options.quick === true;
const words = process.argv.slice(2).filter((word, n, all) => word !== '--note' && all[n - 1] !== '--note');
const began = Date.now();
const rows: [section: string, end: string, seconds: string][] = [];
const ends: Ended[] = [];
const SAID: Record<Ended, string> = {
  measured: 'measured',
  failed: '**failed**',
  'too long': `**ended after ${options.limit} minutes**`,
};
for (const { name } of SECTIONS.filter((section) => options.only?.includes(section.name) ?? true)) {
  const since = Date.now();
  const end = await apart(
    {
      section: name,
      began,
      rounds: quick ? 1 : options.rounds,
      sizes: { ...(quick ? QUICK : FULL), ...options.size },
      quick,
      isKept: !quick && options.size === undefined,
      command: ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' '),
      note: options.note,
    },
    options.limit * 60_000,
  );
  ends.push(end);
  rows.push([name, SAID[end], ((Date.now() - since) / 1_000).toFixed(0)]);
}
console.log(`\n${table(['section', '', 'seconds'], rows)}\n`);
process.exitCode = ends.every((end) => end === 'measured') ? 0 : 1;
