/** The people, équipes, duties and pathways of the running server: a file that changes is checked, and takes effect at once. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { livePeople, type People, peopleFrom } from '../care/people/person.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Log } from '../care/relay/log.ts';
import type { Offer } from '../care/request/pathway.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { ConfigProblem } from '../config/problem.ts';

const EVERY_MS = 2_000;

type Arrangements = Pick<
  LoadedConfig,
  'people' | 'teams' | 'duty' | 'pathways' | 'peopleFile' | 'equipeFile' | 'pathwaysFolder'
>;

export type ServedArrangements = {
  /** As the files were at the last sound look. */
  people: People;
  offered: () => readonly Offer[];
  /** Looks once. @returns whether other arrangements hold from now on */
  look(): boolean;
  /** Looks every two seconds until `signal` aborts: file events do not reach every container or network disk. */
  follow(clocks: Pick<Clocks, 'pause'>, signal: AbortSignal, changed: () => Promise<void>): Promise<void>;
};

/**
 * What holds at the start is what the configuration said. After that, files that are sound together replace all of it at
 * once; with one mistake nothing changes, and each is logged. Running requests keep the pathway they began with: it is in
 * their own state. relais.yaml itself is read at the start only.
 * @param read the whole configuration anew: what `relais check-config` refuses is refused here
 */
export function servedArrangements(
  loaded: Arrangements,
  read: () => Arrangements | { problems: ConfigProblem[] },
  log: Log,
): ServedArrangements {
  const { peopleFile, equipeFile, pathwaysFolder } = loaded;
  const stamp = (): string => [stampOf(peopleFile), stampOf(equipeFile), stampOfFolder(pathwaysFolder)].join('\n');
  let now = held(loaded);
  let taken = stamp();
  let seen = taken;

  function look(): boolean {
    const before = seen;
    seen = stamp();
    // A file that is being written may be sound, and half of what it will be: it must have rested since the last look.
    if (seen === taken || seen !== before) return false;
    taken = seen;
    const next = read();
    if ('problems' in next) {
      for (const problem of next.problems)
        log('error', `not taken, all stays as it was: ${said(problem, pathwaysFolder)}`);
      return false;
    }
    if (next.teams.length * 2 < now.teams) {
      const why = `${equipeFile} has ${next.teams.length} équipes, and had ${now.teams}`;
      log('error', `not taken, all stays as it was: ${why} → restart Relais if that is meant`);
      return false;
    }
    now = held(next);
    const { teams, offered } = now;
    log('info', 'people, équipes and pathways read again', {
      people: next.people.length,
      teams,
      offered: offered.length,
    });
    return true;
  }

  return {
    people: livePeople(() => now.people),
    offered: () => now.offered,
    look,
    async follow(clocks, signal, changed) {
      for (;;) {
        await clocks.pause(EVERY_MS, signal);
        if (signal.aborted) return;
        // The base is away: the account is opened again when it is back, and sees to both then.
        if (look()) await changed().catch(() => log('warn', 'rooms and days do not follow the new arrangements yet'));
      }
    },
  };
}

type Held = { people: People; offered: readonly Offer[]; teams: number };

function held({ people, teams, duty, pathways }: Arrangements): Held {
  return { people: peopleFrom(people, teams, duty), offered: pathways, teams: teams.length };
}

/** A pathway says nothing of anybody; what is wrong in the other files may quote somebody, and a log is read by many. */
function said({ file, line, key, problem, cure }: ConfigProblem, folder: string | undefined): string {
  const place = `${basename(file)}:${line ?? '-'}`;
  const isPathway = folder !== undefined && file.startsWith(folder);
  return isPathway ? `${place} ${key}: ${problem} → ${cure}` : `${place} → relais check-config says what and why`;
}

/** Instant and size; another text is another state of the file. */
function stampOf(file: string): string {
  try {
    const { mtimeMs, size } = statSync(file);
    return `${file} ${mtimeMs} ${size}`;
  } catch {
    return 'unreadable'; // a file that was just replaced: the next look sees it whole
  }
}

function stampOfFolder(folder: string | undefined): string {
  if (folder === undefined) return '';
  try {
    const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
    return names
      .sort()
      .map((name) => stampOf(join(folder, name)))
      .join('\n');
  } catch {
    return 'unreadable';
  }
}
