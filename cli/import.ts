/** `relais import rpps|finess FILE`: a new index of the directory, beside a server that sees it at its next search. */
import { existsSync } from 'node:fs';
import { importFiness } from '../store/directory/finess-import.ts';
import { importRpps } from '../store/directory/import.ts';
import type { ImportResult } from '../store/directory/import.ts';
import type { Progress } from '../store/directory/lines.ts';
import { configured, type Environment } from './configured.ts';
import { indexFolder } from './serve-directory.ts';

export type ImportCommand = { config: string; acceptShrunk?: boolean };

/** Where progress is drawn; `isTTY` false: a line each tenth. */
export type Screen = { isTTY: boolean; write: (text: string) => void };

const BAR = 24;

/** `  43 % ██████████░░░░░░░░░░░░░░  reading   812 000 rows  41 000 rows/s  0:23 left` */
export function progressLine({ step, rows, share }: Progress, elapsedMs: number, stepMs: number): string {
  const done = Math.round(share * BAR);
  const left = share > 0.02 ? Math.round((elapsedMs * (1 - share)) / share / 1000) : undefined;
  const count = (n: number): string => Math.round(n).toLocaleString('en').replaceAll(',', ' ');
  const time = left === undefined ? '' : `  ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`;
  const speed = stepMs > 0 ? `  ${count((rows * 1000) / stepMs)} rows/s` : '';
  const bar = `${'█'.repeat(done)}${'░'.repeat(BAR - done)}`;
  return `${String(Math.floor(share * 100)).padStart(4)} % ${bar}  ${step === 'read' ? 'reading ' : 'indexing'}  ${count(rows)} rows${speed}${time}`;
}

/** @returns draws a progress: a line that is written over on a terminal, else a line each tenth */
export function progressOn(screen: Screen, now: () => number): (progress: Progress) => void {
  const start = now();
  let [step, stepStart, tenth] = ['read', start, 0];
  return (progress) => {
    if (progress.step !== step) [step, stepStart] = [progress.step, now()];
    const line = progressLine(progress, now() - start, now() - stepStart);
    if (screen.isTTY) {
      screen.write(`\r${line}\u001B[K${progress.share === 1 ? '\n' : ''}`);
      return;
    }
    if (Math.floor(progress.share * 10) <= tenth) return;
    tenth = Math.floor(progress.share * 10);
    screen.write(`${line}\n`);
  };
}

const IMPORTS: Record<'rpps' | 'finess', typeof importRpps> = { rpps: importRpps, finess: importFiness };

/** @returns the exit code: 0 done, 1 refused (nothing was changed), 2 broken configuration */
export async function importDirectory(
  kind: 'rpps' | 'finess',
  file: string,
  options: ImportCommand,
  env: Environment,
  print: (line: string) => void,
  screen: Screen = { isTTY: process.stderr.isTTY, write: (text) => void process.stderr.write(text) },
): Promise<number> {
  const loaded = configured(options.config, env);
  if (!loaded) return 2;
  if (!existsSync(file)) {
    console.error(
      `${file} is not there. The open files: annuaire.sante.fr (RPPS, unzip it first), data.gouv.fr (FINESS).`,
    );
    return 1;
  }
  const maxShrink = options.acceptShrunk === true ? 1 : (loaded.config.directory?.maxShrink ?? 0.1);
  let result: ImportResult;
  const start = Date.now();
  try {
    result = await IMPORTS[kind](file, indexFolder(loaded), { maxShrink, onProgress: progressOn(screen, Date.now) });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
  const { rows, entries, skipped } = result;
  const what = kind === 'rpps' ? 'persons by profession' : 'establishments';
  print(
    `${rows} rows, ${entries} ${what}, ${skipped} rows left out, ${Math.round((Date.now() - start) / 1000)} s. In use now.`,
  );
  return 0;
}
