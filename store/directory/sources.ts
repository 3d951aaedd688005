/** Which open files are worth importing: those that are newer than what made the index in use. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openPointer } from './shelf-pointer.ts';
import type { IndexKind } from './shelf-pointer.ts';

export type Sources = { rpps?: string | undefined; finess?: string | undefined; folder?: string | undefined };

/** Names as annuaire.sante.fr and data.gouv.fr give them; the zip is to be unzipped first. */
const NAMES: Record<IndexKind, RegExp> = {
  rpps: /^PS_LibreAcces_Personne_activite.*\.txt$/i,
  finess: /^etalab[-_]cs1100507.*\.csv$/i,
};

function newest(folder: string, name: RegExp): string | undefined {
  const found = readdirSync(folder)
    .filter((file) => name.test(file))
    .map((file) => join(folder, file));
  return found.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

/** @param indexes the folder of the indexes */
export function newerSources(sources: Sources, indexes: string): { kind: IndexKind; file: string }[] {
  const pointer = openPointer(indexes);
  try {
    const inUse = new Map(pointer.read().map((one) => [one.kind, one.sourceTime]));
    return (['rpps', 'finess'] as const).flatMap((kind) => {
      const file = sources[kind] ?? (sources.folder === undefined ? undefined : newest(sources.folder, NAMES[kind]));
      if (file === undefined) return [];
      return Math.floor(statSync(file).mtimeMs) > (inUse.get(kind) ?? -1) ? [{ kind, file }] : [];
    });
  } finally {
    pointer.close();
  }
}
