/**
 * `relais serve` with rooms made in clear, as a process of its own. Relais itself has no such option and must not: this is
 * how the cost of encryption is told apart from the rest, on invented patients.
 */
import type { Store } from '../care/relay/ports.ts';
import { serve } from '../cli/serve.ts';
import { openStore } from '../store/open.ts';

/** The same store, which forgets that rooms are to be encrypted. */
function inClear(store: Store): Store {
  const clear = <R extends { encrypted: boolean }>(room: R): R => ({ ...room, encrypted: false });
  return {
    ...store,
    rooms: { ...store.rooms, want: (room) => store.rooms.want(clear(room)) },
    commit: (decision, at) => store.commit({ ...decision, rooms: decision.rooms.map(clear) }, at),
  };
}

const config = process.argv[2] ?? '';
const code = await serve({ config, leash: true }, process.env, async (options) => inClear(await openStore(options)));
process.exit(code); // the leash would keep it
