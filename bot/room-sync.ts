/**
 * Rooms that `relais rooms apply` or a decision wrote down, made or brought up to date by the server: only it may open the
 * account.
 */
import { eachSound } from '../care/relay/damaged.ts';
import { type AuditEntry, emptyDecision } from '../care/relay/decision.ts';
import type { Clocks } from '../care/relay/clock.ts';
import { leavingFrom } from '../care/relay/departures.ts';
import type { Log } from '../care/relay/log.ts';
import type { Store, StoredFile } from '../care/relay/ports.ts';
import { ROOM_SYNC, type RoomSync } from '../care/relay/room-plan.ts';
import { coordination, tell, troubleWith } from '../care/relay/room-trouble.ts';
import { type Room, roomRef } from '../care/relay/room.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import type { People } from '../care/people/person.ts';
import type { Rooms } from './rooms.ts';

export type SyncPorts = {
  store: Store;
  transport: Transport;
  rooms: Rooms;
  people: People;
  clocks: Pick<Clocks, 'civil'>;
  log: Log;
};

type OpenRoom = Room & { matrixId: string };

/** Every step may be made twice: a kill in between costs nothing. @returns how many rooms were brought up to date */
export async function syncRooms(ports: SyncPorts): Promise<number> {
  const { store, people, clocks } = ports;
  let done = 0;
  await eachSound(await store.files.find<RoomSync>('room-watch', ROOM_SYNC), async (file) => {
    const { ref } = file.state;
    const known = await store.rooms.get(ref);
    const isNeeded = known?.kind === 'territory' || known?.kind === 'space';
    // A patient's room is made by its first message; whoever was on its way into it is looked for then.
    if (known?.matrixId === null && !isNeeded) return;
    const { room, audit } = await syncOne(ports, file);
    const nobody = room.kind === 'patient' && room.members.length === 0;
    // Stale: more was asked meanwhile, and the next turn does it.
    const write = { ...file, state: { ref, remove: [], rename: false }, keys: [] };
    const told = nobody ? tell(coordination(people), troubleWith(room, 'nobody-left', undefined)) : {};
    await store.commit({ ...emptyDecision(), ...told, files: [write], audit }, clocks.civil());
    done += 1;
  });
  return done;
}

async function syncOne(
  ports: SyncPorts,
  { state }: StoredFile<RoomSync>,
): Promise<{ room: OpenRoom; audit: AuditEntry[] }> {
  const { store, transport, rooms } = ports;
  const room = await rooms.ensure(state.ref);
  const audit = [entry('room-sync', state.ref)];
  if (state.rename) await transport.setState(room.matrixId, 'm.room.name', '', { name: room.name });
  // Asked again: who was wanted anew since must not be put out.
  for (const userId of state.remove)
    if ((await leavingFrom(store, state.ref)).includes(userId)) audit.push(await remove(ports, room, userId));
  const space = room.kind === 'territory' ? await store.rooms.get(roomRef.space(room.subject)) : undefined;
  if (!space) return { room, audit };
  const { matrixId } = await rooms.ensure(space.ref);
  // A room's id may have no server part (room version 12): who is in it is said beside.
  const via = [transport.userId.slice(transport.userId.indexOf(':') + 1)];
  await transport.setState(matrixId, 'm.space.child', room.matrixId, { via });
  return { room, audit };
}

/** What the homeserver refuses for good keeps nobody waiting: what is said next is not readable to that person anyway. */
async function remove({ rooms, log }: SyncPorts, room: OpenRoom, userId: string): Promise<AuditEntry> {
  const subject = `${room.ref} ${userId}`;
  try {
    await rooms.remove(room.matrixId, userId);
    return entry('member-removed', subject);
  } catch (error) {
    if (!(error instanceof TransportFailure) || error.kind !== 'room') throw error;
    log('error', `somebody who is no longer wanted could not be removed: ${error.message}`, { kind: room.kind });
    return { ...entry('member-removed', subject), outcome: 'muted', reason: 'refused' };
  }
}

function entry(action: string, subject: string): AuditEntry {
  return { actor: 'matrix', action, subject, outcome: 'posted', reason: 'recorded' };
}
