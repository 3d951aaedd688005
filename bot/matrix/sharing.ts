/** To whom a room's key goes, and the record of who got it. */
import {
  CollectStrategy,
  EncryptionAlgorithm,
  EncryptionSettings,
  HistoryVisibility,
  RoomId,
  UserId,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import type { OlmMachine, UserDevices } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { Outgoing } from './outgoing.ts';
import type { RoomEncryption, State } from './state.ts';

/**
 * `cross-signed`: only devices that their owner signed; a device that the server, or a thief of a password, adds to an
 * account gets nothing. `all-devices`: for a deployment whose clients do not sign theirs.
 */
export type SharingPolicy = 'cross-signed' | 'all-devices';

export type RoomToShare = {
  roomId: string;
  /** Joined and invited: who is invited was confirmed before (DESIGN §8), and reads from the invitation on. */
  members: string[];
  /** Grows with each change that the room's members may have had. */
  membersAsOf: number;
  encryption: RoomEncryption;
  visibility: string | undefined;
};

export interface Sharing {
  /** @throws TransportFailure; nothing has been said yet, and what was shared is not shared twice */
  share(room: RoomToShare): Promise<void>;
  sharedWith(roomId: string, userId: string): Promise<boolean>;
  /** Those that a key would be given to. */
  devices(userId: string): Promise<string[]>;
}

const VISIBILITIES: Record<string, HistoryVisibility> = {
  invited: HistoryVisibility.Invited,
  shared: HistoryVisibility.Shared,
  world_readable: HistoryVisibility.WorldReadable,
};

export function openSharing(parts: {
  machine: OlmMachine;
  outgoing: Outgoing;
  state: State;
  policy: SharingPolicy;
}): Sharing {
  const { machine, outgoing, state, policy } = parts;
  const current = async (userId: string): Promise<UserDevices> => {
    await machine.updateTrackedUsers([new UserId(userId)]);
    await outgoing.pump();
    return machine.getUserDevices(new UserId(userId));
  };
  return {
    share: async (room) => {
      const users = (): UserId[] => room.members.map((userId) => new UserId(userId));
      await machine.updateTrackedUsers(users());
      await outgoing.pump(); // whose devices are not known yet would be forgotten without a word
      await outgoing.claim(() => machine.getMissingSessions(users()));
      const send = state.nextSend();
      for (const request of await machine.shareRoomKey(new RoomId(room.roomId), users(), settingsOf(room, policy))) {
        const shares = request.event_type === 'm.room.encrypted' ? recipients(request.body) : []; // others say that a key is withheld
        await outgoing.send(request, () => state.recordShares(room.roomId, shares, send));
      }
      state.recordReach(room.roomId, room.members, send);
    },
    devices: async (userId) => {
      const devices = await current(userId);
      const given = devices.devices().filter((device) => policy === 'all-devices' || device.isCrossSignedByOwner());
      return given.map((device) => device.deviceId.toString());
    },
    sharedWith: async (roomId, userId) => {
      const devices = await current(userId);
      return state.wasReached(
        roomId,
        userId,
        devices.keys().map((deviceId) => deviceId.toString()),
      );
    },
  };
}

function settingsOf({ encryption, visibility }: RoomToShare, policy: SharingPolicy): EncryptionSettings {
  const settings = new EncryptionSettings();
  settings.algorithm = EncryptionAlgorithm.MegolmV1AesSha2;
  settings.sharingStrategy =
    policy === 'cross-signed' ? CollectStrategy.identityBasedStrategy() : CollectStrategy.allDevices();
  // the machine counts microseconds, Matrix milliseconds
  if (encryption.rotationMs !== undefined) settings.rotationPeriod = BigInt(encryption.rotationMs) * 1000n;
  if (encryption.rotationMessages !== undefined) settings.rotationPeriodMessages = BigInt(encryption.rotationMessages);
  settings.historyVisibility = VISIBILITIES[visibility ?? ''] ?? HistoryVisibility.Joined;
  return settings;
}

function recipients(body: string): { userId: string; deviceId: string }[] {
  const { messages } = JSON.parse(body) as { messages: Record<string, Record<string, unknown>> };
  return Object.entries(messages).flatMap(([userId, devices]) =>
    Object.keys(devices).map((deviceId) => ({ userId, deviceId })),
  );
}
