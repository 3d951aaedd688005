/** Rooms by ref: made by the drain when the first delivery comes, without twins, and kept in step with who is wanted there. */
import type { Log } from '../care/relay/log.ts';
import { apply } from '../care/relay/apply.ts';
import type { Clocks } from '../care/relay/clock.ts';
import { leavingFrom } from '../care/relay/departures.ts';
import { emptyDecision } from '../care/relay/decision.ts';
import type { Store } from '../care/relay/ports.ts';
import type { Sealer } from '../care/relay/seal.ts';
import type { Room } from '../care/relay/room.ts';
import { coordination, type RoomTrouble, tell, troubleWith } from '../care/relay/room-trouble.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import type { People } from '../care/people/person.ts';

export type Rooms = {
  /** The room, open: created and its members invited. @throws TransportFailure */
  ensure(ref: string): Promise<Room & { matrixId: string }>;
  /** The Matrix room of the next generation, made and not yet moved to; twice is once. @throws TransportFailure */
  createNext(ref: string): Promise<string>;
  /** Puts somebody out; who is wanted again later is invited again. @throws TransportFailure */
  remove(matrixId: string, userId: string): Promise<void>;
};

/** Whom the deployment lets in (Tchap: `restricted` rooms are for its own servers). */
export type AccessRules = {
  accessRule: 'restricted' | 'unrestricted' | undefined;
  /** Undefined: every server. */
  allowedServers: readonly string[] | undefined;
};

export type RoomsPorts = {
  store: Pick<Store, 'rooms' | 'files' | 'commit'>;
  transport: Transport;
  sealer: Pick<Sealer, 'blind'>;
  people: People;
  clocks: Pick<Clocks, 'civil'>;
  access: AccessRules;
  log: Log;
};

/** Look-up key of the invitations that were refused: counted, and shown by `relais rooms plan`. */
export const NOT_INVITED = 'not-invited';

export function createRooms(ports: RoomsPorts): Rooms {
  const { store, transport, sealer } = ports;
  /** Whom this process has already seen invited: saves asking the server before each delivery. */
  const invited = new Map<string, Set<string>>();

  async function create(room: Room): Promise<string> {
    // The alias is blinded: it says nothing, and a crash between creation and commit finds the same room again.
    const alias = `relais-${sealer.blind(`room|${room.ref}|${room.generation}`)}`;
    const { name, encrypted } = room;
    const invite = room.members.filter((userId) => isLetIn(ports.access, room, userId));
    const space = room.kind === 'space' && { space: true };
    const direct = room.kind === 'direct';
    const matrixId = await transport.createRoom({ alias, name, invite, encrypted, direct, ...space });
    invited.set(matrixId, new Set(invite));
    return matrixId;
  }

  async function known(ref: string): Promise<Room> {
    const room = await store.rooms.get(ref);
    if (!room) throw new Error(`no room record for ${ref}`);
    return room;
  }

  async function inviteMissing(room: Room, matrixId: string): Promise<void> {
    let known = invited.get(matrixId);
    if (!known) {
      known = new Set((await transport.members(matrixId)).map((m) => m.userId));
      invited.set(matrixId, known);
    }
    for (const userId of room.members) {
      // Once per process: a person who left on purpose is not called back at each message.
      if (known.has(userId)) continue;
      const trouble = isLetIn(ports.access, room, userId)
        ? await inviteOne(transport, matrixId, userId)
        : 'external-refused';
      if (trouble) await tellNotInvited(ports, room, userId, trouble);
      known.add(userId);
    }
  }

  async function remove(matrixId: string, userId: string): Promise<void> {
    await transport.remove(matrixId, userId);
    invited.get(matrixId)?.delete(userId);
  }

  /** Before the next word: who is no longer wanted gets no key of it, and would see a message that they cannot read. */
  async function removeLeaving(room: Room, matrixId: string): Promise<void> {
    const here = invited.get(matrixId) ?? new Set();
    const others = [...here].filter((userId) => userId !== transport.userId && !room.members.includes(userId));
    if (others.length === 0) return;
    const leaving = await leavingFrom(store, room.ref);
    for (const userId of others.filter((one) => leaving.includes(one)))
      await remove(matrixId, userId).catch((error: unknown) => {
        // Said by bot/room-sync.ts, which tries the same: what follows is not readable to them anyway.
        if (!(error instanceof TransportFailure) || error.kind !== 'room') throw error;
      });
  }

  /** The only place where this person is reached: who left it is asked back when there is something to say. */
  async function callBack(room: Room, matrixId: string): Promise<void> {
    const there = await transport.members(matrixId);
    if (there.some(({ userId }) => userId === room.subject)) return;
    const trouble = await inviteOne(transport, matrixId, room.subject);
    if (trouble) await tellNotInvited(ports, room, room.subject, trouble);
  }

  return {
    async ensure(ref) {
      const room = await known(ref);
      const matrixId = room.matrixId ?? (await create(room));
      if (room.matrixId === null) await store.rooms.opened(ref, matrixId);
      if (room.kind === 'direct') await callBack(room, matrixId);
      else {
        await inviteMissing(room, matrixId);
        await removeLeaving(room, matrixId);
      }
      return { ...room, matrixId };
    },
    async createNext(ref) {
      const room = await known(ref);
      return create({ ...room, generation: room.generation + 1 });
    },
    remove,
  };
}

function isLetIn({ accessRule, allowedServers }: AccessRules, room: Room, userId: string): boolean {
  if (accessRule !== 'restricted' || allowedServers === undefined || room.kind === 'direct') return true;
  return allowedServers.includes(userId.slice(userId.indexOf(':') + 1));
}

/** One account that the homeserver refuses must not keep the others waiting; a room that is lost shows at the next send. */
async function inviteOne(
  transport: Transport,
  matrixId: string,
  userId: string,
): Promise<RoomTrouble['what'] | undefined> {
  try {
    await transport.invite(matrixId, userId);
    return undefined;
  } catch (error) {
    if (error instanceof TransportFailure && error.kind === 'room') return 'invitation-refused';
    throw error;
  }
}

/** Told once per room and person. */
async function tellNotInvited(
  { store, people, clocks, log }: RoomsPorts,
  room: Room,
  userId: string,
  what: RoomTrouble['what'],
): Promise<void> {
  const id = `${NOT_INVITED}|${room.ref}|${userId}`;
  if (await store.files.load('room-watch', id)) return;
  log('warn', `not invited: ${what}`, { kind: room.kind });
  await apply(store, clocks.civil(), async () => {
    const known = await store.files.load('room-watch', id);
    const state = { ref: room.ref, userId, what };
    const audit = { actor: 'matrix', action: NOT_INVITED, subject: room.ref };
    return {
      ...emptyDecision(),
      ...(known ? {} : tell(coordination(people), troubleWith(room, what, userId))),
      files: [{ kind: 'room-watch', id, version: known?.version ?? 0, state, keys: [NOT_INVITED] }],
      audit: [{ ...audit, outcome: 'posted', reason: 'reported' }],
    };
  });
}
