/** Trouble with a room, and who is told of it: as data, without a patient (a patient's room has an opaque name). */
import type { People, Person } from '../people/person.ts';
import type { Decision } from './decision.ts';
import { directRoom, type Room } from './room.ts';

export type RoomTrouble = {
  what:
    | 'removed'
    | 'banned'
    | 'replaced-in-clear'
    | 'replaced-in-doubt'
    | 'replaced-not-invited'
    | 'unexpected-member'
    | 'external-refused'
    | 'invitation-refused'
    | 'nobody-left';
  /** The room's name as clients show it. */
  room: string;
  /** For `relais lane retry`. */
  lane: string;
  /** Matrix id of who did it, or of whom it is about. */
  who: string | undefined;
};

export function troubleWith(
  room: Pick<Room, 'name' | 'ref'>,
  what: RoomTrouble['what'],
  who: string | undefined,
): RoomTrouble {
  return { what, room: room.name, lane: room.ref, who };
}

/** A room is broken: the coordination can mend it. */
export function coordination(people: People): Person[] {
  return people.withRole('coordinateur');
}

/** Somebody is where a patient is spoken of: the identity desk, else the coordination. */
export function identityDesk(people: People): Person[] {
  const desk = people.withRole('identito-vigilance');
  return desk.length > 0 ? desk : coordination(people);
}

/** Each of them is told, and rung, in their own direct room. */
export function tell(to: readonly Person[], trouble: RoomTrouble): Pick<Decision, 'deliveries' | 'rooms'> {
  // Not in the room that is broken: it would wait there with the rest.
  const rooms = to.map((person) => directRoom(person.matrix)).filter((room) => room.ref !== trouble.lane);
  const announcement = { kind: 'room-trouble' as const, trouble };
  return { rooms, deliveries: rooms.map((room) => ({ room: room.ref, ring: room.members, announcement })) };
}
