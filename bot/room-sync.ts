/** Rooms that `relais rooms apply` wrote down, made or brought up to date by the server: only it may open the account. */
import { emptyDecision } from '../care/relay/decision.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Store, StoredFile } from '../care/relay/ports.ts';
import { ROOM_SYNC, type RoomSync } from '../care/relay/room-plan.ts';
import { roomRef } from '../care/relay/room.ts';
import type { Transport } from '../care/relay/transport.ts';
import type { Rooms } from './rooms.ts';

export type SyncPorts = { store: Store; transport: Transport; rooms: Rooms; clocks: Pick<Clocks, 'civil'> };

/** Every step may be made twice: a kill in between costs nothing. @returns how many rooms were brought up to date */
export async function syncRooms(ports: SyncPorts): Promise<number> {
  const { store, clocks } = ports;
  let done = 0;
  for (const file of await store.files.find<RoomSync>('room-watch', ROOM_SYNC)) {
    await syncOne(ports, file);
    const subject = file.state.ref;
    const audit = { actor: 'matrix', action: 'room-sync', subject, outcome: 'posted', reason: 'recorded' } as const;
    // Stale: the operator asked for more meanwhile, and the next turn does it.
    const write = { ...file, state: { ref: file.state.ref, remove: [], rename: false }, keys: [] };
    await store.commit({ ...emptyDecision(), files: [write], audit: [audit] }, clocks.civil());
    done += 1;
  }
  return done;
}

async function syncOne({ store, transport, rooms }: SyncPorts, { state }: StoredFile<RoomSync>): Promise<void> {
  const room = await rooms.ensure(state.ref);
  if (state.rename) await transport.setState(room.matrixId, 'm.room.name', '', { name: room.name });
  for (const userId of state.remove) await rooms.remove(room.matrixId, userId);
  const space = room.kind === 'territory' ? await store.rooms.get(roomRef.space(room.subject)) : undefined;
  if (!space) return;
  const { matrixId } = await rooms.ensure(space.ref);
  // A room's id may have no server part (room version 12): who is in it is said beside.
  const via = [transport.userId.slice(transport.userId.indexOf(':') + 1)];
  await transport.setState(matrixId, 'm.space.child', room.matrixId, { via });
}
