/** Rooms: made once per alias, entered, left, and who is in them. */
import { TransportFailure } from '../../care/relay/transport.ts';
import type { RawRoomEvent, RoomLook, RoomSpec } from '../../care/relay/transport.ts';
import { MatrixRefusal } from './http.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import { lookAt, MEGOLM, readEncryption } from './room-state.ts';
import type { State } from './state.ts';

type Member = { userId: string; membership: 'join' | 'invite' };

export interface Rooms {
  create(spec: RoomSpec): Promise<string>;
  join(roomId: string): Promise<void>;
  leave(roomId: string): Promise<void>;
  look(roomId: string): Promise<RoomLook>;
  invite(roomId: string, userId: string): Promise<void>;
  remove(roomId: string, userId: string): Promise<void>;
  setState(roomId: string, type: string, stateKey: string, content: Record<string, unknown>): Promise<void>;
  /** Asked once, then remembered until `forgetMembers`. */
  members(roomId: string): Promise<Member[]>;
  forgetMembers(roomId: string): void;
  /** How often they were forgotten: two equal answers around `members` mean that nothing happened between. */
  membersAsOf(roomId: string): number;
}

export type RoomOptions = {
  userId: string;
  http: Http;
  state: State;
  log: Log;
  /** Tchap's im.vector.room.access_rules: `restricted` is agents only, `unrestricted` lets guests of the deployment in. */
  accessRule: 'restricted' | 'unrestricted' | undefined;
  /** Undefined: the homeserver's own choice. From version 12 on, ids have no server part and creators no power level. */
  roomVersion?: string | undefined;
};

/** Only the bot changes what a room is: a member who renamed it, or ended its encryption's history rules, would break invariant 5. */
const POWER_LEVELS = {
  users_default: 0,
  events_default: 0,
  state_default: 100,
  invite: 100,
  kick: 100,
  ban: 100,
  redact: 100,
  events: Object.fromEntries(
    [
      'name',
      'topic',
      'avatar',
      'canonical_alias',
      'encryption',
      'history_visibility',
      'power_levels',
      'server_acl',
      'tombstone',
    ].map((event) => [`m.room.${event}`, 100]),
  ),
};

export function openRooms(options: RoomOptions): Rooms {
  const { userId, http, state, log } = options;
  const known = new Map<string, Member[]>();
  /** Counts what may have changed a room's members: an answer asked before such a change is not kept. */
  const changes = new Map<string, number>();
  const forgetMembers = (roomId: string): void => {
    known.delete(roomId);
    changes.set(roomId, (changes.get(roomId) ?? 0) + 1);
  };

  const members = async (roomId: string): Promise<Member[]> => {
    const kept = known.get(roomId);
    if (kept !== undefined) return kept;
    const before = changes.get(roomId);
    const query = { not_membership: 'leave' };
    const { chunk } = await http.json<{ chunk: RawRoomEvent[] }>('GET', ['rooms', roomId, 'members'], {
      query,
      concern: 'room',
    });
    const found = chunk.flatMap(({ state_key: member, content: { membership } }): Member[] =>
      member !== undefined && (membership === 'join' || membership === 'invite')
        ? [{ userId: member, membership }]
        : [],
    );
    if (changes.get(roomId) === before) known.set(roomId, found);
    return found;
  };

  const invite = async (roomId: string, invited: string): Promise<void> => {
    try {
      await http.text('POST', ['rooms', roomId, 'invite'], { body: { user_id: invited }, concern: 'room' });
    } catch (failure) {
      if (!(failure instanceof MatrixRefusal) || failure.kind !== 'room') throw failure;
      forgetMembers(roomId);
      if (!(await members(roomId)).some((member) => member.userId === invited)) throw failure;
      return; // already there
    }
    forgetMembers(roomId);
  };

  const create = async (spec: RoomSpec): Promise<string> => {
    const initialState = stateOf(spec, options.accessRule);
    try {
      const { room_id: roomId } = await http.json<{ room_id: string }>('POST', ['createRoom'], {
        body: {
          preset: 'private_chat',
          visibility: 'private',
          room_alias_name: spec.alias,
          name: spec.name,
          invite: spec.invite,
          is_direct: spec.direct,
          ...(options.roomVersion !== undefined && { room_version: options.roomVersion }),
          ...(spec.space && { creation_content: { type: 'm.space' } }),
          initial_state: initialState,
          power_level_content_override: POWER_LEVELS,
        },
        concern: 'room',
        timeoutMs: 60_000, // slow on a busy homeserver, and a time-out costs a second call
      });
      recordEncryption(roomId, spec);
      return roomId;
    } catch (failure) {
      // the alias is taken by an earlier try of ours, cut off before its answer or by an invitation that was refused
      const isTaken = failure instanceof MatrixRefusal && failure.errcode === 'M_ROOM_IN_USE';
      const mayExist = failure instanceof MatrixRefusal && failure.kind === 'room' && spec.invite.length > 0;
      if (!isTaken && !mayExist) throw failure;
      const roomId = await resolve(spec.alias);
      if (roomId === undefined) throw failure;
      await complete(roomId, spec, initialState);
      return roomId;
    }
  };

  const resolve = async (alias: string): Promise<string | undefined> => {
    const full = `#${alias}:${userId.slice(userId.indexOf(':') + 1)}`;
    const answer = await http
      .json<{ room_id: string }>('GET', ['directory', 'room', full], { concern: 'room' })
      .catch((failure: unknown) => {
        if (failure instanceof MatrixRefusal && failure.status === 404) return undefined;
        throw failure;
      });
    return answer?.room_id;
  };

  /** A room found by its alias: it must be ours, and have what its making was to give it. */
  const complete = async (roomId: string, spec: RoomSpec, initialState: InitialState[]): Promise<void> => {
    const events = await http.json<RawRoomEvent[]>('GET', ['rooms', roomId, 'state'], { concern: 'room' });
    if (events.find((event) => event.type === 'm.room.create')?.sender !== userId) {
      throw new TransportFailure('room', 'the alias of a room to make belongs to someone else');
    }
    for (const { type, content } of initialState) {
      if (events.some((event) => event.type === type && event.state_key === '')) continue;
      await http.text('PUT', ['rooms', roomId, 'state', type, ''], { body: content, concern: 'room' });
    }
    recordEncryption(roomId, spec);
    const present = new Set((await members(roomId)).map((member) => member.userId));
    for (const missing of spec.invite.filter((invited) => !present.has(invited))) {
      await invite(roomId, missing).catch((failure: unknown) => {
        if (!(failure instanceof TransportFailure) || failure.kind !== 'room') throw failure;
        // one unknown account must not keep the others waiting
        log('warn', 'an invitation was refused', { room: roomId, user: missing, failure: failure.message });
      });
    }
  };

  const recordEncryption = (roomId: string, spec: RoomSpec): void => {
    const encryption = spec.encrypted ? readEncryption({ algorithm: MEGOLM }) : undefined;
    if (encryption !== undefined) state.addEncryption(roomId, encryption);
    state.setVisibility(roomId, 'invited');
    forgetMembers(roomId);
  };

  return {
    create,
    invite,
    members,
    forgetMembers,
    membersAsOf: (roomId) => changes.get(roomId) ?? 0,
    remove: async (roomId, user) => {
      const present = (await members(roomId)).some((member) => member.userId === user);
      if (!present) return;
      await http.text('POST', ['rooms', roomId, 'kick'], { body: { user_id: user }, concern: 'room' });
      forgetMembers(roomId);
    },
    setState: async (roomId, type, stateKey, content) => {
      await http.text('PUT', ['rooms', roomId, 'state', type, stateKey], { body: content, concern: 'room' });
    },
    look: async (roomId) =>
      lookAt(await http.json<RawRoomEvent[]>('GET', ['rooms', roomId, 'state'], { concern: 'room' })),
    join: async (roomId) => {
      await http.text('POST', ['join', roomId], { body: {}, concern: 'room' });
      forgetMembers(roomId);
    },
    leave: async (roomId) => {
      await http.text('POST', ['rooms', roomId, 'leave'], { body: {}, concern: 'room' }).catch((failure: unknown) => {
        // not in the room any more, or the room is gone: that is what was wanted
        if (!(failure instanceof TransportFailure) || failure.kind !== 'room') throw failure;
      });
      forgetMembers(roomId);
    },
  };
}

type InitialState = { type: string; state_key: ''; content: Record<string, unknown> };

function stateOf(spec: RoomSpec, accessRule: RoomOptions['accessRule']): InitialState[] {
  const state = (type: string, content: Record<string, unknown>): InitialState => ({ type, state_key: '', content });
  return [
    ...(spec.encrypted ? [state('m.room.encryption', { algorithm: MEGOLM })] : []),
    state('m.room.history_visibility', { history_visibility: 'invited' }),
    state('m.room.guest_access', { guest_access: 'forbidden' }),
    ...(accessRule === undefined
      ? []
      : [state('im.vector.room.access_rules', { rule: spec.direct ? 'direct' : accessRule })]),
  ];
}
