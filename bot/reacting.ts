/** What is done without a word typed: a reaction takes a request, taking it away gives it back, plain words give a precision. */
import { emptyDecision } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Room } from '../care/relay/room.ts';
import type { RawRoomEvent } from '../care/relay/transport.ts';
import { reactionId, type Taken } from '../care/people/conversation.ts';
import type { Person } from '../care/people/person.ts';
import { decideMove } from '../care/request/case.ts';
import type { RequestMove } from '../care/request/moves.ts';
import { loadRequest } from '../care/request/stored.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import { type Back, commit, isRefusal, refused, settle, settled } from './ending.ts';

/** ✋ on a request's message takes it; the variation selector and skin tones do not matter. */
const TAKING = /^(?:✋|🙋|👍|✅)/u;

export async function reacted(
  ports: DispatchPorts,
  envelope: Envelope,
  room: Room,
  event: RawRoomEvent,
): Promise<void> {
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
      id: reactionId(event.event_id),
      version: 0,
      state: { code, by: person.id, at: ports.clocks.civil() } satisfies Taken,
    });
    return { ...decided, settle: settled(envelope, 'posted', 'announced') };
  });
}

/** However late it is heard: giving back harms nobody, and who took the hand away believes that it is done. */
export async function redacted(ports: DispatchPorts, envelope: Envelope, event: RawRoomEvent): Promise<void> {
  const gone = (event.content['redacts'] ?? (event as { redacts?: unknown }).redacts) as string | undefined;
  const reaction = gone ? await ports.store.files.load<Taken>('conversation', reactionId(gone)) : undefined;
  const person = ports.people.byMatrix(event.sender);
  if (!reaction || !person || reaction.state.by !== person.id)
    return settle(ports, envelope, 'muted', 'not-for-us', event.sender);
  return moveSilently(ports, envelope, person, reaction.state.code, { do: 'give-back' });
}

/** In a request room the asker's plain words, while a precision is awaited, are that precision: the clock goes on. */
export async function talk(
  ports: DispatchPorts,
  envelope: Envelope,
  room: Room,
  person: Person | undefined,
  text: string,
): Promise<void> {
  const request = room.kind === 'request' ? await loadRequest(ports.store, room.subject) : undefined;
  const awaited = person && request?.state.status === 'info-requested' && request.state.asker === person.id;
  if (!awaited) return settle(ports, envelope, 'muted', 'not-for-us', person?.id ?? 'unknown');
  return moveSilently(ports, envelope, person, room.subject, { do: 'give-info', text, inRoom: true });
}

export function requestOf(thread: string | undefined): string | undefined {
  return thread?.startsWith('request:') ? thread.slice('request:'.length) : undefined;
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
