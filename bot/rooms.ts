/** Rooms by ref: made by the drain when the first delivery comes, without twins, and kept in step with who is wanted there. */
import type { Store } from '../care/relay/ports.ts';
import type { Sealer } from '../care/relay/seal.ts';
import type { Room } from '../care/relay/room.ts';
import type { Transport } from '../care/relay/transport.ts';

export type Rooms = {
  /** The room, open: created and its members invited. @throws TransportFailure */
  ensure(ref: string): Promise<Room & { matrixId: string }>;
};

export function createRooms(store: Pick<Store, 'rooms'>, transport: Transport, sealer: Pick<Sealer, 'blind'>): Rooms {
  /** Whom this process has already seen invited: saves asking the server before each delivery. */
  const invited = new Map<string, Set<string>>();

  async function create(room: Room): Promise<string> {
    // The alias is blinded: it says nothing, and a crash between creation and commit finds the same room again.
    const alias = `relais-${sealer.blind(`room|${room.ref}|${room.generation}`)}`;
    const { name, members: invite, encrypted } = room;
    const matrixId = await transport.createRoom({ alias, name, invite, encrypted, direct: room.kind === 'direct' });
    await store.rooms.opened(room.ref, matrixId);
    invited.set(matrixId, new Set(invite));
    return matrixId;
  }

  async function inviteMissing(room: Room, matrixId: string): Promise<void> {
    let known = invited.get(matrixId);
    if (!known) {
      known = new Set((await transport.members(matrixId)).map((m) => m.userId));
      invited.set(matrixId, known);
    }
    for (const userId of room.members) {
      // Once per process: a person who left on purpose is not called back at each message.
      if (known.has(userId)) continue;
      await transport.invite(matrixId, userId);
      known.add(userId);
    }
  }

  return {
    async ensure(ref) {
      const room = await store.rooms.get(ref);
      if (!room) throw new Error(`no room record for ${ref}`);
      if (room.matrixId === null) return { ...room, matrixId: await create(room) };
      if (room.kind !== 'direct') await inviteMissing(room, room.matrixId);
      return { ...room, matrixId: room.matrixId };
    },
  };
}
