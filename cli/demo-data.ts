/** The synthetic directory and slots that come with the project, for rehearsals without a configuration. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Directory } from '../care/people/directory.ts';
import type { Slots } from '../care/request/slot.ts';
import { openDirectory } from '../store/directory.ts';
import { importRpps } from '../store/directory-import.ts';
import { openSlotsFile } from '../store/slots-file.ts';

const DATA = resolve(import.meta.dirname, '..', 'demo', 'data');

/** Built in a temporary folder that goes away with the process. */
export async function demoDirectory(): Promise<Directory> {
  const folder = await mkdtemp(join(tmpdir(), 'relais-directory-'));
  const index = join(folder, 'directory.sqlite');
  await importRpps(join(DATA, 'rpps-synthetique.txt'), index);
  const directory = openDirectory(index);
  process.once('exit', () => {
    directory.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return directory;
}

export function demoSlots(): Slots {
  return openSlotsFile(join(DATA, 'creneaux.yaml'));
}
