/** What the subcommands share: the configuration, its problems all at once, and the base beside a running server. */
import { COMMAND_WORDS } from '../commands/table.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { sayProblems } from '../config/problem.ts';
import type { Sealer } from '../care/relay/seal.ts';
import type { Store } from '../care/relay/ports.ts';
import { wallClocks } from '../bridge/wall-clock.ts';
import { emptyDecision } from '../care/relay/decision.ts';
import { openStore, type StorePlace } from '../store/open.ts';
import { sealerFromSecret } from '../store/seal.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** @returns undefined after having printed every problem: nothing has been connected to */
export function configured(path: string, env: Environment): LoadedConfig | undefined {
  const loaded = loadConfig(path, env, COMMAND_WORDS);
  if (!('problems' in loaded)) return loaded;
  console.error(sayProblems(loaded.problems));
  return undefined;
}

/** Where this installation keeps everything. */
export function placeOf({ config, secrets }: LoadedConfig): StorePlace {
  return 'path' in config.store ? { path: config.store.path } : { url: secrets.storeUrl ?? '' };
}

export type Opened = { loaded: LoadedConfig; store: Store; sealer: Sealer };

/**
 * Runs `work` on the base, beside a server that may be running: never the crypto store, never Matrix.
 * @returns the exit code: 2 for a broken configuration
 */
export async function withStore(
  path: string,
  env: Environment,
  work: (opened: Opened) => Promise<number>,
): Promise<number> {
  const loaded = configured(path, env);
  if (!loaded) return 2;
  const sealer = sealerFromSecret(loaded.secrets.seal);
  const store = await openStore({ ...placeOf(loaded), sealer, clocks: wallClocks() });
  try {
    return await work({ loaded, store, sealer });
  } finally {
    await store.close();
  }
}

/** @returns the source of that id; undefined when there is none, and then the known ones have been printed */
export function sourceNamed(
  { config }: LoadedConfig,
  id: string,
): LoadedConfig['config']['sources'][number] | undefined {
  const source = config.sources.find((one) => one.id === id);
  if (!source)
    console.error(`no source is called ${id}: the configuration has ${config.sources.map((one) => one.id).join(', ')}`);
  return source;
}

/**
 * The same act for each id that was typed; one that it is not for does not stop the others.
 * @param act says what it did, or why not, and whether it did
 * @returns the exit code: 1 when one of them was not done
 */
export async function eachId(
  ids: readonly string[],
  path: string,
  env: Environment,
  act: (store: Store, id: string) => Promise<boolean>,
): Promise<number> {
  return withStore(path, env, async ({ store }) => {
    let missing = 0;
    for (const id of ids) if (!(await act(store, id))) missing += 1;
    return missing > 0 ? 1 : 0;
  });
}

/** Every act of the operator leaves a row too (invariant 9). @param subject an id or a ref, never a name */
export async function auditAct(store: Store, action: string, subject: string): Promise<void> {
  const entry = { actor: 'operator', action, subject, outcome: 'posted', reason: 'answered' } as const;
  await store.commit({ ...emptyDecision(), audit: [entry] }, Date.now());
}
