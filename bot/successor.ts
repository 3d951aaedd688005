/**
 * A room that was replaced (`m.room.tombstone`). The record's Matrix room moves, so that everything goes on under the
 * same ref; in doubt it does not move, the lane stops and the coordination is told. Never to a room in clear.
 */
import { apply } from '../care/relay/apply.ts';
import { emptyDecision } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Room } from '../care/relay/room.ts';
import type { RoomTrouble } from '../care/relay/room-trouble.ts';
import { type RawRoomEvent, TransportFailure } from '../care/relay/transport.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import { lost, reportUnexpected } from './membership.ts';
import { commit, settle, settled } from './ending.ts';

type OurRoom = Room & { matrixId: string };

export async function tombstoned(
  ports: DispatchPorts,
  envelope: Envelope,
  room: OurRoom,
  event: RawRoomEvent,
): Promise<void> {
  const replacement = event.content['replacement_room'];
  if (event.state_key !== '' || typeof replacement !== 'string')
    return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
  // The homeserver has checked the power level; a server's administrator could have given it to anybody (invariant 10).
  const by = ports.people.byMatrix(event.sender);
  const allowed = room.kind === 'direct' ? event.sender === room.subject : by?.role === 'coordinateur';
  if (!allowed) return lost(ports, envelope, room, 'replaced-in-doubt', event.sender);
  return follow(ports, envelope, room, replacement, event.sender);
}

/** An invitation may be the missing half of a replacement. @returns false when it is an ordinary one */
export async function invitedToSuccessor(
  ports: DispatchPorts,
  envelope: Envelope,
  invitation: { roomId: string; inviter: string; predecessor?: string },
): Promise<boolean> {
  const { roomId, inviter, predecessor } = invitation;
  const awaited = await ports.store.files.load<{ ref: string }>('room-watch', `successor|${roomId}`);
  const room = awaited && (await ports.store.rooms.get(awaited.state.ref));
  if (room && isMade(room)) {
    await follow(ports, envelope, room, roomId, inviter);
    return true;
  }
  if (predecessor === undefined || !(await ports.store.rooms.byMatrixId(predecessor))) return false;
  // The tombstone comes after: the invitation is left open until then.
  await settle(ports, envelope, 'muted', 'recorded', inviter);
  return true;
}

async function follow(
  ports: DispatchPorts,
  envelope: Envelope,
  room: OurRoom,
  replacement: string,
  by: string,
): Promise<void> {
  const { store, transport } = ports;
  const trouble = await enter(ports, room, replacement);
  if (trouble === 'replaced-not-invited') await awaitInvitation(ports, room, replacement);
  if (trouble) return lost(ports, envelope, room, trouble, by);
  const said = await store.outbox.countDone(room.ref);
  const watch = await store.files.load('room-watch', `said|${room.ref}`);
  const strangers = (await transport.members(replacement)).filter(
    ({ userId }) => userId !== transport.userId && !room.members.includes(userId),
  );
  await store.rooms.opened(room.ref, replacement);
  await store.outbox.resumeLane(room.ref);
  await transport.leave(room.matrixId);
  return commit(ports, envelope, by, async () => {
    const decision = emptyDecision();
    const version = watch?.version ?? 0;
    decision.files.push({ kind: 'room-watch', id: `said|${room.ref}`, version, state: { said } });
    for (const { userId } of strangers) {
      const report = await reportUnexpected(ports, room, userId);
      if (!report) continue;
      decision.files.push(...report.files);
      decision.deliveries.push(...report.deliveries);
      decision.rooms.push(...report.rooms);
      decision.audit.push(...report.audit);
    }
    return { ...decision, settle: settled(envelope, 'muted', 'recorded') };
  });
}

/** @returns why the bot is not there after all */
async function enter(
  ports: DispatchPorts,
  room: OurRoom,
  replacement: string,
): Promise<RoomTrouble['what'] | undefined> {
  const { store, transport } = ports;
  // The room of another patient is never a replacement (invariant 6).
  if (await store.rooms.byMatrixId(replacement)) return 'replaced-in-doubt';
  try {
    await transport.join(replacement);
  } catch (error) {
    if (error instanceof TransportFailure && error.kind === 'room') return 'replaced-not-invited';
    throw error;
  }
  const look = await transport.look(replacement);
  const trouble =
    room.encrypted && !look.encrypted
      ? 'replaced-in-clear'
      : look.predecessor === room.matrixId
        ? undefined
        : 'replaced-in-doubt';
  if (trouble) await transport.leave(replacement);
  return trouble;
}

async function awaitInvitation(ports: DispatchPorts, room: Room, replacement: string): Promise<void> {
  const id = `successor|${replacement}`;
  await apply(ports.store, ports.clocks.civil(), async () => {
    const known = await ports.store.files.load('room-watch', id);
    const file = { kind: 'room-watch' as const, id, version: known?.version ?? 0, state: { ref: room.ref } };
    const audit = { actor: 'matrix', action: 'replaced', subject: room.ref } as const;
    return { ...emptyDecision(), files: [file], audit: [{ ...audit, outcome: 'muted', reason: 'recorded' }] };
  });
}

function isMade(room: Room): room is OurRoom {
  return room.matrixId !== null;
}
