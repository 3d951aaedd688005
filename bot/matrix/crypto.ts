/**
 * The encryption of one device: OlmMachine on its durable store. The machine is the Matrix project's; what to feed it,
 * in which order, and to whom keys go is decided here.
 *
 * Objects given to the machine are consumed by the call ("null pointer passed to rust" at the second use): UserId,
 * RoomId, DecryptionSettings… are made anew each time.
 */
import {
  DecryptionSettings,
  DeviceId,
  DeviceLists,
  MegolmDecryptionError,
  OlmMachine,
  RoomId,
  StoreHandle,
  TrustRequirement,
  UserId,
  initAsync,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import type { Clocks } from '../../care/relay/clock.ts';
import type { StoreFailure } from '../../care/relay/store-failure.ts';
import type { RawRoomEvent, Decrypted } from '../../care/relay/transport.ts';
import { openBackup } from './backup.ts';
import { openCryptoNews } from './crypto-news.ts';
import { accountPaths, storeName } from './credentials.ts';
import type { Identity } from './credentials.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import { openOutgoing } from './outgoing.ts';
import { quietLogger } from './quiet.ts';
import { openShareMemo } from './share-memo.ts';
import { openSharing } from './sharing.ts';
import type { RoomToShare, SharingPolicy } from './sharing.ts';
import { mountSqliteIdb } from './sqlite-idb.ts';
import type { State } from './state.ts';
import { openTrust, ciphertextId } from './trust.ts';
import { readUserIds } from './user-ids.ts';

/** The parts of a /sync answer that belong to the machine. */
export type CryptoSync = {
  to_device?: { events?: unknown[] };
  device_lists?: { changed?: string[]; left?: string[] };
  device_one_time_keys_count?: Record<string, number>;
  device_unused_fallback_key_types?: string[];
};

export interface Crypto {
  /** Durable when it resolves; then the requests that follow from it have been tried. @throws TransportFailure of the account */
  receive(sync: CryptoSync): Promise<void>;
  /** Without a token nothing tells which devices changed meanwhile: all of them are asked again. */
  forgetDeviceLists(): Promise<void>;
  decrypt(roomId: string, event: RawRoomEvent): Promise<Decrypted | 'undecryptable'>;
  /**
   * Gives the room's key to those who lack it, then encrypts. Calls for one room must follow one another.
   * @returns the content of the m.room.encrypted event
   */
  encrypt(room: RoomToShare, type: string, content: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Did a current device of this person get the key of the first message said since they came? */
  sharedWith(roomId: string, userId: string): Promise<boolean>;
  devices(userId: string): Promise<string[]>;
  onKeys(listener: (roomIds: string[]) => void): void;
  close(): Promise<void>;
}

export type CryptoOptions = {
  directory: string;
  identity: Identity;
  http: Http;
  state: State;
  /** Told of each ciphertext before anybody can send it: noted on disk when it resolves. */
  sending: (content: Record<string, unknown>) => Promise<void>;
  clocks: Pick<Clocks, 'machine'>;
  sharing: SharingPolicy;
  /** The disk has failed: this machine must not be used any more, but opened again from what is on the disk. */
  onFailure: (failure: StoreFailure) => void;
  log: Log;
};

/** Opens the machine, tells the homeserver what it does not know yet, and turns the key backup on. @throws StoreInUse */
export async function openCrypto(options: CryptoOptions): Promise<Crypto> {
  const { directory, identity, http, state, sending, clocks, sharing, onFailure, log } = options;
  await initAsync();
  const place = accountPaths(directory).crypto;
  const { durable, unmount } = await mountSqliteIdb(place, storeName(identity), 'when asked', onFailure);
  const machine = await openMachine(identity).catch((error: unknown) => {
    unmount();
    throw error;
  });
  const close = (): void => {
    machine.close();
    unmount();
  };
  try {
    const { hasMaster, hasSelfSigning } = await machine.crossSigningStatus();
    if (!hasMaster || !hasSelfSigning) {
      throw new Error(
        `the crypto store in ${directory} has no cross-signing keys: clients would refuse this device. Run \`relais recover\`.`,
      );
    }
    const memo = openShareMemo(state, () => clocks.machine());
    const outgoing = openOutgoing(machine, http, log, { durable, learnt: () => memo.devicesChanged() });
    await outgoing.pumpLeniently();
    const backup = await openBackup(machine, http, outgoing, log);
    const keys = openSharing({ machine, outgoing, state, policy: sharing });
    const trust = openTrust({ machine, outgoing, policy: sharing });
    const news = openCryptoNews(() => clocks.machine());
    const listeners: ((roomIds: string[]) => void)[] = [];
    machine.registerRoomKeyUpdatedCallback(async (infos) => {
      const roomIds = [...new Set(infos.map((info) => info.roomId.toString()))];
      for (const listener of listeners) listener(roomIds);
    });

    return {
      receive: async (sync) => {
        if (!news.isIn(sync)) return;
        const { changed = [], left = [] } = sync.device_lists ?? {};
        const toDevice = sync.to_device?.events ?? [];
        // a to-device message may be a new session of a device that could not read: it is given the key again
        if (changed.length + left.length + toDevice.length > 0) memo.devicesChanged();
        const refused = (count: number): void => log('warn', 'a device list names what is no user id', { count });
        const lists = new DeviceLists(readUserIds(changed, refused), readUserIds(left, refused));
        const counts = new Map(Object.entries(sync.device_one_time_keys_count ?? {}));
        const fallback = sync.device_unused_fallback_key_types && new Set(sync.device_unused_fallback_key_types);
        await machine.receiveSyncChanges(JSON.stringify(toDevice), lists, counts, fallback, anySender());
        await durable(); // the next token says that this has been received
        news.digested(sync, await outgoing.pumpLeniently());
        backup.kick();
      },
      forgetDeviceLists: () => {
        news.forget();
        return machine.markAllTrackedUsersAsDirty();
      },
      decrypt: async (roomId, event) => {
        const clear = (): Decrypted => ({ type: event.type, content: event.content, encrypted: false });
        // a redacted event has lost its ciphertext: there is nothing to wait for
        if (event.type !== 'm.room.encrypted' || typeof event.content['ciphertext'] !== 'string') return clear();
        try {
          const decrypted = await machine.decryptRoomEvent(JSON.stringify(event), new RoomId(roomId), anySender());
          const { type, content } = JSON.parse(decrypted.event) as Decrypted;
          // the server adds no relation, but a client may have put it outside only
          if (event.content['m.relates_to'] !== undefined) content['m.relates_to'] ??= event.content['m.relates_to'];
          const id = ciphertextId(event.content);
          const original = id !== undefined && (await state.firstEvent(id, event.event_id)) === event.event_id;
          if (!original)
            log('warn', 'a ciphertext came a second time, in another event', { room: roomId, event: event.event_id });
          return { type, content, encrypted: original && (await trust.proves(roomId, event, decrypted)) };
        } catch (error) {
          if (error instanceof MegolmDecryptionError) return 'undecryptable';
          throw error;
        }
      },
      encrypt: async (room, type, content) => {
        if (!memo.holds(room)) {
          const given = memo.asking(room);
          await keys.share(room);
          given();
        }
        const encrypted = JSON.parse(
          await machine.encryptRoomEvent(new RoomId(room.roomId), type, JSON.stringify(content)),
        ) as Record<string, unknown>;
        memo.said(room, encrypted);
        // the ratchet has moved on disk, and the message is noted, before anybody can send it
        await Promise.all([durable(), sending(encrypted)]);
        backup.kick();
        // outside too: the server needs it for threads and edits
        return content['m.relates_to'] === undefined
          ? encrypted
          : { ...encrypted, 'm.relates_to': content['m.relates_to'] };
      },
      sharedWith: (roomId, userId) => keys.sharedWith(roomId, userId),
      devices: (userId) => keys.devices(userId),
      onKeys: (listener) => void listeners.push(listener),
      close: async () => {
        await backup.settled();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function openMachine(identity: Identity): Promise<OlmMachine> {
  const handle = await StoreHandle.open(storeName(identity), identity.storePassword, quietLogger);
  try {
    const machine = await OlmMachine.initFromStore(
      new UserId(identity.userId),
      new DeviceId(identity.deviceId),
      handle,
      quietLogger,
    );
    machine.roomKeyRequestsEnabled = false; // they only go to the bot's other devices: it has none
    return machine;
  } finally {
    handle.free();
  }
}

/** Decrypt whoever sent it: whether it may command is said beside, by `Decrypted.encrypted`. */
const anySender = (): DecryptionSettings => new DecryptionSettings(TrustRequirement.Untrusted);
