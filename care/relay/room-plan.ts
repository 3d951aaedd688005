/** The rooms and spaces that the configuration asks for, beside those that there are: the difference, and its carrying out. */
import type { Person } from '../people/person.ts';
import { type Decision, emptyDecision } from './decision.ts';
import type { Store } from './ports.ts';
import { type Room, roomRef, type RoomWanted } from './room.ts';

/** Look-up key of what the server has still to do. */
export const ROOM_SYNC = 'room-sync';

/** What the server is to do with one room, besides making it and inviting who is missing. */
export type RoomSync = { ref: string; remove: string[]; rename: boolean };

export type RoomChange = {
  wanted: RoomWanted;
  do: 'make' | 'change' | 'none';
  add: string[];
  remove: string[];
  /** The former name. */
  renamed: string | undefined;
  /** Written down, and not carried out yet. */
  waits: boolean;
};

/** A territory has a space, and in it a room where no patient is ever identified (invariant 6). */
export function territoryRooms(territories: readonly { id: string; name: string }[], persons: Person[]): RoomWanted[] {
  return territories.flatMap(({ id, name }): RoomWanted[] => {
    const members = persons.filter((person) => person.territory === id).map((person) => person.matrix);
    const both = { subject: id, name, members };
    return [
      { ...both, ref: roomRef.space(id), kind: 'space', encrypted: false },
      { ...both, ref: roomRef.territory(id), kind: 'territory', encrypted: true },
    ];
  });
}

/** Reads only. */
export async function planRooms(
  store: Pick<Store, 'rooms' | 'files'>,
  wanted: readonly RoomWanted[],
): Promise<RoomChange[]> {
  const waiting = await store.files.find<RoomSync>('room-watch', ROOM_SYNC);
  return Promise.all(
    wanted.map(async (one) => {
      const waits = waiting.some((file) => file.state.ref === one.ref);
      return { ...difference(one, await store.rooms.get(one.ref)), waits };
    }),
  );
}

/** @returns the one decision that writes the difference down, for the server to carry out; undefined when there is none */
export async function decideRooms(
  store: Pick<Store, 'files'>,
  changes: readonly RoomChange[],
): Promise<Decision | undefined> {
  const real = changes.filter((change) => change.do !== 'none');
  if (real.length === 0) return undefined;
  const decision = emptyDecision();
  for (const { wanted, add, remove, renamed } of real) {
    const id = `sync|${wanted.ref}`;
    const known = await store.files.load<RoomSync>('room-watch', id);
    // Asked before and not yet done: both together, but for who is wanted again.
    const leaving = new Set([...(known?.state.remove ?? []), ...remove].filter((userId) => !add.includes(userId)));
    const rename = renamed !== undefined || (known?.state.rename ?? false);
    const state: RoomSync = { ref: wanted.ref, remove: [...leaving], rename };
    decision.files.push({ kind: 'room-watch', id, version: known?.version ?? 0, state, keys: [ROOM_SYNC] });
    decision.rooms.push(wanted);
  }
  const subject = real.map(({ wanted }) => wanted.ref).join(' ');
  decision.audit.push({ actor: 'operator', action: 'rooms-apply', subject, outcome: 'posted', reason: 'planned' });
  return decision;
}

function difference(wanted: RoomWanted, room: Room | undefined): Omit<RoomChange, 'waits'> {
  if (!room || room.state === 'closed')
    return { wanted, do: 'make', add: wanted.members, remove: [], renamed: undefined };
  const add = wanted.members.filter((userId) => !room.members.includes(userId));
  const remove = room.members.filter((userId) => !wanted.members.includes(userId));
  const renamed = room.name === wanted.name ? undefined : room.name;
  const same = add.length + remove.length === 0 && renamed === undefined;
  return { wanted, do: same ? 'none' : 'change', add, remove, renamed };
}
