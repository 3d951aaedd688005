/** What a decision of the desk does to the rooms of the patients concerned. Fills the decision; the drain carries it out in order. */
import type { Decision, NewDelivery } from '../relay/decision.ts';
import type { RoomAct } from '../relay/announcement.ts';
import type { Store } from '../relay/ports.ts';
import { ROOM_SYNC, type RoomSync } from '../relay/room-plan.ts';
import { type Room, roomRef } from '../relay/room.ts';
import { isStayed, type Stay } from '../stay/stay.ts';
import { threadOf } from '../stay/deliveries.ts';

type Stores = { store: { files: Store['files']; rooms: Store['rooms'] } };

/** The patient's room, when there is one that people read in. */
export async function roomOf({ store }: Stores, patientId: string): Promise<Room | undefined> {
  const room = await store.rooms.get(roomRef.patient(patientId));
  return room && room.state !== 'closed' ? room : undefined;
}

/** A word to those who are there: it says nothing about anybody. */
export function tellRoom(
  decision: Decision,
  room: Pick<Room, 'ref'>,
  what: Extract<NewDelivery['announcement'], { kind: 'corrected' }>['what'],
): void {
  decision.deliveries.push({ room: room.ref, ring: [], announcement: { kind: 'corrected', what } });
}

/** In its turn, after what was said before. */
export function act(decision: Decision, room: Pick<Room, 'ref'>, announcement: RoomAct): void {
  decision.deliveries.push({ room: room.ref, ring: [], announcement });
}

/** What waits in the lane about these stays would be rendered from files that have moved: it is never said there. */
export function withdraw(decision: Decision, room: Pick<Room, 'ref'>, stays: readonly Stay[]): void {
  const threads = stays.map((stay) => ({ room: room.ref, thread: threadOf(stay) }));
  decision.withdraws = [...(decision.withdraws ?? []), ...threads];
}

/** A summary for everybody of the room: what the moved or merged stays have made of this patient. */
export function summarise(decision: Decision, patientId: string): void {
  decision.deliveries.push({
    room: roomRef.patient(patientId),
    ring: [],
    announcement: { kind: 'patient-summary', patientId, forUser: '', regrouped: true },
  });
}

/** Is there anything that a team may be told of these stays? One protected stay of a patient silences them all. */
export function isSayable(stays: readonly Stay[]): boolean {
  if (stays.some((stay) => stay.protected !== undefined)) return false;
  return stays.some((stay) => isStayed(stay) && stay.status !== 'cancelled');
}

/** Who is no longer wanted is put out by the server, who is wanted again is invited: what `relais rooms apply` uses too. */
export async function changeMembers(
  { store }: Stores,
  decision: Decision,
  room: Room,
  members: string[],
): Promise<void> {
  const { ref, kind, subject, encrypted, name } = room;
  const id = `sync|${ref}`;
  const known = await store.files.load<RoomSync>('room-watch', id);
  const out = new Set([...(known?.state.remove ?? []), ...room.members].filter((one) => !members.includes(one)));
  const state: RoomSync = { ref, remove: [...out], rename: known?.state.rename ?? false };
  decision.files.push({ kind: 'room-watch', id, version: known?.version ?? 0, state, keys: [ROOM_SYNC] });
  decision.rooms.push({ ref, kind, subject, encrypted, name, members });
}
