/**
 * A place in a slot through the corridor: held, booked, given back, and its reminders. One place has one winner: the file's
 * version decides, on every engine. Who the patient is, is said in the booking's own room and nowhere else.
 */
import { DAY, fromParis, toParis } from '../relay/civil-time.ts';
import { type Decision, emptyDecision } from '../relay/decision.ts';
import type { StoredFile } from '../relay/ports.ts';
import { refuse, type Refusal } from '../relay/refusal.ts';
import { roomRef } from '../relay/room.ts';
import type { Timer } from '../relay/timer.ts';
import type { Person } from '../people/person.ts';
import { endRequestRoom } from './record.ts';
import {
  type Booking,
  changed,
  freshSlot,
  HOLD_MS,
  isTaken,
  maySee,
  placesLeft,
  type Slot,
  type SlotFile,
} from './slot.ts';
import {
  BOOKING_WORD,
  type BookingPorts,
  freshBookingCode,
  newsOf,
  offererOf,
  planClosing,
  type Reply,
  tell,
  write,
  written,
} from './slot-decision.ts';

/** @returns the decision, or why this slot cannot be had */
export async function decideHold(
  ports: BookingPorts,
  slot: Slot,
  by: Person,
  now: number,
  reply: Reply,
): Promise<Decision | Refusal> {
  if (slot.url !== undefined) return refuse('slot-elsewhere', { where: slot.url });
  const stored = await ports.store.files.load<SlotFile>('slot', slot.id);
  const file = stored?.state ?? freshSlot(slot);
  if (!maySee(file.slot, by)) return refuse('slot-gone');
  const mine = file.bookings.find((b) => b.by === by.id && isTaken(b, now));
  if (mine) return refuse('slot-yours', { code: mine.code });
  if (placesLeft(file, now) === 0) return refuse('slot-gone');
  const booking: Booking = {
    code: await freshBookingCode(ports),
    by: by.id,
    at: now,
    until: Math.min(now + HOLD_MS, file.slot.end),
    status: 'held',
    note: undefined,
  };
  const held = { ...file, bookings: [...file.bookings, booking] };
  const decision = written(stored, held, booking, 'held', by, now);
  decision.timers.push({ do: 'set', kind: 'slot', ref: slot.id, step: `hold:${booking.code}`, dueAt: booking.until });
  decision.deliveries.push(reply(newsOf(ports, held, booking, 'held', 'asker')));
  return decision;
}

/** @param code undefined: the only one that this person holds */
export async function decideBook(
  ports: BookingPorts,
  code: string | undefined,
  note: string,
  by: Person,
  now: number,
  reply: Reply,
): Promise<Decision | Refusal> {
  const found = await bookingOf(ports, by, code, (b) => b.status === 'held');
  if ('data' in found) return found;
  const { stored, booking } = found;
  if (booking.until <= now) return refuse('hold-over');
  const file = changed(stored.state, booking.code, 'held', { status: 'booked', note: note || undefined });
  if (!file) return refuse('unknown-booking', { code: booking.code });
  const booked = { ...booking, note: note || undefined };
  const decision = written(stored, file, booked, 'booked', by, now);
  decision.timers.push({ do: 'cancel', kind: 'slot', ref: file.slot.id, step: `hold:${booking.code}` });
  const remind = reminderAt(file.slot.start);
  if (remind > now)
    decision.timers.push({ do: 'set', kind: 'slot', ref: file.slot.id, step: `remind:${booking.code}`, dueAt: remind });
  decision.deliveries.push(reply(newsOf(ports, file, booked, 'booked', 'asker')));
  const offerer = offererOf(ports, file.slot, by);
  if (offerer) {
    tell(decision, offerer, newsOf(ports, file, booked, 'booked', 'offerer'), true);
    // Where the two may say who the patient is: a room made for it.
    const ref = roomRef.request(booking.code);
    decision.rooms.push({
      ref,
      kind: 'request',
      subject: booking.code,
      encrypted: true,
      name: booking.code,
      members: [by.matrix, offerer.matrix],
    });
    decision.deliveries.push({
      room: ref,
      ring: [],
      announcement: { kind: 'answer', command: BOOKING_WORD, result: newsOf(ports, file, booked, 'booked', 'both') },
    });
    planClosing(decision, file.slot, booked, file.slot.end);
  }
  return decision;
}

/** Given back by who has it. @param code undefined: the only one of this person */
export async function decideRelease(
  ports: BookingPorts,
  code: string | undefined,
  by: Person,
  now: number,
  reply: Reply,
): Promise<Decision | Refusal> {
  const found = await bookingOf(ports, by, code, (b) => isTaken(b, now));
  if ('data' in found) return found;
  const { stored, booking } = found;
  const file = changed(stored.state, booking.code, booking.status, { status: 'released' });
  if (!file) return refuse('unknown-booking', { code: booking.code });
  const decision = written(stored, file, booking, 'released', by, now);
  silence(decision, file.slot, booking);
  decision.deliveries.push(reply(newsOf(ports, file, booking, 'released', 'asker')));
  const offerer = offererOf(ports, file.slot, by);
  // A place that was only held was never announced.
  if (offerer && booking.status === 'booked') {
    planClosing(decision, file.slot, booking, now);
    tell(decision, offerer, newsOf(ports, file, booking, 'released', 'offerer'), true);
  }
  return decision;
}

/** A hold is over, or a booking is for tomorrow. */
export async function decideSlotTimer(ports: BookingPorts, timer: Timer, now: number): Promise<Decision> {
  const decision: Decision = { ...emptyDecision(), fired: timer };
  const audit = { actor: 'clock', action: `slot:${timer.step.split(':')[0] ?? ''}`, subject: timer.ref };
  const [what, code = ''] = timer.step.split(':');
  if (what === 'close') return endBookingRoom(ports, decision, timer, code);
  const stored = await ports.store.files.load<SlotFile>('slot', timer.ref);
  const booking = stored?.state.bookings.find((b) => b.code === code);
  const asker = booking && ports.people.byId(booking.by);
  const due = what === 'hold' ? 'held' : 'booked';
  // Relais was down for so long: there is nothing to prepare any more.
  const isOver = what !== 'hold' && stored !== undefined && stored.state.slot.start <= now;
  if (!stored || !asker || booking.status !== due || isOver) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  if (what === 'hold') {
    const file = changed(stored.state, code, 'held', { status: 'expired' });
    if (file) write(decision, stored, file, booking, 'expired', now);
  }
  const step = what === 'hold' ? 'expired' : 'reminded';
  tell(decision, asker, newsOf(ports, stored.state, booking, step, 'asker'), false);
  const offerer = offererOf(ports, stored.state.slot, asker);
  if (offerer && step === 'reminded')
    tell(decision, offerer, newsOf(ports, stored.state, booking, step, 'offerer'), false);
  decision.audit.push({ ...audit, outcome: 'posted', reason: 'announced' });
  return decision;
}

/** The last notice in the booking's room, then it is left as request rooms are. */
async function endBookingRoom(ports: BookingPorts, decision: Decision, timer: Timer, code: string): Promise<Decision> {
  const ref = roomRef.request(code);
  const stored = await ports.store.files.load<SlotFile>('slot', timer.ref);
  const room = await ports.store.rooms.get(ref);
  const audit = { actor: 'clock', action: 'slot:close', subject: timer.ref } as const;
  if (room?.state !== 'open' || !stored) {
    decision.audit.push({ ...audit, outcome: 'muted', reason: 'stale-timer' });
    return decision;
  }
  const booking = stored.state.bookings.find((b) => b.code === code);
  decision.deliveries.push({
    room: ref,
    ring: [],
    announcement: {
      kind: 'answer',
      command: BOOKING_WORD,
      result: newsOf(ports, stored.state, booking, 'closing', 'both'),
    },
  });
  await endRequestRoom(ports, decision, code);
  decision.audit.push({ ...audit, outcome: 'posted', reason: 'announced' });
  return decision;
}

/** The evening before, when people look at tomorrow. */
function reminderAt(start: number): number {
  const { year, month, day } = toParis(start - DAY);
  return fromParis({ year, month, day, hour: 18, minute: 0 });
}

async function bookingOf(
  ports: BookingPorts,
  by: Person,
  code: string | undefined,
  wanted: (booking: Booking) => boolean,
): Promise<{ stored: StoredFile<SlotFile>; booking: Booking } | Refusal> {
  const found = (await ports.store.files.find<SlotFile>('slot', `by:${by.id}`)).flatMap((stored) =>
    stored.state.withdrawn
      ? []
      : stored.state.bookings.filter((b) => b.by === by.id && wanted(b)).map((booking) => ({ stored, booking })),
  );
  const one = code === undefined ? found[0] : found.find(({ booking }) => booking.code === code);
  if (!one) return refuse('unknown-booking', { code: code ?? '' });
  if (code === undefined && found.length > 1)
    return refuse('which-booking', { codes: found.map(({ booking }) => booking.code) });
  return one;
}

function silence(decision: Decision, slot: Slot, { code }: Booking): void {
  for (const step of [`hold:${code}`, `remind:${code}`])
    decision.timers.push({ do: 'cancel', kind: 'slot', ref: slot.id, step });
}
