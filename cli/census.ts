/** `relais census load`: who is in hospital on the day of the connection. */
import { readFileSync, statSync } from 'node:fs';
import { parseParis } from '../config/paris-text.ts';
import type { NewEnvelope } from '../care/relay/envelope.ts';
import { auditAct, type Environment, sourceNamed, withStore } from './configured.ts';
import { readCensus } from './census-file.ts';

export type CensusOptions = { config: string; source: string; at?: string; dryRun?: boolean };

const PER_COMMIT = 200;

/**
 * Stored in the source's lane beside a running server, which decides it at once and says nothing. Loading a file again
 * changes nothing.
 * @returns 0; 1 when the file has problems (nothing is loaded then), 2 for a broken configuration
 */
export async function loadCensus(
  file: string,
  options: CensusOptions,
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  return withStore(options.config, env, async ({ loaded, store }) => {
    const source = sourceNamed(loaded, options.source);
    if (!source) return 1;
    let bytes: Uint8Array;
    let at: number;
    try {
      bytes = readFileSync(file);
      at = options.at === undefined ? statSync(file).mtimeMs : parseParis(options.at);
    } catch (error) {
      return refuse(
        error instanceof Error && 'code' in error ? `${file} cannot be opened (${String(error.code)})` : String(error),
      );
    }
    const read = readCensus(bytes, { source: source.id, facilities: source.facilities, at, receivedAt: Date.now() });
    if ('problems' in read) {
      for (const problem of read.problems.slice(0, 50)) console.error(problem);
      return refuse(`${read.problems.length} problem(s) in ${file}: nothing was loaded`);
    }
    const { envelopes } = read;
    if (options.dryRun === true) {
      print(`${envelopes.length} stays can be loaded; nothing was stored (--dry-run).`);
      return 0;
    }
    const fresh = await accept(envelopes, (some) => store.inbox.accept(some));
    await auditAct(store, 'census:load', source.id);
    print(
      `${fresh} stays stored, ${envelopes.length - fresh} were known already. relais serve decides them; nothing is said.`,
    );
    return 0;
  });
}

async function accept(
  envelopes: readonly NewEnvelope[],
  store: (some: NewEnvelope[]) => Promise<{ state: string }[]>,
): Promise<number> {
  let fresh = 0;
  for (let n = 0; n < envelopes.length; n += PER_COMMIT) {
    const accepted = await store(envelopes.slice(n, n + PER_COMMIT));
    fresh += accepted.filter((one) => one.state === 'fresh').length;
  }
  return fresh;
}

function refuse(why: string): number {
  console.error(why);
  return 1;
}
