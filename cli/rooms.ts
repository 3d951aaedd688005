/**
 * `relais rooms plan | apply`: territory rooms and spaces, from the configuration. The command line never opens the
 * account: `apply` writes down what is wanted, and the running server carries it out (DESIGN §5).
 */
import { NOT_INVITED } from '../bot/rooms.ts';
import { apply } from '../care/relay/apply.ts';
import { decideRooms, planRooms, type RoomChange, territoryRooms } from '../care/relay/room-plan.ts';
import { wallClocks } from '../bridge/wall-clock.ts';
import { type Environment, type Opened, withStore } from './configured.ts';
import { isServed } from './served.ts';

type Print = (line: string) => void;

/** What `apply` would do. Nothing is written. */
export async function printRoomsPlan(options: { config: string }, env: Environment, print: Print): Promise<number> {
  return withStore(options.config, env, async (opened) => {
    const changes = await changesOf(opened);
    show(changes, print);
    const refused = await opened.store.files.find<{ ref: string; userId: string; what: string }>(
      'room-watch',
      NOT_INVITED,
    );
    for (const { state } of refused) print(`! ${state.ref}: ${state.userId} not invited (${state.what})`);
    if (changes.some((change) => change.do !== 'none')) print('Next: relais rooms apply.');
    return 0;
  });
}

/** Writes the difference down; a second time there is nothing to do. */
export async function applyRooms(options: { config: string }, env: Environment, print: Print): Promise<number> {
  return withStore(options.config, env, async (opened) => {
    const changes = await changesOf(opened);
    show(changes, print);
    const decision = await decideRooms(opened.store, changes);
    const waiting = changes.some((change) => change.waits);
    if (!decision && !waiting) return 0;
    if (decision) {
      await apply(opened.store, wallClocks().machine(), async () => {
        const again = await decideRooms(opened.store, await changesOf(opened));
        return again ?? { ...decision, files: [], rooms: [] };
      });
    }
    const served = await isServed(opened.store, wallClocks().machine());
    print(
      served
        ? 'Written down: the running server carries it out now.'
        : 'Written down. No server is running: it will be carried out when relais serve starts.',
    );
    return 0;
  });
}

async function changesOf({ loaded, store }: Opened): Promise<RoomChange[]> {
  return planRooms(store, territoryRooms(loaded.config.territories, loaded.people));
}

function show(changes: readonly RoomChange[], print: Print): void {
  for (const { wanted, do: what, add, remove, renamed, waits } of changes) {
    const name = `${wanted.ref} "${wanted.name}"`;
    if (what === 'make') print(`+ ${name}: to be made`);
    if (what === 'change') print(`~ ${name}${renamed === undefined ? '' : `, until now "${renamed}"`}`);
    if (what === 'none' && waits) print(`… ${name}: written down, waits for the server`);
    for (const userId of add) print(`    + ${userId}`);
    for (const userId of remove) print(`    - ${userId}`);
  }
  if (changes.every((change) => change.do === 'none')) print('Nothing to do.');
}
