/** The directory at the size of the country: an import, then searches while the main thread is watched. No homeserver. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openDirectory } from '../../store/directory/directory.ts';
import type { OpenDirectory } from '../../store/directory/directory.ts';
import { syntheticQueries, syntheticRpps } from '../directory-rows.ts';
import { table } from '../markdown.ts';
import type { Bench, Section, Target } from '../section.ts';
import { percentile, round1 } from '../stats.ts';

type Imported = { rows: number; entries: number; seconds: number; cpuSeconds: number; memoryMb: number; file: string };
type Searched = { kind: string; queries: number; p50: number; p99: number; most: number; promised: number };
type Found = { imported: Imported; indexMb: number; searched: Searched[]; loopMs: number };

const ROWS = { full: 1_900_000, quick: 20_000 };
const PROMISED = { seconds: 90, memoryMb: 400, selective: 10, broad: 40, loopMs: 20 };

/** In a process of its own, as `relais import` is: its peak of memory is its own. */
async function imported(file: string, folder: string): Promise<Imported> {
  const child: ChildProcess = fork(new URL('../import-once.ts', import.meta.url), [file, folder]);
  return new Promise((resolve, reject) => {
    child.once('message', (result) => resolve(result as Imported));
    child.once('exit', (code) => reject(new Error(`the import ended with code ${code}`)));
  });
}

/** One after the other, each timed from the question to the answer on the main thread; the first of each warms up. */
async function searched(
  directory: OpenDirectory,
  kind: string,
  queries: readonly string[],
  promised: number,
): Promise<Searched> {
  const times: number[] = [];
  for (const words of queries) {
    const { away } = await directory.search(words, { limit: 4 });
    if (away !== undefined) throw new Error(`the directory is away (${away}): there is nothing to measure`);
  }
  for (const words of queries) {
    const began = performance.now();
    await directory.search(words, { limit: 4 });
    times.push(performance.now() - began);
  }
  const [p50, p99, most] = [0.5, 0.99, 1].map((p) => round1(percentile(times, p)));
  return { kind, queries: queries.length, p50: p50 ?? 0, p99: p99 ?? 0, most: most ?? 0, promised };
}

async function measure({ quick, onProgress }: Bench): Promise<Found> {
  const folder = join(tmpdir(), 'relais-bench-directory');
  const indexes = join(folder, 'indexes');
  mkdirSync(folder, { recursive: true });
  rmSync(indexes, { recursive: true, force: true });
  const rows = quick ? ROWS.quick : ROWS.full;
  const file = await syntheticRpps(folder, rows, onProgress);
  onProgress(`import of ${rows} rows (${Math.round(statSync(file).size / 1e6)} MB)`);
  const result = await imported(file, indexes);
  const directory = await openDirectory({ folder: indexes });
  const { selective, broad, faulty } = await syntheticQueries(file);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  onProgress('searches');
  const found = [
    await searched(directory, 'a name, or a profession and a town', selective, PROMISED.selective),
    await searched(directory, 'with a typing fault', faulty, PROMISED.selective),
    await searched(directory, 'the broadest words (a profession, three letters, a first name)', broad, PROMISED.broad),
  ];
  delay.disable();
  await directory.close();
  const pages = statSync(join(indexes, result.file)).size;
  rmSync(indexes, { recursive: true });
  return { imported: result, indexMb: round1(pages / 1e6), searched: found, loopMs: round1(delay.max / 1e6) };
}

function targetsOf({ imported: { seconds, memoryMb }, searched: all, loopMs }: Found): Target[] {
  const target = (what: string, found: number, promised: number, unit: string): Target => ({
    what,
    promised: `< ${promised} ${unit}`,
    found: `${found} ${unit}`,
    met: found < promised,
  });
  return [
    target('directory: import', seconds, PROMISED.seconds, 's'),
    target('directory: peak memory of the import', memoryMb, PROMISED.memoryMb, 'MB'),
    ...all.map(({ kind, p99, promised }) => target(`directory: search p99, ${kind}`, p99, promised, 'ms')),
    target('directory: longest block of the event loop while searching', loopMs, PROMISED.loopMs, 'ms'),
  ];
}

export const directory: Section = {
  name: 'directory',
  title: 'The directory at the size of the country',
  measure: async (bench) => {
    const found = await measure(bench);
    const { imported: i, searched: all, indexMb, loopMs } = found;
    const body = `Synthetic rows in the layout of the national file, nobody in them exists. Import, in a process of its own: ${i.rows} rows, ${i.entries} entries,
${i.seconds} s (${i.cpuSeconds} s of processor), peak resident memory ${i.memoryMb} MB; index of ${indexMb} MB. Searches one after the other on a warm index, in
milliseconds, from the question to the answer on the main thread (the thread that searches and the way to it included):

${table(
  ['', 'queries', 'p50', 'p99', 'longest', 'promised p99'],
  all.map((s) => [s.kind, s.queries, s.p50, s.p99, s.most, `< ${s.promised}`]),
)}

Longest delay of the main thread's event loop meanwhile: ${loopMs} ms (promised: < ${PROMISED.loopMs}).`;
    return { figures: found, body, targets: targetsOf(found) };
  },
};
