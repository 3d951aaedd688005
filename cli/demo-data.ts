/** The synthetic directory and slots that come with the project, for rehearsals without a configuration. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Directory } from '../care/people/directory.ts';
import type { RepertoryEntry } from '../care/people/repertory.ts';
import { sayProblems } from '../config/problem.ts';
import { readRepertory } from '../config/schema/repertory.ts';
import type { Slots } from '../care/request/slot.ts';
import { importRpps } from '../store/directory/import.ts';
import { openReader } from '../store/directory/search.ts';
import { openSlotsFile } from '../store/slots-file.ts';

const DATA = resolve(import.meta.dirname, '..', 'demo', 'data');

let built: Promise<Directory> | undefined;

/** Built once, in a temporary folder that goes away with the process. */
export function demoDirectory(): Promise<Directory> {
  return (built ??= build());
}

async function build(): Promise<Directory> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-directory-'));
  await importRpps(join(DATA, 'rpps-synthetique.txt'), folder);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const reader = openReader({ folder }); // in this thread: a rehearsal has nobody else to keep waiting
  return {
    search: async (words, query) => reader.search(words, query),
    size: async () => reader.size(),
    know: async (fiches) => reader.know(fiches),
  };
}

/** Lines, documents, prevention and actions of the synthetic territory. @throws when its file is broken: it is part of the program */
export function demoRepertory(): RepertoryEntry[] {
  const read = readRepertory(join(DATA, 'repertoire.yaml'));
  if ('problems' in read) throw new Error(sayProblems(read.problems));
  return read.entries;
}

export function demoSlots(): Slots {
  return openSlotsFile(join(DATA, 'creneaux.yaml'));
}
