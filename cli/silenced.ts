import { apply } from '../care/relay/apply.ts';
import { release } from '../care/stay/silence.ts';
import type { Stay } from '../care/stay/stay.ts';
import { auditAct, eachId, type Environment, withStore } from './configured.ts';

type Print = (line: string) => void;

/** Stays of which nothing is said any more, and why. Visit numbers, no name; the look is audited. */
export async function listSilenced(options: { config: string }, env: Environment, print: Print): Promise<number> {
  return withStore(options.config, env, async ({ store }) => {
    const stays = await store.files.find<Stay>('stay', 'silenced');
    await auditAct(store, 'silenced:list', String(stays.length));
    for (const { id, state } of stays)
      print(`${id}  ${state.facility}  visit ${state.visit ?? 'unknown'}  ${state.status}  ${state.protected ?? ''}`);
    print(
      stays.length === 0
        ? 'Nothing is silenced.'
        : 'Next: ask the hospital whether a stay may be told again, then relais silenced release <id>.',
    );
    return 0;
  });
}

/** Told again from the next message on; each release leaves an audit row. */
export async function releaseSilenced(
  ids: string[],
  options: { config: string },
  env: Environment,
  print: Print,
): Promise<number> {
  return eachId(ids, options.config, env, async (store, id) => {
    const silenced = (await store.files.load<Stay>('stay', id))?.state.protected !== undefined;
    if (!silenced) {
      console.error(`${id} is not silenced: relais silenced list shows what is.`);
      return false;
    }
    const now = Date.now();
    await apply(store, now, async () => {
      const stay = await store.files.load<Stay>('stay', id);
      if (!stay) throw new Error(`the stay ${id} is gone`);
      return release(stay, now);
    });
    print(`${id} will be told again, from its next message on.`);
    return true;
  });
}
