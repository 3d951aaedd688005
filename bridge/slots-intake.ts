/** Slots that a scheduling service has sent, through the corridor. */
import { apply } from '../care/relay/apply.ts';
import { type DrainPorts, quarantine } from '../care/relay/drain.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import { decideFeed, type FedSlot } from '../care/request/slot-feed.ts';
import type { BookingPorts } from '../care/request/slot-decision.ts';
import type { Slot, Slots } from '../care/request/slot.ts';
import { readSas } from './formats/sas.ts';

export type SlotIntakePorts = DrainPorts &
  BookingPorts & { /** Says national codes in words. */ slots?: Pick<Slots, 'label'>; civil: () => number };

/** Settles the envelope in the commit of its last changes. */
export async function takeSentSlots(ports: SlotIntakePorts, envelope: Envelope): Promise<void> {
  const reading = readSas(envelope.body);
  if ('unreadable' in reading)
    return quarantine(ports, envelope, 'unreadable', `${reading.place} ${reading.unreadable}`);
  const uids = new Set(reading.uids);
  const { whole } = reading;
  const covers = (slot: Slot): boolean =>
    uids.has(slot.uid ?? '') ||
    (whole !== undefined &&
      slot.start >= whole.from &&
      slot.start <= whole.to &&
      slot.rpps !== undefined &&
      whole.rpps.includes(slot.rpps));
  const slots = reading.slots.map((slot) => known(ports, slot));
  for (const left = { more: true }; left.more;) {
    const now = ports.civil();
    await apply(ports.store, now, async () => {
      const turn = await decideFeed(ports, { id: envelope.source, slots, covers }, `source:${envelope.source}`, now);
      left.more = turn.more;
      if (left.more) return turn.decision;
      const settle = { envelope: envelope.id, state: 'decided', outcome: 'muted', reason: 'recorded' } as const;
      return { ...turn.decision, settle };
    });
  }
}

/** With the words for its code, and told to who offers it, when they are here. */
function known({ slots, people }: SlotIntakePorts, slot: FedSlot): FedSlot {
  const person = slot.rpps === undefined ? undefined : people.all().find(({ rpps }) => rpps === slot.rpps);
  const specialty = slots?.label?.(slot.specialty) ?? slot.specialty;
  return { ...slot, specialty, ...(person && { person: person.id, territory: person.territory }) };
}
