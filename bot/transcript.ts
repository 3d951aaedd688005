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
};

export type TranscriptTransport = Transport & {
  readonly rooms: ReadonlyMap<string, TranscriptRoom>;
  /** A person types in a room; heard at the next `flush`. @returns the event id */
  type(
    roomId: string,
    userId: string,
    content: Record<string, unknown>,
    how?: { type?: string; clear?: boolean },
  ): string;
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
    if (sender !== userId) heard.push({ roomId, event });
    return event.event_id;
  };
  const make = (spec: RoomSpec, id: string): void => {
    rooms.set(id, { id, spec, members: new Map([[userId, 'join']]), events: [], readableFrom: new Map() });
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
    async join() {},
    async leave(roomId) {
      rooms.get(roomId)?.members.delete(userId);
    },
    async invite(roomId, who) {
      invite(roomId, who);
    },
    async send(roomId, type, content, txnId) {
      const before = sent.get(txnId);
      if (before) return before;
      const eventId = add(roomId, userId, type, content);
      sent.set(txnId, eventId);
      return eventId;
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
    async decrypt(roomId, event): Promise<Decrypted> {
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
    type(roomId, who, content, how = {}) {
      const extra = how.clear ? { unsigned: { clear: true } as RawRoomEvent['unsigned'] & { clear: true } } : {};
      return add(roomId, who, how.type ?? 'm.room.message', content, extra);
    },
    accept,
    invite1to1(who) {
      const id = `!direct${rooms.size + 1}:transcript`;
      make({ alias: id, name: '', invite: [], encrypted: true, direct: true }, id);
      room(id).members.set(who, 'join');
      room(id).readableFrom.set(who, 0);
      invitations.push({ roomId: id, inviter: who, direct: true, encrypted: true });
      return id;
    },
    async flush(onBatch) {
      const batch: SyncBatch = {
        next: `t${count}-${invitations.length}`,
        rooms: heard.map(({ roomId, event }) => ({ roomId, events: [event] })),
        invitations,
      };
      const n = heard.length + invitations.length;
      heard = [];
      invitations = [];
      if (n > 0) await onBatch(batch);
      return n;
    },
  };
}
