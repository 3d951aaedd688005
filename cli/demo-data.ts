/** The synthetic directory and slots that come with the project, for rehearsals without a configuration. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Directory } from '../care/people/directory.ts';
import type { Slots } from '../care/request/slot.ts';
import { importRpps } from '../store/directory/import.ts';
import { openReader } from '../store/directory/search.ts';
import { openSlotsFile } from '../store/slots-file.ts';

const DATA = resolve(import.meta.dirname, '..', 'demo', 'data');

/** Built in a temporary folder that goes away with the process. */
export async function demoDirectory(): Promise<Directory> {
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

export function demoSlots(): Slots {
  return openSlotsFile(join(DATA, 'creneaux.yaml'));
}
