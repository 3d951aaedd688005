/** The Transport on a real homeserver: an ordinary account, its own sync loop, and OlmMachine. */
import type { Clocks } from '../../care/relay/clock.ts';
import { diskFailure, StoreFailure } from '../../care/relay/store-failure.ts';
import type { Transport } from '../../care/relay/transport.ts';
import { accountPaths, loadIdentity, saveIdentity } from './credentials.ts';
import { openCrypto } from './crypto.ts';
import { readBack } from './gap.ts';
import { openGeneration } from './generation.ts';
import { openHttp } from './http.ts';
import type { Log } from './log.ts';
import { openMedia } from './media.ts';
import { openRooms } from './rooms.ts';
import type { RoomOptions } from './rooms.ts';
import { openSender } from './send.ts';
import { openSession } from './session.ts';
import type { SharingPolicy } from './sharing.ts';
import { openState } from './state.ts';
import { runSync } from './sync.ts';

export type MatrixTransportOptions = {
  /** The account's own directory, as `provision` made it. */
  directory: string;
  clocks: Clocks;
  log: Log;
  /** Opens a sealed identity. */
  secret?: string;
  /** Logs in again as the same device after a soft logout; without it, that ends the process with the cure. */
  password?: string | undefined;
  sharing?: SharingPolicy;
  accessRule?: RoomOptions['accessRule'] | undefined;
  roomVersion?: string | undefined;
};

/**
 * Opens the account for this process alone.
 * @throws StoreInUse when another process runs it, StoreRestored when the store is an old copy, TransportFailure when
 *   the homeserver cannot be reached, StoreFailure when the disk is full (so does every later call, until it is opened
 *   again), Error with the cure when the directory is not provisioned
 */
export async function openMatrixTransport(options: MatrixTransportOptions): Promise<OpenTransport> {
  const disk = watchDisk();
  return disk.watched(() => open(options, disk))();
}

export type OpenTransport = Transport & { close(): Promise<void> };

async function open(options: MatrixTransportOptions, disk: WatchedDisk): Promise<OpenTransport> {
  const { directory, clocks, log } = options;
  const { watched } = disk;
  const identity = await loadIdentity(directory, options.secret);
  const { userId, deviceId } = identity;
  const state = openState(accountPaths(directory).state); // its lock: tokens too are changed by one process only
  const session = openSession({
    identity,
    save: (renewed) => saveIdentity(directory, renewed, options.secret),
    now: () => clocks.machine(),
    password: options.password,
    log,
  });
  const http = openHttp(identity.homeserver, session);
  try {
    const generation = await openGeneration({ directory, identity, http, state, clocks, log });
    const crypto = await openCrypto({
      directory,
      identity,
      http,
      state,
      sending: async (content) => {
        disk.assertSound(); // a ratchet that is not on the disk would be used twice after the next start
        await generation.sending(content);
      },
      onFailure: disk.failed,
      clocks,
      sharing: options.sharing ?? 'cross-signed',
      log,
    });
    const rooms = openRooms({
      userId,
      http,
      state,
      log,
      accessRule: options.accessRule,
      roomVersion: options.roomVersion,
    });
    const sender = openSender({ http, crypto, rooms, state });
    const media = openMedia({ homeserver: identity.homeserver, token: () => session.fresh() });
    const running = new Set<Promise<void>>();
    return {
      userId,
      deviceId,
      run: watched(async (since, onBatch, signal) => {
        const parts = { userId, http, crypto, state, rooms, clocks, log };
        const loop = runSync(
          parts,
          since,
          async (batch) => {
            await onBatch(batch);
            await generation.batch(batch.next);
          },
          signal,
        );
        const ended = loop.catch(() => undefined);
        running.add(ended);
        await loop.finally(() => running.delete(ended));
      }),
      createRoom: watched((spec) => rooms.create(spec)),
      join: (roomId) => rooms.join(roomId),
      leave: (roomId) => rooms.leave(roomId),
      look: (roomId) => rooms.look(roomId),
      invite: (roomId, user) => rooms.invite(roomId, user),
      remove: (roomId, user) => rooms.remove(roomId, user),
      setState: (roomId, type, stateKey, content) => rooms.setState(roomId, type, stateKey, content),
      send: watched((...args) => sender.send(...args)),
      redact: watched(async (roomId, eventId, txnId) => {
        await sender.send(roomId, 'm.room.redaction', { redacts: eventId }, txnId, false);
      }),
      history: (roomId, from) => readBack(http, roomId, from),
      ...media,
      decrypt: watched((roomId, event) => crypto.decrypt(roomId, event)),
      onKeys: (listener) => crypto.onKeys(listener),
      sharedWith: watched((roomId, user) => crypto.sharedWith(roomId, user)),
      devices: watched((user) => crypto.devices(user)),
      members: (roomId) => rooms.members(roomId),
      /** Abort the signal given to `run` first: this waits for it, and for what is being sent. */
      close: async () => {
        await Promise.all([...running, sender.settled()]);
        await crypto.close();
        state.close();
      },
    };
  } catch (error) {
    state.close();
    throw error;
  }
}

type WatchedDisk = {
  failed: (failure: StoreFailure) => void;
  /** @throws StoreFailure once the disk has failed */
  assertSound: () => void;
  /** What the disk breaks is said as a StoreFailure: the crypto library only says that something went wrong. */
  watched: <A extends unknown[], R>(work: (...args: A) => Promise<R>) => (...args: A) => Promise<R>;
};

function watchDisk(): WatchedDisk {
  let failure: StoreFailure | undefined;
  const assertSound = (): void => {
    if (failure) throw failure;
  };
  return {
    failed: (what) => void (failure ??= what),
    assertSound,
    watched:
      (work) =>
      async (...args) => {
        assertSound();
        try {
          return await work(...args);
        } catch (error) {
          assertSound();
          if (error instanceof StoreFailure) throw error;
          throw diskFailure(error, 'the account’s directory') ?? error;
        }
      },
  };
}
