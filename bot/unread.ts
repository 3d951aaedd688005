/**
 * What stays undecipherable is said politely, once per sender, room and day of hearing: a question that nobody answers is
 * worse than one that is asked again. A missing key often comes within minutes, so the bot waits before it speaks.
 */
import { parisDate, MINUTE } from '../care/relay/civil-time.ts';
import { eachSound } from '../care/relay/damaged.ts';
import { type Decision, emptyDecision } from '../care/relay/decision.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Store } from '../care/relay/ports.ts';
import type { Transport } from '../care/relay/transport.ts';
import type { People } from '../care/people/person.ts';
import { type HeardEvent, heardEvent } from './listening.ts';

export type UnreadPorts = { store: Store; people: People; clocks: Pick<Clocks, 'civil' | 'machine'> };

/** Machine time, from the hearing. */
const PATIENCE_MS = 5 * MINUTE;

/** @returns how many senders were asked to say it again */
export async function sayUnread(ports: UnreadPorts): Promise<number> {
  const { store, clocks } = ports;
  let said = 0;
  const waiting = await store.inbox.list({ state: 'waiting-key', limit: 1_000 });
  await eachSound(waiting.reverse(), async (envelope) => {
    const heard = heardEvent(envelope);
    const since = heard ? clocks.machine() - heard.heardAt : 0;
    // Negative: the clock was set back since, and is not waited for.
    if (!heard || (since >= 0 && since < PATIENCE_MS)) return;
    if (await sayOnce(ports, heard)) said += 1;
  });
  return said;
}

/**
 * What can be deciphered by now is decided, in the order it came. What still cannot is left where it is: deciding it again
 * each time would write a row each time.
 * @param rooms those whose keys have come; undefined: all of them
 */
export async function retryUnread(
  { store, transport }: { store: Pick<Store, 'inbox'>; transport: Pick<Transport, 'decrypt'> },
  rooms?: readonly string[],
): Promise<void> {
  const waiting = await store.inbox.list({ state: 'waiting-key', limit: 1_000 });
  for (const envelope of waiting.reverse()) {
    const heard = heardEvent(envelope);
    if (!heard || rooms?.includes(heard.roomId) === false) continue;
    // An error of another sort is for the drain, which knows a passing one from a bug: no event must stop the start.
    const read = await transport.decrypt(heard.roomId, heard.event).catch(() => undefined);
    if (read !== 'undecryptable') await store.inbox.replay(envelope.id);
  }
}

async function sayOnce({ store, people, clocks }: UnreadPorts, heard: HeardEvent): Promise<boolean> {
  const { roomId, event } = heard;
  const room = await store.rooms.byMatrixId(roomId);
  // Only people we know: an unknown account could make the bot talk in a room at will.
  if (room?.state !== 'open' || !people.byMatrix(event.sender)) return false;
  const files = await claimDay(store, `unread|${room.ref}|${event.sender}`, heard.heardAt);
  if (!files) return false;
  const decision: Decision = {
    ...emptyDecision(),
    files,
    deliveries: [
      { room: room.ref, ring: [event.sender], replyTo: event.event_id, announcement: { kind: 'cannot-read' } },
    ],
    audit: [{ actor: event.sender, action: 'cannot-read', subject: room.ref, outcome: 'posted', reason: 'answered' }],
  };
  return (await store.commit(decision, clocks.civil())) === 'committed';
}

/**
 * Something that is said once a day: after an outage a hundred old messages are one answer.
 * @param id of the file that remembers
 * @param heardAt machine time of the hearing, whose day counts
 * @returns the write that remembers it, undefined when that day had its answer
 */
export async function claimDay(
  store: Pick<Store, 'files'>,
  id: string,
  heardAt: number,
): Promise<Decision['files'] | undefined> {
  const day = parisDate(heardAt);
  const known = await store.files.load<{ day: string }>('room-watch', id);
  if (known && known.state.day >= day) return undefined;
  return [{ kind: 'room-watch', id, version: known?.version ?? 0, state: { day } }];
}
