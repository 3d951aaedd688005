/**
 * A transport without a network, for rehearsals and unit tests: rooms in memory, every message readable, the order of
 * things kept. It honours the same port and the same contract suite as the real one.
 */
import {
  type Decrypted,
  type Invitation,
  type RawRoomEvent,
  type RoomSpec,
  type SyncBatch,
  type Transport,
  TransportFailure,
} from '../care/relay/transport.ts';

type TranscriptRoom = {
  id: string;
  spec: RoomSpec;
  members: Map<string, 'join' | 'invite'>;
  events: RawRoomEvent[];
  /** Per person, the first event whose key they hold: those who join at once read from their invitation on. */
  readableFrom: Map<string, number>;
  predecessor: string | undefined;
};

/** How a person's event differs from an ordinary one. */
type Typed = {
  type?: string;
  /** Injected by a server: not encrypted. */
  clear?: boolean;
  /** Its key is not there until `giveKeys`. */
  unreadable?: boolean;
  /** `origin_server_ts`, when it is not now. */
  sentAt?: number;
  stateKey?: string;
};

export type TranscriptTransport = Transport & {
  readonly rooms: ReadonlyMap<string, TranscriptRoom>;
  /** A person types in a room; heard at the next `flush`. @returns the event id */
  type(roomId: string, userId: string, content: Record<string, unknown>, how?: Typed): string;
  /** Did this person get the key of what the bot said? */
  holdsKey(eventId: string, userId: string): boolean;
  /** A person loses every device and logs in on a new one. */
  newDevice(userId: string): void;
  /** The keys of what this person said arrive. */
  giveKeys(sender: string): void;
  /** Somebody puts the bot out of a room. */
  putOut(roomId: string, by: string, how: 'leave' | 'ban'): void;
  /** Somebody asks the bot into a room. */
  askIn(roomId: string, by: string): void;
  /** Somebody replaces a room; the bot is asked into the new one, or is not yet. @returns the new room */
  replace(roomId: string, by: string, how: { encrypted: boolean; askIn: boolean; predecessor?: string }): string;
  /** A person accepts an invitation. */
  accept(roomId: string, userId: string): void;
  /** Opens an encrypted direct room with the bot, as a person's client does. */
  invite1to1(userId: string): string;
  /** Gives what was typed since to the bot, as one /sync answer. */
  flush(onBatch: (batch: SyncBatch) => Promise<void>): Promise<number>;
};

/**
 * @param now gives `origin_server_ts`
 * @param joinsAtOnce who accepts as soon as invited; the others have no device yet, and read only from their joining on
 */
export function openTranscript(
  userId: string,
  now: () => number,
  joinsAtOnce: (userId: string) => boolean = () => true,
): TranscriptTransport {
  const rooms = new Map<string, TranscriptRoom>();
  const aliases = new Map<string, string>();
  const sent = new Map<string, string>();
  const media = new Map<string, Uint8Array>();
  let heard: { roomId: string; event: RawRoomEvent }[] = [];
  let invitations: Invitation[] = [];
  let count = 0;
  const unreadable = new Map<string, string>();
  const keysOf = new Map<string, readonly string[]>();
  const phones = new Map<string, number>();
  let devicesChanged: string[] = [];
  const askedInto = new Set<string>();

  const room = (id: string): TranscriptRoom => {
    const found = rooms.get(id);
    if (!found) throw new TransportFailure('room', 'unknown room');
    return found;
  };
  const add = (
    roomId: string,
    sender: string,
    type: string,
    content: Record<string, unknown>,
    extra: Partial<RawRoomEvent> = {},
  ): string => {
    count += 1;
    const event: RawRoomEvent = { event_id: `$${count}`, type, sender, origin_server_ts: now(), content, ...extra };
    room(roomId).events.push(event);
    if (sender !== userId && room(roomId).members.has(userId)) heard.push({ roomId, event });
    return event.event_id;
  };
  const make = (spec: RoomSpec, id: string, first = userId, predecessor?: string): void => {
    rooms.set(id, { id, spec, members: new Map([[first, 'join']]), events: [], readableFrom: new Map(), predecessor });
  };
  const askIn = (roomId: string, by: string): void => {
    const { spec, predecessor } = room(roomId);
    const { direct, encrypted } = spec;
    askedInto.add(roomId);
    invitations.push({ roomId, inviter: by, direct, encrypted, ...(predecessor !== undefined && { predecessor }) });
  };
  const type: TranscriptTransport['type'] = (roomId, who, content, how = {}) => {
    const id = add(roomId, who, how.type ?? 'm.room.message', content, {
      ...(how.clear && { unsigned: { clear: true } as RawRoomEvent['unsigned'] & { clear: true } }),
      ...(how.sentAt !== undefined && { origin_server_ts: how.sentAt }),
      ...(how.stateKey !== undefined && { state_key: how.stateKey }),
    });
    if (how.unreadable) unreadable.set(id, who);
    return id;
  };
  const invite = (roomId: string, who: string): void => {
    room(roomId).members.set(who, 'invite');
    if (joinsAtOnce(who)) accept(roomId, who);
  };
  const accept = (roomId: string, who: string): void => {
    const { members, readableFrom, events } = room(roomId);
    members.set(who, 'join');
    readableFrom.set(who, readableFrom.get(who) ?? events.length);
    add(roomId, who, 'm.room.member', { membership: 'join' }, { state_key: who });
  };

  return {
    userId,
    deviceId: 'TRANSCRIPT',
    rooms,
    async run() {
      throw new Error('a transcript is stepped with flush, it does not run');
    },
    async createRoom(spec) {
      const known = aliases.get(spec.alias);
      if (known) return known;
      const id = `!room${rooms.size + 1}:transcript`;
      aliases.set(spec.alias, id);
      make(spec, id);
      for (const who of spec.invite) invite(id, who);
      return id;
    },
    async join(roomId) {
      if (!room(roomId).members.has(userId) && !askedInto.has(roomId))
        throw new TransportFailure('room', 'not asked in');
      room(roomId).members.set(userId, 'join');
    },
    async leave(roomId) {
      askedInto.delete(roomId);
      rooms.get(roomId)?.members.delete(userId);
    },
    async look(roomId) {
      return { encrypted: room(roomId).spec.encrypted, predecessor: room(roomId).predecessor };
    },
    async invite(roomId, who) {
      invite(roomId, who);
    },
    async remove(roomId, who) {
      room(roomId).members.delete(who);
    },
    async setState(roomId, type, stateKey, content) {
      add(roomId, userId, type, content, { state_key: stateKey });
    },
    async send(roomId, type, content, txnId, _encrypted, readers, turn) {
      await turn?.();
      const before = sent.get(txnId);
      if (before) return before;
      if (!room(roomId).members.has(userId)) throw new TransportFailure('room', 'not in the room');
      const eventId = add(roomId, userId, type, content, { unsigned: { transaction_id: txnId } });
      if (readers) keysOf.set(eventId, readers);
      sent.set(txnId, eventId);
      return eventId;
    },
    async redact(roomId, eventId) {
      if (!room(roomId).members.has(userId)) throw new TransportFailure('room', 'not in the room');
      const event = room(roomId).events.find((one) => one.event_id === eventId);
      if (!event) throw new TransportFailure('message', 'no such event in this room');
      // As the homeserver keeps it: the envelope without its content.
      event.content = {};
      event.unsigned = { ...event.unsigned, redacted_because: {} };
    },
    async upload(bytes, limit) {
      const chunks = [];
      for await (const chunk of bytes) chunks.push(chunk);
      const whole = Buffer.concat(chunks);
      if (whole.length > limit) throw new TransportFailure('message', `the file is larger than ${limit} bytes`);
      const url = `mxc://transcript/${media.size + 1}`;
      media.set(url, whole);
      // Nothing is encrypted where everything is readable: keys that open nothing.
      const key = { kty: 'oct', alg: 'A256CTR', ext: true, key_ops: ['encrypt', 'decrypt'], k: '' } as const;
      return {
        file: { v: 'v2', url, key: { ...key, key_ops: [...key.key_ops] }, iv: '', hashes: { sha256: '' } },
        size: whole.length,
      };
    },
    async download(content, limits, use) {
      const { file, info } = content as { file?: { url?: string }; info?: { mimetype?: string } };
      const whole = media.get(file?.url ?? '');
      const type = info?.mimetype ?? 'application/octet-stream';
      const wanted = limits.types.some((one) =>
        one.endsWith('/*') ? type.startsWith(one.slice(0, -1)) : type === one,
      );
      if (!whole || !wanted || whole.length > limits.bytes)
        throw new TransportFailure('message', 'the file is gone, too large or of another type');
      const bytes = async function* (): AsyncGenerator<Uint8Array> {
        yield whole;
      };
      return use({ type, size: whole.length, bytes });
    },
    async history(roomId, from) {
      const { events } = room(roomId);
      const end = from === undefined ? events.length : Number(from);
      const start = Math.max(0, end - 50);
      return { events: events.slice(start, end).reverse(), older: start === 0 ? undefined : String(start) };
    },
    async decrypt(roomId, event): Promise<Decrypted | 'undecryptable'> {
      if (unreadable.has(event.event_id)) return 'undecryptable';
      // Everything typed is taken as encrypted where the room is, but for what a test injects in clear.
      const clear = event.unsigned as { clear?: boolean } | undefined;
      return {
        type: event.type,
        content: event.content,
        encrypted: room(roomId).spec.encrypted && clear?.clear !== true,
      };
    },
    onKeys() {},
    async sharedWith(roomId, who) {
      const from = room(roomId).readableFrom.get(who);
      // The key of the first message reached those who were there (or invited with a device) when it was said.
      return (
        from !== undefined &&
        !room(roomId)
          .events.slice(0, from)
          .some((e) => e.sender === userId && e.type === 'm.room.message')
      );
    },
    async members(roomId) {
      return [...room(roomId).members].map(([who, membership]) => ({ userId: who, membership }));
    },
    type,
    async devices(who) {
      return [`PHONE${phones.get(who) ?? 1}`];
    },
    newDevice(who) {
      phones.set(who, (phones.get(who) ?? 1) + 1);
      for (const { readableFrom, events } of rooms.values())
        if (readableFrom.has(who)) readableFrom.set(who, events.length);
      devicesChanged.push(who);
    },
    holdsKey: (eventId, who) => keysOf.get(eventId)?.includes(who) ?? true,
    giveKeys(sender) {
      for (const [id, by] of unreadable) if (by === sender) unreadable.delete(id);
    },
    putOut(roomId, by, how) {
      askedInto.delete(roomId);
      type(roomId, by, { membership: how }, { type: 'm.room.member', stateKey: userId });
      room(roomId).members.delete(userId);
    },
    askIn,
    replace(roomId, by, how) {
      const id = `!room${rooms.size + 1}:transcript`;
      make({ ...room(roomId).spec, alias: id, encrypted: how.encrypted }, id, by, how.predecessor ?? roomId);
      type(roomId, by, { replacement_room: id }, { type: 'm.room.tombstone', stateKey: '' });
      if (how.askIn) askIn(id, by);
      return id;
    },
    accept,
    invite1to1(who) {
      const id = `!direct${rooms.size + 1}:transcript`;
      make({ alias: id, name: '', invite: [], encrypted: true, direct: true }, id, who);
      room(id).readableFrom.set(who, 0);
      askIn(id, who);
      return id;
    },
    async flush(onBatch) {
      const batch: SyncBatch = {
        next: `t${count}-${invitations.length}-${[...phones.values()].join('-')}`,
        devicesChanged,
        rooms: heard.map(({ roomId, event }) => ({ roomId, events: [event] })),
        invitations,
      };
      const n = heard.length + invitations.length + devicesChanged.length;
      heard = [];
      devicesChanged = [];
      invitations = [];
      if (n > 0) await onBatch(batch);
      return n;
    },
  };
}
