/** An invitation: accepted from known people only; their direct room must be encrypted, else Relais opens its own. */
import { apply } from '../care/relay/apply.ts';
import { emptyDecision } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import { roomRef } from '../care/relay/room.ts';
import { type Invitation, TransportFailure } from '../care/relay/transport.ts';
import type { DispatchPorts } from './dispatch-ports.ts';

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
  const ref = roomRef.direct(person.matrix);
  const known = await ports.store.rooms.want({
    ref,
    kind: 'direct',
    subject: person.matrix,
    encrypted: true,
    name: 'Relais',
    members: [person.matrix],
  });
  if (invitation.encrypted && known.matrixId === null) {
    await ports.transport.join(roomId);
    await ports.store.rooms.opened(ref, roomId);
  } else if (known.matrixId !== roomId) {
    // One direct room per person, and never in clear: the welcome below comes in the room that Relais keeps or opens.
    await ports.transport.leave(roomId).catch(ignoreGone);
  }
  await apply(ports.store, ports.clocks.civil(), async () => ({
    ...emptyDecision(),
    deliveries: [{ room: ref, ring: [], announcement: { kind: 'welcome', name: person.name } }],
    audit: [{ ...audit, outcome: 'posted', reason: 'answered' }],
    settle: { ...settle, outcome: 'posted', reason: 'answered' },
  }));
}

/** The inviter may have gone already: nothing to leave. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof TransportFailure && error.kind === 'room')) throw error;
}
