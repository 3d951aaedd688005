/** What every decision about a slot is made of: the file with its look-up keys, the count, and who is told what. */
import type { Ids } from '../relay/clock.ts';
import { type Decision, emptyDecision, type NewDelivery } from '../relay/decision.ts';
import type { Store, StoredFile } from '../relay/ports.ts';
import { directRoom } from '../relay/room.ts';
import type { People, Person } from '../people/person.ts';
import type { Booking, Slot, SlotFile } from './slot.ts';
import { dayKey } from './slot-search.ts';

export type BookingPorts = { store: Pick<Store, 'files' | 'timers' | 'rooms'>; people: People; ids: Pick<Ids, 'code'> };

type BookingStep = 'offered' | 'held' | 'booked' | 'released' | 'expired' | 'withdrawn' | 'reminded';

/** What is told of a booking; `who` is the other one. */
export type BookingNews = {
  step: BookingStep;
  to: 'asker' | 'offerer' | 'both';
  slot: Slot;
  code: string | undefined;
  who: string | undefined;
  note: string | undefined;
  until: number | undefined;
};

/** The command whose `say` has the words. */
export const BOOKING_WORD = 'reserver';

/** Puts what is told where it was asked. */
export type Reply = (news: BookingNews) => NewDelivery;

/** A decision with its file, its count and its audit row. */
export function written(
  stored: StoredFile | undefined,
  file: SlotFile,
  booking: Booking | undefined,
  step: BookingStep,
  by: Person,
  now: number,
): Decision {
  const decision = emptyDecision();
  write(decision, stored, file, booking, step, now);
  decision.audit.push({
    actor: by.id,
    action: `slot:${step}`,
    subject: file.slot.id,
    outcome: 'posted',
    reason: 'announced',
  });
  return decision;
}

/** Fills the decision. */
export function write(
  decision: Decision,
  stored: StoredFile | undefined,
  file: SlotFile,
  booking: Booking | undefined,
  step: BookingStep,
  now: number,
): void {
  const { id, start, person, specialty } = file.slot;
  const askers = file.bookings.filter((b) => b.status === 'held' || b.status === 'booked').map((b) => `by:${b.by}`);
  const keys = [dayKey(start), ...askers, ...(person && !file.withdrawn ? [`offerer:${person}`] : [])];
  decision.files.push({ kind: 'slot', id, version: stored?.version ?? 0, state: file, keys });
  decision.events.push({ kind: 'slot', id, type: step, at: now, body: { specialty, start, by: booking?.by ?? null } });
}

/** Who offers it, when they are here and are not the one who asks. */
export function offererOf({ people }: BookingPorts, { person }: Slot, asker: Person): Person | undefined {
  return person === undefined || person === asker.id ? undefined : people.byId(person);
}

export function tell(decision: Decision, person: Person, news: BookingNews, rings: boolean): void {
  const room = directRoom(person.matrix);
  if (!decision.rooms.some(({ ref }) => ref === room.ref)) decision.rooms.push(room);
  decision.deliveries.push({
    room: room.ref,
    ring: rings ? [person.matrix] : [],
    announcement: { kind: 'answer', command: BOOKING_WORD, result: news },
  });
}

export function newsOf(
  ports: BookingPorts,
  { slot }: SlotFile,
  booking: Booking | undefined,
  step: BookingStep,
  to: BookingNews['to'],
): BookingNews {
  const asker = booking && (ports.people.byId(booking.by)?.name ?? booking.by);
  return {
    step,
    to,
    slot,
    code: booking?.code,
    who: to === 'asker' ? slot.offeredBy : asker,
    // Only who receives reads it, where it was meant for them.
    note: to === 'asker' ? undefined : booking?.note,
    until: step === 'held' ? booking?.until : undefined,
  };
}
