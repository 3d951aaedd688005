/** Slots as somebody looks for them: the rules of the file, and what was offered or imported, without what is taken. */
import { parisDate, parisDay } from '../relay/civil-time.ts';
import type { Store } from '../relay/ports.ts';
import type { Person } from '../people/person.ts';
import { freshSlot, maySee, placesLeft, type Slot, type SlotFile, type Slots } from './slot.ts';

/** A slot and the places left in it. */
export type FreeSlot = { slot: Slot; left: number };

/** Look-up key of the slots that start on this day of Paris. */
export const dayKey = (instant: number): string => `day:${parisDate(instant)}`;

/**
 * What this person may book within [from, to), soonest first: rules of the file, and what was offered or imported, without
 * what is over, withdrawn or full.
 * @param specialty undefined: whatever it is
 */
export async function freeSlots(
  ports: { store: Pick<Store, 'files'>; slots: Slots },
  person: Person,
  span: { from: number; to: number },
  specialty: string | undefined,
  now: number,
): Promise<FreeSlot[]> {
  const stored = new Map<string, SlotFile>();
  // The day before too: the span of a night is cut into slots that start after midnight.
  for (let day = parisDay(span.from, -1); day < span.to; day = parisDay(day, 1))
    for (const { state } of await ports.store.files.find<SlotFile>('slot', dayKey(day)))
      stored.set(state.slot.id, state);
  const ruled = (await ports.slots.offered(span.from, span.to)).filter((slot) => !stored.has(slot.id));
  return [...stored.values(), ...ruled.map(freshSlot)]
    .map((file) => ({ slot: file.slot, left: placesLeft(file, now) }))
    .filter(({ slot, left }) => left > 0 && slot.start >= span.from && slot.start < span.to && maySee(slot, person))
    .filter(({ slot }) => specialty === undefined || ports.slots.matches(slot.specialty, specialty))
    .sort((a, b) => a.slot.start - b.slot.start || (a.slot.id < b.slot.id ? -1 : 1));
}

/** Slots that this person offers and that are not over, soonest first. */
export async function offeredBy(
  ports: { store: Pick<Store, 'files'> },
  person: Person,
  now: number,
): Promise<SlotFile[]> {
  const files = await ports.store.files.find<SlotFile>('slot', `offerer:${person.id}`);
  return files
    .map(({ state }) => state)
    .filter(({ slot }) => slot.end > now)
    .sort((a, b) => a.slot.start - b.slot.start);
}
