/** Which movement a message amounts to, where that depends on what is known of its stay. */
import type { Store } from '../relay/ports.ts';
import type { Sealer } from '../relay/seal.ts';
import { stayIdOf } from '../identity/people-of.ts';
import { isSameSort, movementKey } from './evolution.ts';
import type { StayIntent, StayIntentType } from './intent.ts';
import { fromSnapshot } from './snapshot.ts';
import type { Stay } from './stay.ts';
import type { Open } from './turn.ts';

/** @param stays that this decision has opened already. @returns the movement that the message amounts to */
export async function asMovement(
  ports: { store: Pick<Store, 'files'>; sealer: Pick<Sealer, 'blind'> },
  stays: ReadonlyMap<string, Open<Stay>>,
  told: StayIntent,
): Promise<StayIntent> {
  if (told.visit === undefined) return told;
  const id = stayIdOf(ports.sealer, told.facility, told.visit);
  const known = stays.get(id) ?? (await ports.store.files.load<Stay>('stay', id));
  return told.updates === undefined ? fromSnapshot(known?.state, told) : fromUpdate(known?.state, told, told.updates);
}

/**
 * UPDATE beside a trigger that says itself what happened, where PAM.fr keeps UPDATE for Z99 (§5): of a movement that nobody
 * has heard of it is the news. A discharge that is missed is worse than one that is told twice.
 */
function fromUpdate(stay: Stay | undefined, told: StayIntent, updates: StayIntentType): StayIntent {
  const known = stay?.movements[movementKey(told)];
  if (known && isSameSort(known.type, updates)) return told;
  return { ...told, type: updates, movement: { ...told.movement, action: 'insert', originalTrigger: undefined } };
}
