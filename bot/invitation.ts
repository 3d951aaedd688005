/** An invitation: accepted from known people only; their direct room must be encrypted and theirs alone, else Relais opens its own. */
import { apply } from '../care/relay/apply.ts';
import { emptyDecision } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Person } from '../care/people/person.ts';
import { directRoom, type Room } from '../care/relay/room.ts';
import { type Invitation, TransportFailure } from '../care/relay/transport.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import { settle as settleQuietly } from './ending.ts';
import { invitedToSuccessor } from './successor.ts';

export async function invited(ports: DispatchPorts, envelope: Envelope, invitation: Invitation): Promise<void> {
  const person = ports.people.byMatrix(invitation.inviter);
  const { roomId } = invitation;
  const settle = { envelope: envelope.id, state: 'decided' as const };
  const audit = { actor: person?.id ?? invitation.inviter, action: 'invite', subject: envelope.id };
  if (!person) {
    await ports.transport.leave(roomId).catch(ignoreGone);
    await apply(ports.store, ports.clocks.civil(), async () => ({
      ...emptyDecision(),
      audit: [{ ...audit, outcome: 'muted', reason: 'refused' }],
      settle: { ...settle, outcome: 'muted', reason: 'refused' },
    }));
    return;
  }
  const ours = await ports.store.rooms.byMatrixId(roomId);
  if (ours) return askedBack(ports, envelope, ours, invitation);
  if (await invitedToSuccessor(ports, envelope, invitation)) return;
  const wanted = directRoom(person.matrix);
  const { ref } = wanted;
  const known = await ports.store.rooms.want(wanted);
  // Also who left the old direct room, or put the bot out of it, and opens another one.
  const old = known.matrixId;
  const isFree =
    invitation.encrypted && (old === null || (await isPaused(ports, ref)) || !(await isIn(ports, old, person)));
  if (isFree && (await isOfTheTwo(ports, roomId, person))) {
    await ports.store.rooms.opened(ref, roomId);
    await ports.store.outbox.resumeLane(ref);
    if (old !== null && old !== roomId) await ports.transport.leave(old).catch(ignoreGone);
  } else if (known.matrixId !== roomId) {
    // One direct room per person, and never in clear nor among others: the welcome below comes in the room that Relais keeps or opens.
    await ports.transport.leave(roomId).catch(ignoreGone);
  }
  await apply(ports.store, ports.clocks.civil(), async () => ({
    ...emptyDecision(),
    deliveries: [{ room: ref, ring: [], announcement: { kind: 'welcome', name: person.name } }],
    audit: [{ ...audit, outcome: 'posted', reason: 'answered' }],
    settle: { ...settle, outcome: 'posted', reason: 'answered' },
  }));
}

/**
 * Put out, and asked back into the same room. What waits for it goes out when the operator says so (`relais lane retry`);
 * in a direct room, whose person is the one who asks, at once.
 */
async function askedBack(
  ports: DispatchPorts,
  envelope: Envelope,
  room: Room,
  { roomId, inviter }: Invitation,
): Promise<void> {
  await ports.transport.join(roomId);
  if (room.kind === 'direct' && room.subject === inviter) await ports.store.outbox.resumeLane(room.ref);
  return settleQuietly(ports, envelope, 'muted', 'recorded', inviter);
}

/** Entered, and nobody else is there or asked in: in a group, what is said to one person would be asked of all of them. */
async function isOfTheTwo({ transport }: DispatchPorts, roomId: string, person: Person): Promise<boolean> {
  await transport.join(roomId);
  const there = await transport.members(roomId);
  return there.every(({ userId }) => userId === transport.userId || userId === person.matrix);
}

/** Not when the bot itself is out of it. */
async function isIn({ transport }: DispatchPorts, roomId: string, { matrix }: Person): Promise<boolean> {
  const there = await transport.members(roomId).catch((error: unknown) => {
    ignoreGone(error);
    return [];
  });
  return there.some(({ userId }) => userId === matrix);
}

async function isPaused(ports: DispatchPorts, ref: string): Promise<boolean> {
  return (await ports.store.outbox.lanes()).some((lane) => lane.room === ref && lane.paused !== undefined);
}

/** The inviter may have gone already: nothing to leave. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof TransportFailure && error.kind === 'room')) throw error;
}
