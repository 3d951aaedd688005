/**
 * The Matrix transport port: what bot needs from a homeserver and its encryption. Engines: bot/matrix (Client-Server API
 * and OlmMachine) and bot/transcript.ts (rehearsals and unit tests: no network, every room readable).
 */

/** Failure: the world broke. What to do depends on the code alone, never on the message's words. */
export type FailureKind =
  /** Try again later (429 with its delay, 5xx, network down before the request left). */
  | 'transient'
  /** It may have happened (time-out or reset after the request left). Same device, same transaction id: try again. */
  | 'ambiguous'
  /** The message itself: too large, refused content. */
  | 'message'
  /** The room: forbidden, gone, unknown. */
  | 'room'
  /** The account: token refused. */
  | 'account';

export class TransportFailure extends Error {
  readonly kind: FailureKind;
  readonly retryAfterMs: number | undefined;
  /** `homeserver`: every other call would meet the same (429, nobody answers at all): the whole account waits. */
  readonly scope: 'call' | 'homeserver';
  /** @param message English, for the log: no body, no patient field */
  constructor(
    kind: FailureKind,
    message: string,
    retryAfterMs?: number,
    scope: TransportFailure['scope'] = kind === 'account' ? 'homeserver' : 'call',
  ) {
    super(message);
    this.name = 'TransportFailure';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
    this.scope = scope;
  }
}

/** One room event as the homeserver gave it; `content` is ciphertext in an encrypted room. */
export type RawRoomEvent = {
  event_id: string;
  type: string;
  sender: string;
  origin_server_ts: number;
  state_key?: string;
  content: Record<string, unknown>;
  unsigned?: { transaction_id?: string; age?: number; redacted_because?: unknown };
};

/** One page of a room's past, newest first; `older` asks for the next one, undefined at the beginning of the room. */
export type HistoryPage = { events: RawRoomEvent[]; older: string | undefined };

/** An invitation that the bot received. */
export type Invitation = {
  roomId: string;
  inviter: string;
  direct: boolean;
  encrypted: boolean;
  /** The room that this one says it replaces. */
  predecessor?: string;
};

/** What a room says of itself, asked now. */
export type RoomLook = { encrypted: boolean; predecessor: string | undefined };

/** One /sync answer, to-device part already in the crypto store. */
export type SyncBatch = {
  /** The token to continue from; stored in the same commit as the events. */
  next: string;
  rooms: { roomId: string; events: RawRoomEvent[] }[];
  invitations: Invitation[];
  /** Users whose devices may have changed: they log in on a new phone, or sign it. */
  devicesChanged?: string[];
};

export type Decrypted = {
  type: string;
  content: Record<string, unknown>;
  /** True only when the megolm session proves it: a clear event in an encrypted room cannot command (invariant 10). */
  encrypted: boolean;
};

export type RoomSpec = {
  /** Random-looking local part from the ref: creation twice gives the same room (M_ROOM_IN_USE, then resolve). */
  alias: string;
  name: string;
  invite: string[];
  encrypted: boolean;
  direct: boolean;
  /** A folder of rooms, in which nothing is said. */
  space?: boolean;
};

/** A file of an encrypted room, as its event's `file` describes it (EncryptedFile v2). It holds the key: never logged. */
export type EncryptedFile = {
  v: 'v2';
  /** `mxc://server/id` */
  url: string;
  key: { kty: 'oct'; alg: 'A256CTR'; ext: true; key_ops: string[]; k: string };
  iv: string;
  hashes: { sha256: string };
};

/** A file that has come whole and unchanged. */
type ReceivedFile = {
  /** Media type as its sender declares it. */
  type: string;
  size: number;
  /** Decrypted as it is read; may be asked again while the file is in use. */
  bytes(): AsyncIterable<Uint8Array>;
};

export interface Transport {
  /** The account, `@relais:example.org`, and its device. */
  readonly userId: string;
  readonly deviceId: string;
  /**
   * Runs until `signal` aborts. `onBatch` must have made the batch durable when it resolves; only then is the next
   * /sync asked. `since` continues where the last durable batch ended.
   */
  run(since: string | undefined, onBatch: (batch: SyncBatch) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** Idempotent by alias. @returns the Matrix room id. @throws TransportFailure */
  createRoom(spec: RoomSpec): Promise<string>;
  join(roomId: string): Promise<void>;
  leave(roomId: string): Promise<void>;
  /** Of a room that was joined. @throws TransportFailure */
  look(roomId: string): Promise<RoomLook>;
  invite(roomId: string, userId: string): Promise<void>;
  /** Puts somebody out; who is not there is no failure. */
  remove(roomId: string, userId: string): Promise<void>;
  /** Takes an event back: the homeserver keeps its envelope and forgets its content. Twice is once. @throws TransportFailure */
  redact(roomId: string, eventId: string, txnId: string): Promise<void>;
  /** For a name, or the rooms of a space: never anything about a patient (invariant 5). */
  setState(roomId: string, type: string, stateKey: string, content: Record<string, unknown>): Promise<void>;
  /**
   * The one send function. Encrypts when `encrypted` (Relais' own record) says so, or when the server says that the room
   * is encrypted; never the reverse. The same `txnId` from the same device is one event.
   * @param readers when given, the room's key goes to these only, whoever else is in the room
   * @param turn waited for when everything is ready and on disk, just before the call
   * @returns the event id. @throws TransportFailure; what `turn` throws, and then nothing was sent
   */
  send(
    roomId: string,
    type: string,
    content: Record<string, unknown>,
    txnId: string,
    encrypted: boolean,
    readers?: readonly string[],
    turn?: () => Promise<void>,
  ): Promise<string>;
  /** Reads the room back from now on, a page at a time. @param from `older` of the page before. @throws TransportFailure */
  history(roomId: string, from?: string): Promise<HistoryPage>;
  /**
   * Encrypts and uploads, in bounded memory; nobody can read it before its `file` is sent in an encrypted event. Each call
   * is a new file with a new key: keep what it gave when the event is to be sent again.
   * @param limit bytes. @throws TransportFailure; `message`: larger than `limit`, or than the homeserver takes
   */
  upload(bytes: AsyncIterable<Uint8Array>, limit: number): Promise<{ file: EncryptedFile; size: number }>;
  /**
   * Brings the file of a decrypted event, in bounded memory. `use` is called only when the whole file is here and is the one
   * that was sent; the file is erased when `use` ends.
   * @param content of the decrypted event (`m.image`, `m.file`…)
   * @param limits most bytes, and which declared media types (`image/*`, `application/pdf`)
   * @throws TransportFailure; `message`: too large, another type, changed on its way, gone
   */
  download<T>(
    content: Record<string, unknown>,
    limits: { bytes: number; types: readonly string[] },
    use: (file: ReceivedFile) => Promise<T>,
  ): Promise<T>;
  /** `undecryptable`: the key is not here (yet). @throws TransportFailure: who the sender is could not be asked; try again */
  decrypt(roomId: string, event: RawRoomEvent): Promise<Decrypted | 'undecryptable'>;
  /**
   * Called when keys arrive, with the rooms concerned, so that waiting events are tried again. A key may come between a
   * vain `decrypt` and the moment when its event is put aside: try once more after putting aside.
   */
  onKeys(listener: (roomIds: string[]) => void): void;
  /** Has any device of this user received a key that this device made for this room (so: can they read the past)? */
  sharedWith(roomId: string, userId: string): Promise<boolean>;
  /** The present devices of this user to which a room's key would be given. */
  devices(userId: string): Promise<string[]>;
  /** Joined and invited user ids. */
  members(roomId: string): Promise<{ userId: string; membership: 'join' | 'invite' }[]>;
}
