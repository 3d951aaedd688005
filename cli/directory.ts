/** `relais directory template|overlay`: what the coordination knows and the national file does not. */
import { writeFileSync } from 'node:fs';
import { wallClocks } from '../bridge/wall-clock.ts';
import { decideFiches } from '../care/people/fiche-book.ts';
import { apply } from '../care/relay/apply.ts';
import { parisDate } from '../care/relay/civil-time.ts';
import { type FicheFormat, fichesTemplate, readFichesFile } from '../config/load-fiches.ts';
import { sayProblems } from '../config/problem.ts';
import type { Fiche } from '../care/people/fiche.ts';
import { type Environment, withStore } from './configured.ts';

/** A table with every column and two invented rows. @param out undefined: on the standard output (not xlsx) */
export async function writeTemplate(
  options: { format: FicheFormat; out?: string },
  print: (line: string) => void,
): Promise<number> {
  const bytes = await fichesTemplate(options.format);
  if (options.out !== undefined) {
    writeFileSync(options.out, bytes);
    print(`${options.out} is written.`);
  } else if (options.format === 'xlsx') {
    console.error('a spreadsheet is not text: add --out fiches.xlsx');
    return 1;
  } else print(new TextDecoder().decode(bytes).trimEnd());
  return 0;
}

async function read(file: string): Promise<Fiche[] | undefined> {
  const { fiches, problems } = await readFichesFile(file, parisDate(wallClocks().civil()));
  if (problems.length === 0) return fiches;
  console.error(sayProblems(problems, 'the fiches'));
  return undefined;
}

const count = (fiches: readonly Fiche[]): string => {
  const partners = fiches.filter(({ partner }) => partner !== undefined).length;
  return `${fiches.length} fiches, ${partners} of them partners`;
};

/** @returns the exit code: 0 sound, 1 with problems, all of them printed */
export async function checkOverlay(file: string, print: (line: string) => void): Promise<number> {
  const fiches = await read(file);
  if (fiches === undefined) return 1;
  print(`${count(fiches)}: sound. Nothing was loaded: relais directory overlay load ${file}`);
  return 0;
}

/** Into the store, beside a running server, which knows them at its next search. */
export async function loadOverlay(
  file: string,
  options: { config: string },
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  const fiches = await read(file);
  if (fiches === undefined) return 1;
  return withStore(options.config, env, async ({ store }) => {
    const now = wallClocks().civil();
    const entry = { actor: 'operator', action: 'overlay-load', subject: 'directory', outcome: 'posted' } as const;
    await apply(store, now, async () => {
      const { decision } = await decideFiches(store, fiches, 'operator', now);
      return { ...decision, audit: [{ ...entry, reason: 'recorded' }] };
    });
    print(`${count(fiches)}: loaded. What was checked later, in a room for instance, stays.`);
    return 0;
  });
}
