/**
 * `npm run torture -- [kills]`: the kill suites in their long form (30 each when nothing is said), and one line of figures
 * for docs/measured.md.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { addUp, type KillFigures } from './kill-figures.ts';

const SUITES = ['test/matrix/kill.e2e.test.ts', 'test/demo/kill.e2e.test.ts'];

const kills = Number(process.argv[2] ?? 30);
if (!Number.isInteger(kills) || kills < 1) {
  console.error('npm run torture -- [kills]: a whole number, 30 when nothing is said');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'relais-torture-'));
const figures = join(folder, 'figures');
writeFileSync(figures, '');
const began = Date.now();
const run = spawn('vitest', ['run', '--project', 'e2e', ...SUITES], {
  stdio: 'inherit',
  env: { ...process.env, RELAIS_KILLS: String(kills), RELAIS_FIGURES: figures },
});
const code = await new Promise<number | null>((done, failed) => run.once('error', failed).once('close', done));
const lines = readFileSync(figures, 'utf8').trim().split('\n').filter(Boolean);
rmSync(folder, { recursive: true });
const all = addUp(lines.map((line) => JSON.parse(line) as KillFigures));
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${arch()}, Node ${process.versions.node}`;
const minutes = Math.round((Date.now() - began) / 60_000);
console.log(
  `| torture | ${all.kills} kills | ${all.messages} messages | ${all.lost} lost | ${all.twice} twice | ${all.outOfOrder} out of order | ${all.undecryptable} undecryptable | ${minutes} min | ${machine} |`,
);
if (lines.length < SUITES.length)
  console.error(`Only ${lines.length} of ${SUITES.length} suites came to their figures.`);
process.exitCode = code ?? 1;
