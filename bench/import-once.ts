/** `import-once.ts FILE FOLDER`: one import, told to the parent with what it cost. */
import { basename } from 'node:path';
import { readdirSync } from 'node:fs';
import { importRpps } from '../store/directory/import.ts';
import { round1 } from './stats.ts';

const orphaned = (): void => process.exit(1);
process.once('disconnect', orphaned);
const [file = '', folder = ''] = process.argv.slice(2);
const began = performance.now();
const { rows, entries } = await importRpps(file, folder);
const seconds = round1((performance.now() - began) / 1_000);
const { user, system } = process.cpuUsage();
process.send?.({
  rows,
  entries,
  seconds,
  cpuSeconds: round1((user + system) / 1e6),
  memoryMb: Math.round(process.resourceUsage().maxRSS / 1_024),
  file: basename(readdirSync(folder).find((name) => name.startsWith('rpps-')) ?? ''),
});
process.off('disconnect', orphaned);
process.disconnect();
