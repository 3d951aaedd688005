/**
 * The /sync loop, in the order of DESIGN §6: to-device messages and device lists into the crypto store, the requests that
 * follow, the events made durable by the caller, and only then the next token. A loop that keeps the token first lost
 * messages at each kill.
 */
import { TransportFailure } from '../../care/relay/transport.ts';
import type { Invitation, RawRoomEvent, SyncBatch } from '../../care/relay/transport.ts';
import type { Clocks } from '../../care/relay/clock.ts';
import type { Crypto, CryptoSync } from './crypto.ts';
import { olderEvents } from './gap.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import { lookAt, readEncryption } from './room-state.ts';
import type { Rooms } from './rooms.ts';
import type { State } from './state.ts';

type JoinedRoom = {
  state?: { events?: RawRoomEvent[] };
  timeline?: { events?: RawRoomEvent[]; limited?: boolean; prev_batch?: string };
};
type InvitedRoom = { invite_state?: { events?: Omit<RawRoomEvent, 'event_id' | 'origin_server_ts'>[] } };
type SyncAnswer = CryptoSync & {
  next_batch: string;
  rooms?: {
    join?: Record<string, JoinedRoom>;
    invite?: Record<string, InvitedRoom>;
    leave?: Record<string, JoinedRoom>;
  };
};

export type SyncParts = {
  userId: string;
  http: Http;
  crypto: Crypto;
  state: State;
  rooms: Rooms;
  clocks: Clocks;
  log: Log;
};

const LONG_POLL_MS = 30_000;
/** The homeserver answers after the long poll at the latest; this much later the connection is taken for dead. */
const GRACE_MS = 30_000;
const LONGEST_PAUSE_MS = 60_000;
/**
 * After an answer that only brings back what the bot itself said: a burst of deliveries comes back in few answers. Each one
 * costs the homeserver a look at every room that it speaks of, so a long burst is looked at less and less often.
 */
const ECHO_REST_MS = 200;
const LONGEST_ECHO_REST_MS = 1_000;

const FILTER = JSON.stringify({
  presence: { types: [] },
  account_data: { types: [] },
  room: {
    timeline: { limit: 50 },
    state: { types: ['m.room.encryption', 'm.room.history_visibility'] },
    ephemeral: { types: [] },
    account_data: { types: [] },
  },
});

/**
 * @param since undefined: the first sync of a new account. What the rooms said before is then not handed over, the
 *   invitations are.
 * @throws TransportFailure when the account is refused; what `onBatch` throws
 */
export async function runSync(
  parts: SyncParts,
  since: string | undefined,
  onBatch: (batch: SyncBatch) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { http, crypto, state, clocks, log } = parts;
  if (since === undefined) await crypto.forgetDeviceLists();
  let token = since;
  let rest = 0;
  for (let failures = 0; !signal.aborted;) {
    let digested: Digested;
    let isEcho: boolean;
    try {
      const wait = token === undefined || failures > 0 ? 0 : LONG_POLL_MS;
      const answer = await http.json<SyncAnswer>('GET', ['sync'], {
        query: { filter: FILTER, timeout: String(wait), since: token },
        timeoutMs: wait + GRACE_MS,
        signal,
      });
      isEcho = isOwnEcho(answer, parts.userId);
      digested = await digest(parts, answer, token);
      await state.durable(); // what the rooms taught (encryption, who left), before the token that passes it
    } catch (failure) {
      if (stopped(signal)) return;
      if (!(failure instanceof TransportFailure) || failure.kind === 'account') throw failure;
      const pause = failure.retryAfterMs ?? Math.min(1000 * 2 ** failures, LONGEST_PAUSE_MS);
      failures++;
      log('warn', 'sync failed, it will be tried again', { failure: failure.message, kind: failure.kind, pause });
      await clocks.pause(pause, signal);
      continue;
    }
    failures = 0;
    await onBatch(digested.batch);
    // after the batch is durable: before it, a kill here would hide the events between from the next gap's search
    state.setLastEvents(digested.last);
    for (const roomId of digested.left) state.forgetLastEvent(roomId);
    token = digested.batch.next;
    rest = isEcho ? Math.min(Math.max(rest * 2, ECHO_REST_MS), LONGEST_ECHO_REST_MS) : 0;
    if (rest > 0) await clocks.pause(rest, signal);
  }
}

/** Nothing but messages of our own, which the outbox knows already. */
function isOwnEcho({ rooms = {}, to_device: toDevice, device_lists: lists }: SyncAnswer, userId: string): boolean {
  const { join = {}, invite = {}, leave = {} } = rooms;
  const others = [toDevice?.events, lists?.changed, lists?.left, Object.keys(invite), Object.keys(leave)];
  if (others.some((some) => (some?.length ?? 0) > 0)) return false;
  const events = Object.values(join).flatMap(({ state, timeline }) => [
    ...(state?.events ?? []),
    ...(timeline?.events ?? []),
  ]);
  return events.length > 0 && events.every((event) => event.sender === userId && event.state_key === undefined);
}

/** The same object changes while we wait; TypeScript would hold its first answer for the only one. */
const stopped = (signal: AbortSignal): boolean => signal.aborted;

type Digested = { batch: SyncBatch; last: Map<string, string>; left: string[] };

async function digest(parts: SyncParts, answer: SyncAnswer, since: string | undefined): Promise<Digested> {
  await parts.crypto.receive(answer);
  const digested: Digested = {
    batch: { next: answer.next_batch, rooms: [], invitations: [] },
    last: new Map(),
    left: [],
  };
  const changed = answer.device_lists?.changed ?? [];
  if (since !== undefined && changed.length > 0) digested.batch.devicesChanged = changed;
  for (const [roomId, room] of Object.entries(answer.rooms?.invite ?? {})) {
    const invitation = readInvitation(roomId, room, parts.userId);
    if (invitation !== undefined) digested.batch.invitations.push(invitation);
  }
  for (const [roomId, room] of Object.entries(answer.rooms?.join ?? {})) {
    const events = await timeline(parts, roomId, room, since);
    digested.last.set(roomId, events.at(-1)?.event_id ?? parts.state.lastEvent(roomId) ?? '');
    if (since !== undefined && events.length > 0) digested.batch.rooms.push({ roomId, events });
  }
  for (const [roomId, room] of Object.entries(answer.rooms?.leave ?? {})) {
    const events = room.timeline?.events ?? [];
    learn(parts, roomId, events);
    digested.left.push(roomId);
    if (since !== undefined && events.length > 0) digested.batch.rooms.push({ roomId, events });
  }
  return digested;
}

/** Everything said in the room since the last batch, oldest first, whatever the homeserver left out. */
async function timeline(
  parts: SyncParts,
  roomId: string,
  room: JoinedRoom,
  since: string | undefined,
): Promise<RawRoomEvent[]> {
  learn(parts, roomId, room.state?.events ?? []);
  const events =
    since === undefined ? (room.timeline?.events ?? []) : await withoutGap(parts, roomId, room.timeline ?? {}, since);
  learn(parts, roomId, events);
  return events;
}

async function withoutGap(
  parts: SyncParts,
  roomId: string,
  timeline: NonNullable<JoinedRoom['timeline']>,
  since: string,
): Promise<RawRoomEvent[]> {
  const { state, rooms, userId } = parts;
  const { events = [], limited = false, prev_batch: from } = timeline;
  const known = state.lastEvent(roomId);
  if (!limited) return known === undefined ? sinceInvited(events, userId) : events;
  rooms.forgetMembers(roomId); // someone may have come or gone in the gap
  const isKnown = (event: RawRoomEvent): boolean =>
    known === undefined ? isMyMembership(event, userId, 'invite') : event.event_id === known;
  const found = events.findLastIndex(isKnown);
  if (found !== -1) return events.slice(known === undefined ? found : found + 1);
  const older = await olderEvents(parts, roomId, { from, to: since, until: isKnown });
  const all = [...older.filter((event) => event.event_id !== known), ...events];
  return known === undefined ? sinceInvited(all, userId) : all;
}

/** What a new room said before the bot was asked in was not said to it. */
function sinceInvited(events: RawRoomEvent[], userId: string): RawRoomEvent[] {
  const invited = events.findLastIndex((event) => isMyMembership(event, userId, 'invite'));
  const joined = events.findLastIndex((event) => isMyMembership(event, userId, 'join'));
  return events.slice(Math.max(invited === -1 ? joined : invited, 0));
}

const isMyMembership = (event: RawRoomEvent, userId: string, membership: string): boolean =>
  event.type === 'm.room.member' && event.state_key === userId && event.content['membership'] === membership;

/** What the events say about the room's encryption and people, kept before they are handed over. */
function learn({ state, rooms }: SyncParts, roomId: string, events: RawRoomEvent[]): void {
  for (const event of events) {
    if (event.state_key === undefined) continue;
    if (event.type === 'm.room.encryption' && event.state_key === '') {
      const encryption = readEncryption(event.content);
      if (encryption !== undefined) state.addEncryption(roomId, encryption);
    } else if (event.type === 'm.room.history_visibility' && typeof event.content['history_visibility'] === 'string') {
      state.setVisibility(roomId, event.content['history_visibility']);
    } else if (event.type === 'm.room.member') {
      rooms.forgetMembers(roomId);
      if (event.content['membership'] === 'leave' || event.content['membership'] === 'ban')
        state.forgetMember(roomId, event.state_key);
    }
  }
}

function readInvitation(roomId: string, room: InvitedRoom, userId: string): Invitation | undefined {
  const events = room.invite_state?.events ?? [];
  const mine = events.findLast((event) => event.type === 'm.room.member' && event.state_key === userId);
  if (mine === undefined) return undefined;
  const { encrypted, predecessor } = lookAt(events);
  const direct = mine.content['is_direct'] === true;
  return { roomId, inviter: mine.sender, direct, encrypted, ...(predecessor !== undefined && { predecessor }) };
}
