/**
 * A persona: a professional with a real Matrix client (matrix-js-sdk, Rust crypto, cross-signed), as the demo and the
 * tests need one. It remembers every event it saw, with whether it could read it.
 */
import { ClientEvent, EventType, KnownMembership, Preset, createClient } from 'matrix-js-sdk';
import type { MatrixClient, Room } from 'matrix-js-sdk';
import { decodeRecoveryKey } from 'matrix-js-sdk/lib/crypto-api/recovery-key.js';
import { quietLogger, silenceSdk } from '../bot/matrix/quiet.ts';
import { inShort, record } from './seen.ts';
import type { SeenEvent } from './seen.ts';

export type { SeenEvent } from './seen.ts';

export type PersonaOptions = {
  homeserver: string;
  user: string;
  password: string;
  deviceName: string;
  /** Of the same person's first device: this one verifies itself with it. Without it a second device stays unverified. */
  recoveryKey?: string;
  /** Which invitations are accepted; default all. */
  accept?: (inviter: string) => boolean;
  /** False: an old client that never set up cross-signing. */
  crossSign?: boolean;
};

export type Persona = {
  userId: string;
  deviceId: string;
  /** Only on the device that made the person's keys. */
  recoveryKey: string | undefined;
  /** In order of arrival; an entry changes in place when its key comes late. */
  events: readonly SeenEvent[];
  client: MatrixClient;
  /** Encrypted when the room is. @returns the event id */
  say(roomId: string, text: string, how?: { thread?: string }): Promise<string>;
  react(roomId: string, eventId: string, key: string): Promise<string>;
  /** An encrypted direct room with the bot, which is invited. @returns the room id */
  openDirectRoom(bot: string): Promise<string>;
  /** The first event, past or to come, that matches. @throws Error after `timeoutMs` (30 s), with what was seen instead */
  seen(matches: (event: SeenEvent) => boolean, timeoutMs?: number): Promise<SeenEvent>;
  /** Resolves when something about the client's rooms makes it true (checked at every sync and event). */
  until(what: string, holds: () => boolean, timeoutMs?: number): Promise<void>;
  /** `join`, `invite`… as this client knows it. */
  membership(roomId: string, userId: string): string | undefined;
  stop(): void;
};

/** Logs in (a new device each time), starts syncing and cross-signs. */
export async function openPersona(options: PersonaOptions): Promise<Persona> {
  silenceSdk();
  const login = await createClient({ baseUrl: options.homeserver, logger: quietLogger }).loginRequest({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: options.user },
    password: options.password,
    initial_device_display_name: options.deviceName,
  });
  let secretKey = options.recoveryKey === undefined ? undefined : decodeRecoveryKey(options.recoveryKey);
  const client = createClient({
    baseUrl: options.homeserver,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
    logger: quietLogger,
    cryptoCallbacks: {
      getSecretStorageKey: async ({ keys }) => {
        const [id] = Object.keys(keys);
        return id === undefined || secretKey === undefined ? null : [id, secretKey];
      },
    },
  });
  await client.initRustCrypto({ useIndexedDB: false });

  const events: SeenEvent[] = [];
  const watchers = new Set<() => void>();
  const stir = (): void => [...watchers].forEach((watcher) => watcher());
  record(client, events, stir);
  client.on(ClientEvent.Sync, stir);
  const prepared = new Promise((resolve) => client.once(ClientEvent.Sync, resolve));
  await client.startClient({ initialSyncLimit: 200, disablePresence: true });
  await prepared;

  const recoveryKey =
    options.crossSign === false ? undefined : await crossSign(client, options, (key) => (secretKey = key));

  // After its keys are made: what is said to a device that nobody has signed yet is withheld from it.
  acceptInvitations(client, options.accept ?? (() => true), stir);

  const until = (what: string, holds: () => boolean, timeoutMs = 30_000): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        watchers.delete(settle);
        resolve();
      };
      const timer = setTimeout(() => {
        watchers.delete(settle);
        reject(
          new Error(`${login.user_id} waited ${timeoutMs} ms for ${what} and saw:\n${events.map(inShort).join('\n')}`),
        );
      }, timeoutMs);
      watchers.add(settle);
      settle();
    });

  const send = async (roomId: string, type: EventType, content: Record<string, unknown>): Promise<string> => {
    await encryptionKnown(client, roomId, until);
    return (await client.sendEvent(roomId, type as EventType.RoomMessage, content as never)).event_id;
  };

  return {
    userId: login.user_id,
    deviceId: login.device_id,
    recoveryKey,
    events,
    client,
    until,
    say: (roomId, body, how) =>
      send(roomId, EventType.RoomMessage, { msgtype: 'm.text', body, ...inThread(how?.thread) }),
    react: (roomId, eventId, key) =>
      send(roomId, EventType.Reaction, { 'm.relates_to': { rel_type: 'm.annotation', event_id: eventId, key } }),
    openDirectRoom: async (bot) => {
      const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
      const settings = {
        preset: Preset.TrustedPrivateChat,
        is_direct: true,
        invite: [bot],
        initial_state: [encryption],
      };
      const { room_id: roomId } = await client.createRoom(settings);
      await encryptionKnown(client, roomId, until);
      return roomId;
    },
    seen: async (matches, timeoutMs) => {
      let found: SeenEvent | undefined;
      await until('an event', () => (found = events.find(matches)) !== undefined, timeoutMs);
      if (found === undefined) throw new Error('unreachable: until() resolves only when it holds');
      return found;
    },
    membership: (roomId, userId) => client.getRoom(roomId)?.getMember(userId)?.membership,
    stop: () => client.stopClient(),
  };
}

/** The first device makes the person's keys; the next ones sign themselves with the recovery key. */
async function crossSign(
  client: MatrixClient,
  options: PersonaOptions,
  keep: (key: Uint8Array<ArrayBuffer>) => void,
): Promise<string | undefined> {
  const crypto = client.getCrypto();
  if (crypto === undefined) throw new Error('the client has no crypto');
  if (await crypto.userHasCrossSigningKeys(client.getSafeUserId(), true)) {
    if (options.recoveryKey !== undefined) await crypto.bootstrapCrossSigning({});
    return undefined;
  }
  const made = await crypto.createRecoveryKeyFromPassphrase();
  keep(made.privateKey);
  const auth = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: client.getSafeUserId() },
    password: options.password,
  };
  await crypto.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: async (upload) => {
      await upload(null).catch(() => upload(auth)); // a first upload needs no password on Synapse, elsewhere it may
    },
  });
  await crypto.bootstrapSecretStorage({ createSecretStorageKey: async () => made, setupNewSecretStorage: true });
  return made.encodedPrivateKey;
}

/**
 * Joins what it is invited to, once a whole /sync answer has been taken in. The SDK was seen to keep `invite` for ever in a
 * room whose timeline ends with its own joining (state and timeline of one answer disagreed): the timeline is then believed.
 * Who was put out may be invited again.
 */
function acceptInvitations(client: MatrixClient, accept: (inviter: string) => boolean, stir: () => void): void {
  const asked = new Set<string>();
  const me = client.getSafeUserId();
  const hasJoined = (room: Room): boolean =>
    room
      .getLiveTimeline()
      .getEvents()
      .findLast((e) => e.getType() === 'm.room.member' && e.getStateKey() === me)
      ?.getContent()['membership'] === KnownMembership.Join;
  const look = (): void => {
    for (const room of client.getRooms()) {
      if (room.getMyMembership() === 'leave') asked.delete(room.roomId);
      if (room.getMyMembership() !== 'invite') continue;
      if (hasJoined(room)) {
        room.updateMyMembership(KnownMembership.Join);
        stir();
        continue;
      }
      const inviter = room.getMember(me)?.events.member?.getSender();
      if (inviter === undefined || asked.has(room.roomId) || !accept(inviter)) continue;
      asked.add(room.roomId);
      // refused (the invitation was taken back meanwhile): a later one is another matter
      void client.joinRoom(room.roomId).catch(() => asked.delete(room.roomId));
    }
  };
  client.on(ClientEvent.Sync, look);
  look();
}

/** The SDK sends clear text into an encrypted room whose encryption event it has not synced yet: wait for it. */
async function encryptionKnown(client: MatrixClient, roomId: string, until: Persona['until']): Promise<void> {
  await until(`room ${roomId}`, () => client.getRoom(roomId)?.getMyMembership() === 'join');
  const encrypted = await client.getStateEvent(roomId, 'm.room.encryption', '').catch(() => undefined);
  if (encrypted !== undefined)
    await until('encryption', () => client.getRoom(roomId)?.hasEncryptionStateEvent() === true);
}

function inThread(root: string | undefined): Record<string, unknown> {
  if (root === undefined) return {};
  return {
    'm.relates_to': {
      rel_type: 'm.thread',
      event_id: root,
      is_falling_back: true,
      'm.in_reply_to': { event_id: root },
    },
  };
}
