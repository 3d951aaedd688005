/** What every decision about a slot is made of: the file with its look-up keys, the count, and who is told what. */
import { DAY } from '../relay/civil-time.ts';
import type { Ids } from '../relay/clock.ts';
import { type Decision, emptyDecision, type EventWrite, type FileWrite, type NewDelivery } from '../relay/decision.ts';
import type { Store, StoredFile } from '../relay/ports.ts';
import { directRoom, roomRef } from '../relay/room.ts';
import type { People, Person } from '../people/person.ts';
import { type Booking, isTaken, type Slot, type SlotFile } from './slot.ts';
import { dayKey } from './slot-search.ts';

export type BookingPorts = { store: Pick<Store, 'files' | 'timers' | 'rooms'>; people: People; ids: Pick<Ids, 'code'> };

type BookingStep = 'offered' | 'held' | 'booked' | 'released' | 'expired' | 'withdrawn' | 'reminded' | 'closing';

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
  const { id, start, specialty, places } = file.slot;
  decision.files.push(fileOf(stored, file));
  const body = { specialty, start, by: booking?.by ?? null, ...(step === 'offered' ? { places } : {}) };
  decision.events.push({ kind: 'slot', id, type: step, at: now, body });
}

/** The code names the room in which the patient is named: nobody else's booking may have it, nor have had it. */
export async function freshBookingCode({ store, ids }: BookingPorts): Promise<string> {
  for (const length of [4, 4, 4, 5, 5, 5]) {
    const code = `C-${ids.code(length)}`;
    const isFree = (await store.files.find('slot', bookingKey(code))).length === 0;
    if (isFree && !(await store.rooms.get(roomRef.request(code)))) return code;
  }
  throw new Error('no code is free');
}

/** Look-up key of a booking, whatever became of it. */
const bookingKey = (code: string): string => `booking:${code}`;

export function fileOf(stored: StoredFile | undefined, file: SlotFile): FileWrite {
  const { id, start, person, feed } = file.slot;
  const askers = file.bookings.filter((b) => b.status === 'held' || b.status === 'booked').map((b) => `by:${b.by}`);
  const keys = [
    dayKey(start),
    ...file.bookings.map(({ code }) => bookingKey(code)),
    ...askers,
    ...(person && !file.withdrawn ? [`offerer:${person}`] : []),
    ...(feed ? [`feed:${feed}`] : []),
  ];
  return { kind: 'slot', id, version: stored?.version ?? 0, state: file, keys };
}

/** Somebody looked for a place, or wanted one, and there was none: counted, never by whom. */
export function noPlace(specialty: string | undefined, now: number): EventWrite {
  return { kind: 'slot', id: 'none', type: 'no-place', at: now, body: { specialty: specialty ?? null } };
}

/** The slot is no longer offered: those who have it are told, and rung; their rooms end later. */
export function withdrawInto(
  ports: BookingPorts,
  decision: Decision,
  stored: StoredFile<SlotFile>,
  now: number,
): SlotFile {
  const file: SlotFile = { ...stored.state, withdrawn: true };
  write(decision, stored, file, undefined, 'withdrawn', now);
  decision.timers.push({ do: 'cancel-all', kind: 'slot', ref: file.slot.id });
  for (const booking of file.bookings.filter((b) => isTaken(b, now))) {
    const asker = ports.people.byId(booking.by);
    if (asker) tell(decision, asker, newsOf(ports, file, booking, 'withdrawn', 'asker'), true);
    if (booking.status === 'booked') planClosing(decision, file.slot, booking, now);
  }
  return file;
}

/** The booking's room ends some days after the slot, or after it came to nothing. */
export function planClosing(decision: Decision, slot: Slot, { code }: Booking, from: number): void {
  const dueAt = from + ROOM_DAYS * DAY;
  decision.timers.push({ do: 'set', kind: 'slot', ref: slot.id, step: `close:${code}`, dueAt });
}

/** Time for the letter after the consultation. */
const ROOM_DAYS = 7;

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
