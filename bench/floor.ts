/**
 * The floor: what the homeserver gives to the best client that we can write. Kept-alive node:http, nothing kept on disk,
 * no queue, no sync of its own, the room's key shared before the first message; one PUT at a time in a room, so that the
 * order is the same as Relais'.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeviceId,
  EncryptionAlgorithm,
  EncryptionSettings,
  HistoryVisibility,
  OlmMachine,
  RoomId,
  UserId,
  initAsync,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import { openHttp } from '../bot/matrix/http.ts';
import { openOutgoing } from '../bot/matrix/outgoing.ts';
import { quietLogger } from '../bot/matrix/quiet.ts';
import { openRooms } from '../bot/matrix/rooms.ts';
import { openState } from '../bot/matrix/state.ts';
import { json, logIn, openWire } from './wire.ts';

export type FloorRoom = { id: string; encrypted: boolean };

export type Floor = {
  userId: string;
  createRoom(alias: string, encrypted: boolean, member: string): Promise<FloorRoom>;
  /** Once per run: the machine keeps nothing, so every run is a new device. */
  share(room: FloorRoom, member: string): Promise<void>;
  /** @returns the event id, when the homeserver has answered */
  put(room: FloorRoom, content: Record<string, unknown>): Promise<string>;
  close(): void;
};

/** @param folder for what the room maker remembers; emptied at the end */
export async function openFloor(homeserver: string, user: string, password: string, folder: string): Promise<Floor> {
  const login = await logIn(homeserver, user, password);
  const { user_id: userId, access_token: token } = login;
  await initAsync();
  const machine = await OlmMachine.initialize(
    new UserId(userId),
    new DeviceId(login.device_id),
    undefined,
    undefined,
    quietLogger,
  );
  const statePath = join(folder, `floor-${login.device_id}.sqlite`);
  const state = openState(statePath);
  const http = openHttp(homeserver, token);
  const log = (): undefined => undefined;
  const outgoing = openOutgoing(machine, http, log, { durable: async () => undefined, learnt: log });
  await outgoing.pump();
  const rooms = openRooms({ userId, http, state, log, accessRule: undefined });
  const wire = openWire(homeserver, { authorization: `Bearer ${token}`, 'content-type': 'application/json' });
  let transactions = 0;

  async function ciphertext(room: string, content: Record<string, unknown>): Promise<Record<string, unknown>> {
    const text = await machine.encryptRoomEvent(new RoomId(room), 'm.room.message', JSON.stringify(content));
    return { ...(JSON.parse(text) as Record<string, unknown>), 'm.relates_to': content['m.relates_to'] };
  }

  return {
    userId,
    createRoom: async (alias, encrypted, member) => {
      const id = await rooms.create({ alias, name: alias, invite: [member], encrypted, direct: false });
      return { id, encrypted };
    },
    share: async ({ id }, member) => {
      const users = (): UserId[] => [new UserId(member)];
      await machine.updateTrackedUsers(users());
      await outgoing.pump();
      await outgoing.claim(() => machine.getMissingSessions(users()));
      const settings = new EncryptionSettings();
      settings.algorithm = EncryptionAlgorithm.MegolmV1AesSha2;
      settings.historyVisibility = HistoryVisibility.Invited;
      settings.rotationPeriodMessages = 1_000_000n; // "already shared": no new session while it is measured
      for (const request of await machine.shareRoomKey(new RoomId(id), users(), settings)) await outgoing.send(request);
    },
    put: async (room, content) => {
      const type = room.encrypted ? 'm.room.encrypted' : 'm.room.message';
      const body = room.encrypted ? await ciphertext(room.id, content) : content;
      const txn = `floor-${login.device_id}-${(transactions += 1)}`;
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room.id)}/send/${type}/${txn}`;
      return (await json<{ event_id: string }>(wire.call('PUT', path, JSON.stringify(body)))).event_id;
    },
    close: () => {
      machine.close();
      wire.close();
      state.close();
      for (const suffix of ['', '-wal', '-shm']) rmSync(statePath + suffix, { force: true });
    },
  };
}
