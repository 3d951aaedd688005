/**
 * One event of a room becomes a decision. Only what was decrypted can command in a room that Relais encrypts (invariant
 * 10): a server's administrator can inject clear events and fake reactions, and a reaction is at most a reversible prise
 * en charge.
 */
import { DAY } from '../care/relay/civil-time.ts';
import { emptyDecision } from '../care/relay/decision.ts';
import { refuse } from '../care/relay/refusal.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Room } from '../care/relay/room.ts';
import type { Person } from '../care/people/person.ts';
import { parse } from '../commands/parse.ts';
import { commandsFor } from '../commands/table.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import { filled } from './filling.ts';
import { invited } from './invitation.ts';
import type { HeardEvent, MatrixEnvelope } from './listening.ts';
import { devicesChanged, memberChanged } from './membership.ts';
import { reacted, redacted, requestOf, talk } from './reacting.ts';
import { answer, type Back, commit, reply, settle, settled } from './ending.ts';
import { obey } from './obeying.ts';
import { tombstoned } from './successor.ts';
import { claimDay } from './unread.ts';

/** A command that arrives so late was meant for another moment; machine time, against the homeserver's clock. */
const TOO_OLD_MS = DAY;

/** Settles the envelope in its own commit. */
export async function dispatch(ports: DispatchPorts, envelope: Envelope): Promise<void> {
  const content = JSON.parse(new TextDecoder().decode(envelope.body)) as MatrixEnvelope;
  if ('invitation' in content) return invited(ports, envelope, content.invitation);
  if ('devicesOf' in content) return devicesChanged(ports, envelope, content.devicesOf);
  const { roomId, event } = content;
  const isOld = content.heardAt - event.origin_server_ts > TOO_OLD_MS;
  const room = await ports.store.rooms.byMatrixId(roomId);
  if (!room) return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
  // What is answered in a direct room is read by its person: somebody else who got in is not heard there.
  const isHeard = room.kind !== 'direct' || event.sender === room.subject;
  switch (event.type) {
    case 'm.room.member':
      return memberChanged(ports, envelope, { ...room, matrixId: roomId }, event);
    case 'm.room.tombstone':
      return tombstoned(ports, envelope, { ...room, matrixId: roomId }, event);
    case 'm.reaction':
      if (!isHeard) return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
      if (isOld) return settle(ports, envelope, 'muted', 'too-old', event.sender);
      return reacted(ports, envelope, room, event);
    case 'm.room.redaction':
      return redacted(ports, envelope, event);
    default:
      if (!isHeard) return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
      return spoken(ports, envelope, room, content, isOld);
  }
}

async function spoken(
  ports: DispatchPorts,
  envelope: Envelope,
  room: Room,
  { event, roomId, heardAt }: HeardEvent,
  isOld: boolean,
): Promise<void> {
  const clear = await ports.transport.decrypt(roomId, event);
  if (clear === 'undecryptable') {
    await commit(ports, envelope, event.sender, async () => ({
      ...emptyDecision(),
      settle: { envelope: envelope.id, state: 'waiting-key', outcome: 'quarantined', reason: 'undecryptable' },
    }));
    // Its key may have come between the two: nobody would tell us again.
    if ((await ports.transport.decrypt(roomId, event)) !== 'undecryptable') await ports.store.inbox.replay(envelope.id);
    return;
  }
  if (room.encrypted && !clear.encrypted) {
    ports.log('warn', 'clear event in a room that Relais encrypts: ignored', {
      event: event.event_id,
      room: room.ref.split(':')[0] ?? '',
    });
    return commit(ports, envelope, event.sender, async () => ({
      ...emptyDecision(),
      settle: {
        envelope: envelope.id,
        state: 'quarantined',
        outcome: 'quarantined',
        reason: 'clear-text-in-encrypted-room',
      },
    }));
  }
  const { content } = clear;
  const relates = content['m.relates_to'] as { rel_type?: string; event_id?: string } | undefined;
  // Notices are other bots' voice; an edit of an old command must not run it twice.
  const person = ports.people.byMatrix(event.sender);
  const back: Back = { room: room.ref, replyTo: event.event_id, ring: [] };
  const isMessage = clear.type === 'm.room.message' && relates?.rel_type !== 'm.replace';
  if (isMessage && person && !isOld && room.kind === 'direct')
    if (await filled(ports, envelope, person, back, content)) return;
  const isText = isMessage && content['msgtype'] === 'm.text' && typeof content['body'] === 'string';
  if (!isText) return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
  const body = withoutQuote(content['body'] as string);
  const parsed = parse(body, room.kind === 'direct', ports.names, commandsFor(ports.pathways()));
  if (parsed.kind === 'talk') return talk(ports, envelope, room, person, body);
  if (!person)
    return answer(
      ports,
      envelope,
      event.sender,
      back,
      { kind: 'refusal', refusal: { code: 'unknown-person', data: {} } },
      'refused',
    );
  // Invited by hand, or put out and there still: who is not of the équipe asks nothing about this patient.
  if (room.kind === 'patient' && !room.members.includes(person.matrix))
    return answer(ports, envelope, person.id, back, { kind: 'refusal', refusal: refuse('not-in-team') }, 'refused');
  if (isOld) return answerOld(ports, envelope, person, back, heardAt);
  if (parsed.kind === 'unknown') {
    return answer(
      ports,
      envelope,
      person.id,
      back,
      { kind: 'unknown-word', word: parsed.word, nearest: parsed.nearest },
      'answered',
    );
  }
  const thread =
    relates?.rel_type === 'm.thread' && relates.event_id
      ? await ports.store.outbox.byEvent(relates.event_id)
      : undefined;
  return obey(ports, envelope, parsed, {
    person,
    room,
    back,
    requestHere: room.kind === 'request' ? room.subject : requestOf(thread?.thread),
  });
}

/** Once per person, room and day: the answer speaks for the other old messages too. */
async function answerOld(
  ports: DispatchPorts,
  envelope: Envelope,
  person: Person,
  back: Back,
  heardAt: number,
): Promise<void> {
  return commit(ports, envelope, person.id, async () => {
    const files = await claimDay(ports.store, `too-old|${back.room}|${person.matrix}`, heardAt);
    if (!files) return { ...emptyDecision(), settle: settled(envelope, 'muted', 'too-old') };
    const deliveries = [reply({ ...back, ring: [person.matrix] }, { kind: 'too-old' })];
    return { ...emptyDecision(), files, deliveries, settle: settled(envelope, 'posted', 'answered') };
  });
}

/** Older clients quote what they answer to at the head of the body (rich replies before Matrix 1.13). */
function withoutQuote(body: string): string {
  return body.replace(/^(?:> .*\n)+\n?/, '');
}
