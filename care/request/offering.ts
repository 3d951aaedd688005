/** A slot that somebody offers, and takes back. */
import { type Decision, emptyDecision } from '../relay/decision.ts';
import { refuse, type Refusal } from '../relay/refusal.ts';
import type { Person } from '../people/person.ts';
import { freshSlot, type Slot, type SlotFile } from './slot.ts';
import { type BookingPorts, newsOf, type Reply, withdrawInto, written } from './slot-decision.ts';

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
  const decision = emptyDecision();
  const file = withdrawInto(ports, decision, stored, now);
  decision.audit.push({ actor: by.id, action: 'slot:withdrawn', subject: id, outcome: 'posted', reason: 'announced' });
  decision.deliveries.push(reply(newsOf(ports, file, undefined, 'withdrawn', 'offerer')));
  return decision;
}
