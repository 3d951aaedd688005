/** The floor: what the homeserver gives to the best client that we can write (client.ts), in rooms made as Relais makes its own. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openRooms } from '../bot/matrix/rooms.ts';
import { openState } from '../bot/matrix/state.ts';
import { type Client, type ClientRoom, openClient } from './client.ts';
import { listenWith } from './hearing.ts';

export type Floor = Pick<Client, 'userId' | 'put' | 'close'> & {
  createRoom(alias: string, encrypted: boolean): Promise<ClientRoom>;
  /** Its account hears too, from now on: the homeserver then looks into each room for it. @returns what ends it */
  hear(): Promise<() => Promise<void>>;
};

/** @param folder for what the room maker remembers; emptied at the end. @param member the one other person in its rooms */
export async function openFloor(
  homeserver: string,
  account: { user: string; password: string },
  folder: string,
  member: string,
): Promise<Floor> {
  const client = await openClient(homeserver, account.user, account.password);
  const maker = openRoomMaker(client, folder);
  return {
    userId: client.userId,
    put: client.put,
    createRoom: (alias, encrypted) => maker.make(alias, encrypted, member),
    hear: () => listenWith(client, () => undefined),
    close: () => {
      client.close();
      maker.close();
    },
  };
}

/** Rooms with the very settings of Relais' own. @param folder for what must be remembered until `close` */
export function openRoomMaker(
  { userId, deviceId, http }: Client,
  folder: string,
): { make(alias: string, encrypted: boolean, member: string): Promise<ClientRoom>; close(): void } {
  const path = join(folder, `rooms-${deviceId}.sqlite`);
  const state = openState(path);
  const rooms = openRooms({ userId, http, state, log: () => undefined, accessRule: undefined });
  return {
    async make(alias, encrypted, member) {
      const id = await rooms.create({ alias, name: alias, invite: [member], encrypted, direct: false });
      return { id, encrypted, others: [member] };
    },
    close() {
      state.close();
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    },
  };
}
