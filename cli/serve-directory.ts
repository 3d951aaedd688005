/** The directory of `relais serve`: searched in one thread, imported in another, so that messages never wait for either. */
import { annuaireSante } from '../bridge/annuaire-sante.ts';
import type { Job } from '../bridge/schedule.ts';
import type { Directory } from '../care/people/directory.ts';
import { withCompletion } from '../care/people/completion.ts';
import type { Clocks } from '../care/relay/clock.ts';
import { faultFields } from '../care/relay/fault.ts';
import type { Log } from '../care/relay/log.ts';
import type { LoadedConfig } from '../config/load.ts';
import { openDirectory } from '../store/directory/directory.ts';
import { codeToken, loadJobs } from '../store/directory/jobs.ts';
import { importInThread } from '../store/directory/import-thread.ts';
import { newerSources } from '../store/directory/sources.ts';

export type ServedDirectory = { directory: Directory; jobs: Job[]; close: () => Promise<void> };

/** A search that comes before the first index is there waits so long for it: enough for an extraction of some departments. */
const FIRST_IMPORT_MS = 2_000;

/** The folder of the indexes: files of this machine, also where the rest is on PostgreSQL; each one builds its own. */
export function indexFolder({ config }: Pick<LoadedConfig, 'config'>): string {
  return `${'path' in config.store ? config.store.path : config.account.directory}-directory`;
}

/** @throws when the synonyms, the communes or an index have faults */
export async function serveDirectory(loaded: LoadedConfig, clocks: Clocks, log: Log): Promise<ServedDirectory> {
  const { config } = loaded;
  const folder = indexFolder(loaded);
  const opened = await openDirectory(
    {
      folder,
      communes: config.directory?.communes,
      territories: config.territories.map(({ id, communes = [] }) => ({ id, communes })),
    },
    { onTrouble: (what) => log('error', 'directory: the searching thread was lost, another one is started', { what }) },
  );
  const ended = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function importNewer(): Promise<void> {
    for (const { kind, file } of config.directory ? newerSources(config.directory, folder) : []) {
      log('info', 'directory import', { kind, file });
      const maxShrink = config.directory?.maxShrink ?? 0;
      const { rows, entries, skipped } = await importInThread(
        { kind, file, folder, maxShrink },
        { signal: ended.signal },
      );
      log('info', 'directory ready', { kind, rows, entries, skipped });
    }
  }

  /** One after the other; a refused file leaves the index in use, and is said again each night. */
  const update = (): Promise<void> =>
    (running = running.then(importNewer).catch((error: unknown) => {
      if (!ended.signal.aborted)
        log('error', `directory import: ${error instanceof Error ? error.message : String(error)}`, faultFields(error));
    }));

  const first = update();
  const local: Directory = {
    async search(words, query) {
      const found = await opened.search(words, query);
      if (found.away !== 'no-index') return found;
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([first, new Promise((resolve) => (timer = setTimeout(resolve, FIRST_IMPORT_MS)))]);
      clearTimeout(timer);
      return opened.search(words, query);
    },
    size: () => opened.size(),
    know: (fiches) => opened.know(fiches),
  };
  return {
    directory: completed(loaded, local, clocks, log),
    jobs: config.directory === undefined ? [] : [{ name: 'directory', every: '30 3 * * *', run: update }],
    async close() {
      ended.abort();
      await running;
      await opened.close();
    },
  };
}

/** Numbers that the files do not have are asked to the national API, where the configuration names it. */
function completed({ config, secrets }: LoadedConfig, local: Directory, clocks: Clocks, log: Log): Directory {
  const api = config.directory?.annuaireSante;
  if (api === undefined || secrets.annuaireSante === undefined) return local;
  const jobs = loadJobs();
  const completion = annuaireSante({
    url: api.url,
    key: secrets.annuaireSante,
    clocks,
    labelOf: (code) => jobs.label(codeToken(code)),
    onTrouble: (what) => log('warn', 'Annuaire Santé does not help', { what }),
  });
  return withCompletion(local, completion);
}
