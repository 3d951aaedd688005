/** The pathways of the running server: a file that changes in the installation's folder is checked, and takes effect at once. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Clocks } from '../care/relay/clock.ts';
import type { Log } from '../care/relay/log.ts';
import type { Offer } from '../care/request/pathway.ts';
import { COMMAND_WORDS } from '../commands/table.ts';
import { offeredPathways } from '../config/load-pathways.ts';
import type { LoadedConfig } from '../config/load.ts';

const EVERY_MS = 2_000;

export type ServedPathways = {
  offered: () => readonly Offer[];
  /** Looks once. @returns whether other pathways are offered from now on */
  look(): boolean;
  /** Looks every two seconds until `signal` aborts: file events do not reach every container or network disk. */
  follow(clocks: Pick<Clocks, 'pause'>, signal: AbortSignal, changed: () => Promise<void>): Promise<void>;
};

/**
 * What is offered at the start is what the configuration said. After that a sound folder replaces all of it at once; one
 * with a problem changes nothing, and each problem is logged. Running requests keep the pathway they began with: it is in
 * their own state.
 */
export function servedPathways(
  { pathways, pathwaysFolder: folder, people }: Pick<LoadedConfig, 'pathways' | 'pathwaysFolder' | 'people'>,
  log: Log,
): ServedPathways {
  let offered: readonly Offer[] = pathways;
  let seen = stampOf(folder);

  function look(): boolean {
    const stamp = stampOf(folder);
    if (stamp === seen) return false;
    seen = stamp;
    const read = offeredPathways(folder, people, COMMAND_WORDS);
    for (const { file, line, key, problem, cure } of read.problems)
      log(
        'error',
        `pathway not taken, the former ones stay: ${basename(file)}:${line ?? '-'} ${key}: ${problem} → ${cure}`,
      );
    if (read.problems.length > 0) return false;
    offered = read.offered;
    log('info', 'pathways read again', { offered: offered.length });
    return true;
  }

  return {
    offered: () => offered,
    look,
    async follow(clocks, signal, changed) {
      while (folder !== undefined && !signal.aborted) {
        await clocks.pause(EVERY_MS, signal);
        if (!stopped(signal) && look()) await changed();
      }
    },
  };
}

/** The same object changes while we wait; TypeScript would hold its first answer for the only one. */
const stopped = (signal: AbortSignal): boolean => signal.aborted;

/** Names, instants and sizes of its files; another text is another state of the folder. */
function stampOf(folder: string | undefined): string {
  if (folder === undefined) return '';
  try {
    const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    return names
      .sort()
      .map((name) => {
        const { mtimeMs, size } = statSync(join(folder, name));
        return `${name} ${mtimeMs} ${size}`;
      })
      .join('\n');
  } catch {
    return 'unreadable'; // a file that was just replaced: the next look sees it whole
  }
}
