/**
 * One event of a room becomes a decision. Only what was decrypted can command in a room that Relais encrypts (invariant
 * 10): a server's administrator can inject clear events and fake reactions, and a reaction is at most a reversible prise
 * en charge.
 */
import { apply } from '../care/relay/apply.ts';
import { type Decision, emptyDecision, type NewDelivery } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Outcome, Reason } from '../care/relay/outcome.ts';
import type { Refusal } from '../care/relay/refusal.ts';
import type { Room } from '../care/relay/room.ts';
import type { RawRoomEvent } from '../care/relay/transport.ts';
import type { Person } from '../care/people/person.ts';
import { decideAsk, decideMove, openIn } from '../care/request/case.ts';
import type { Request, RequestMove } from '../care/request/request.ts';
import { decideNewcomer } from '../care/stay/notice.ts';
import type { CommandEnd } from '../commands/command.ts';
import { parse } from '../commands/parse.ts';
import { COMMANDS } from '../commands/table.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import { invited } from './invitation.ts';
import type { MatrixEnvelope } from './listening.ts';

/** ✋ on a request's message takes it; the variation selector and skin tones do not matter. */
const TAKING = /^(?:✋|🙋|👍|✅)/u;

/** Settles the envelope in its own commit. */
export async function dispatch(ports: DispatchPorts, envelope: Envelope): Promise<void> {
  const content = JSON.parse(new TextDecoder().decode(envelope.body)) as MatrixEnvelope;
  if ('invitation' in content) return invited(ports, envelope, content.invitation);
  const { roomId, event } = content;
  const room = await ports.store.rooms.byMatrixId(roomId);
  if (!room) return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
  switch (event.type) {
    case 'm.room.member':
      return joined(ports, envelope, room, event, roomId);
    case 'm.reaction':
      return reacted(ports, envelope, room, event);
    case 'm.room.redaction':
      return redacted(ports, envelope, room, event);
    default:
      return spoken(ports, envelope, room, event, roomId);
  }
}

async function spoken(
  ports: DispatchPorts,
  envelope: Envelope,
  room: Room,
  event: RawRoomEvent,
  roomId: string,
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
  const isText =
    clear.type === 'm.room.message' && content['msgtype'] === 'm.text' && typeof content['body'] === 'string';
  if (!isText || relates?.rel_type === 'm.replace') return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
  const person = ports.people.byMatrix(event.sender);
  const body = withoutQuote(content['body'] as string);
  const parsed = parse(body, room.kind === 'direct', ports.names, COMMANDS);
  const back: Back = { room: room.ref, replyTo: event.event_id, ring: [] };
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
  const end = await parsed.command.run(
    {
      person,
      room,
      requestHere: room.kind === 'request' ? room.subject : requestOf(thread?.thread),
      now: ports.clocks.civil(),
      people: ports.people,
      pathways: ports.pathways(),
      directory: ports.directory,
      slots: ports.slots,
      requests: (key) => openIn(ports, key),
    },
    parsed.args,
  );
  return finish(ports, envelope, person, back, parsed.command.word, end);
}

type Back = { room: string; replyTo: string | undefined; ring: string[] };

async function finish(
  ports: DispatchPorts,
  envelope: Envelope,
  person: Person,
  back: Back,
  word: string,
  end: CommandEnd<unknown>,
): Promise<void> {
  if ('answer' in end)
    return answer(ports, envelope, person.id, back, { kind: 'answer', command: word, result: end.answer }, 'answered');
  if ('refusal' in end)
    return answer(ports, envelope, person.id, back, { kind: 'refusal', refusal: end.refusal }, 'refused');
  return commit(ports, envelope, person.id, async () => {
    const now = ports.clocks.civil();
    const decided =
      'ask' in end
        ? await decideAsk(ports, { ...end.ask, by: person }, now)
        : await decideMove(ports, end.move.code, person, end.move.move, now);
    return isRefusal(decided)
      ? refused(back, decided)
      : { ...decided, settle: settled(envelope, 'posted', 'announced') };
  });
}

/** In a request room the asker's plain words, while a precision is awaited, are that precision: the clock goes on. */
async function talk(
  ports: DispatchPorts,
  envelope: Envelope,
  room: Room,
  person: Person | undefined,
  text: string,
): Promise<void> {
  const request = room.kind === 'request' ? await ports.store.files.load<Request>('request', room.subject) : undefined;
  const awaited = person && request?.state.status === 'info-requested' && request.state.asker === person.id;
  if (!awaited) return settle(ports, envelope, 'muted', 'not-for-us', person?.id ?? 'unknown');
  return moveSilently(ports, envelope, person, room.subject, { do: 'give-info', text });
}

async function reacted(ports: DispatchPorts, envelope: Envelope, room: Room, event: RawRoomEvent): Promise<void> {
  const relates = event.content['m.relates_to'] as { event_id?: string; key?: string } | undefined;
  const target = relates?.event_id ? await ports.store.outbox.byEvent(relates.event_id) : undefined;
  const code = target?.room === room.ref ? requestOf(target.thread) : undefined;
  const person = ports.people.byMatrix(event.sender);
  if (!person || !code || !TAKING.test(relates?.key ?? ''))
    return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
  const back: Back = { room: room.ref, replyTo: relates?.event_id, ring: [event.sender] };
  return commit(ports, envelope, person.id, async () => {
    const decided = await decideMove(ports, code, person, { do: 'take' }, ports.clocks.civil());
    if (isRefusal(decided)) return refused(back, decided);
    // Remembered, so that taking the reaction away gives the request back.
    decided.files.push({
      kind: 'conversation',
      id: `reaction:${event.event_id}`,
      version: 0,
      state: { code, by: person.id },
    });
    return { ...decided, settle: settled(envelope, 'posted', 'announced') };
  });
}

async function redacted(ports: DispatchPorts, envelope: Envelope, room: Room, event: RawRoomEvent): Promise<void> {
  const gone = (event.content['redacts'] ?? (event as { redacts?: unknown }).redacts) as string | undefined;
  const reaction = gone
    ? await ports.store.files.load<{ code: string; by: string }>('conversation', `reaction:${gone}`)
    : undefined;
  const person = ports.people.byMatrix(event.sender);
  if (!reaction || !person || reaction.state.by !== person.id)
    return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
  return moveSilently(ports, envelope, person, reaction.state.code, { do: 'give-back' });
}

/** A move nobody typed as a command: a refusal is recorded, not said. */
async function moveSilently(
  ports: DispatchPorts,
  envelope: Envelope,
  person: Person,
  code: string,
  move: RequestMove,
): Promise<void> {
  return commit(ports, envelope, person.id, async () => {
    const decided = await decideMove(ports, code, person, move, ports.clocks.civil());
    if (isRefusal(decided)) return { ...emptyDecision(), settle: settled(envelope, 'muted', 'refused') };
    return { ...decided, settle: settled(envelope, 'posted', 'announced') };
  });
}

async function joined(
  ports: DispatchPorts,
  envelope: Envelope,
  room: Room,
  event: RawRoomEvent,
  roomId: string,
): Promise<void> {
  const userId = event.state_key ?? event.sender;
  const isJoin = event.content['membership'] === 'join' && event.unsigned?.redacted_because === undefined;
  if (!isJoin || room.kind !== 'patient') return settle(ports, envelope, 'muted', 'recorded', userId);
  const canRead = await ports.transport.sharedWith(roomId, userId);
  const alreadySaid = await ports.store.outbox.countDone(room.ref);
  await apply(ports.store, ports.clocks.civil(), () =>
    decideNewcomer(ports, { envelope: envelope.id, patientId: room.subject, userId, canRead, alreadySaid }),
  );
}

async function answer(
  ports: DispatchPorts,
  envelope: Envelope,
  actor: string,
  back: Back,
  announcement: NewDelivery['announcement'],
  reason: Reason,
): Promise<void> {
  return commit(ports, envelope, actor, async () => ({
    ...emptyDecision(),
    deliveries: [reply(back, announcement)],
    settle: settled(envelope, 'posted', reason),
  }));
}

function refused(back: Back, refusal: Refusal): Decision {
  return { ...emptyDecision(), deliveries: [reply(back, { kind: 'refusal', refusal })] };
}

function reply(back: Back, announcement: NewDelivery['announcement']): NewDelivery {
  return { room: back.room, ring: back.ring, announcement, ...(back.replyTo ? { replyTo: back.replyTo } : {}) };
}

async function settle(
  ports: DispatchPorts,
  envelope: Envelope,
  outcome: Outcome,
  reason: Reason,
  actor: string,
): Promise<void> {
  return commit(ports, envelope, actor, async () => ({
    ...emptyDecision(),
    settle: settled(envelope, outcome, reason),
  }));
}

function settled(envelope: Envelope, outcome: Outcome, reason: Reason): NonNullable<Decision['settle']> {
  return { envelope: envelope.id, state: 'decided', outcome, reason };
}

/** Every look and every act leaves an audit row, refusals too, in the same commit (invariant 9). */
async function commit(
  ports: DispatchPorts,
  envelope: Envelope,
  actor: string,
  turn: () => Promise<Decision>,
): Promise<void> {
  await apply(ports.store, ports.clocks.civil(), async () => {
    const decision = await turn();
    const end = decision.settle ?? settled(envelope, 'posted', 'refused');
    const entry = { actor, action: 'matrix', subject: envelope.id, outcome: end.outcome, reason: end.reason };
    return { ...decision, settle: end, audit: [...decision.audit, entry] };
  });
}

function isRefusal(decided: Decision | Refusal): decided is Refusal {
  return 'data' in decided;
}

function requestOf(thread: string | undefined): string | undefined {
  return thread?.startsWith('request:') ? thread.slice('request:'.length) : undefined;
}

/** Older clients quote what they answer to at the head of the body (rich replies before Matrix 1.13). */
function withoutQuote(body: string): string {
  return body.replace(/^(?:> .*\n)+\n?/, '');
}
