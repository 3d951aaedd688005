/** A slot that somebody offers, and takes back. */
import type { Decision } from '../relay/decision.ts';
import { refuse, type Refusal } from '../relay/refusal.ts';
import type { Person } from '../people/person.ts';
import { freshSlot, isTaken, type Slot, type SlotFile } from './slot.ts';
import { type BookingPorts, newsOf, type Reply, tell, written } from './slot-decision.ts';

/** Offers a slot of one's own. */
export async function decideOffer(
  ports: BookingPorts,
  slot: Omit<Slot, 'id'>,
  by: Person,
  now: number,
  reply: Reply,
): Promise<Decision | Refusal> {
  if (slot.end <= now) return refuse('slot-past');
  const file = freshSlot({ ...slot, id: `S-${ports.ids.code(4)}` });
  const decision = written(undefined, file, undefined, 'offered', by, now);
  decision.deliveries.push(reply(newsOf(ports, file, undefined, 'offered', 'offerer')));
  return decision;
}

/** Takes a slot back: those who had booked it are told, and rung. By who offers it, or the coordination. */
export async function decideWithdraw(
  ports: BookingPorts,
  id: string,
  by: Person,
  now: number,
  reply: Reply,
): Promise<Decision | Refusal> {
  const stored = await ports.store.files.load<SlotFile>('slot', id);
  if (!stored || stored.state.withdrawn) return refuse('unknown-slot', { id });
  if (stored.state.slot.person !== by.id && by.role !== 'coordinateur') return refuse('slot-not-yours', { id });
  const file: SlotFile = { ...stored.state, withdrawn: true };
  const decision = written(stored, file, undefined, 'withdrawn', by, now);
  decision.timers.push({ do: 'cancel-all', kind: 'slot', ref: id });
  decision.deliveries.push(reply(newsOf(ports, file, undefined, 'withdrawn', 'offerer')));
  for (const booking of file.bookings.filter((b) => isTaken(b, now))) {
    const asker = ports.people.byId(booking.by);
    if (asker) tell(decision, asker, newsOf(ports, file, booking, 'withdrawn', 'asker'), true);
  }
  return decision;
}
