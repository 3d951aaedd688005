/** What a persona's client shows: every event, with whether it could be read. */
import { MatrixEventEvent, RoomEvent } from 'matrix-js-sdk';
import type { MatrixClient, MatrixEvent } from 'matrix-js-sdk';

export type SeenEvent = {
  roomId: string;
  eventId: string;
  sender: string;
  /** Decrypted; `m.room.encrypted` when it could not be. */
  type: string;
  content: Record<string, unknown>;
  stateKey: string | undefined;
  /** On the wire, so in the server's database, it was `m.room.encrypted`. */
  encrypted: boolean;
  /** Why it could not be read; undefined when it was. */
  failure: string | undefined;
  /** Root event of its thread. */
  thread: string | undefined;
  /** The event that it edits. */
  replaces: string | undefined;
  at: number;
};

/** Adds every event of the client's rooms to `events`, and calls `stir` after each change. */
export function record(client: MatrixClient, events: SeenEvent[], stir: () => void): void {
  const put = (event: MatrixEvent): void => {
    const seen = describe(event);
    if (seen === undefined) return;
    const known = events.find((e) => e.eventId === seen.eventId);
    if (known === undefined) events.push(seen);
    else Object.assign(known, seen);
    stir();
  };
  client.on(RoomEvent.Timeline, (event, _room, toStart) => {
    if (toStart === true || event.status !== null) return; // older history, or an echo not yet sent
    void client.decryptEventIfNeeded(event).then(() => put(event));
  });
  client.on(MatrixEventEvent.Decrypted, put);
  client.on(RoomEvent.LocalEchoUpdated, (event) => {
    if (event.status === null) put(event);
  });
}

function describe(event: MatrixEvent): SeenEvent | undefined {
  const [roomId, eventId, sender] = [event.getRoomId(), event.getId(), event.getSender()];
  if (roomId === undefined || eventId === undefined || sender === undefined || event.status !== null) return undefined;
  const relation = event.getRelation();
  return {
    roomId,
    eventId,
    sender,
    type: event.isDecryptionFailure() ? 'm.room.encrypted' : event.getType(),
    content: event.isDecryptionFailure() ? event.getWireContent() : event.getOriginalContent(),
    stateKey: event.getStateKey(),
    encrypted: event.getWireType() === 'm.room.encrypted',
    failure: event.isDecryptionFailure() ? (event.decryptionFailureReason ?? 'unknown') : undefined,
    thread: relation?.rel_type === 'm.thread' ? relation.event_id : undefined,
    replaces: relation?.rel_type === 'm.replace' ? relation.event_id : undefined,
    at: event.getTs(),
  };
}

/** One line, for an error message. */
export function inShort(event: SeenEvent): string {
  const body = typeof event.content['body'] === 'string' ? event.content['body'].slice(0, 80) : '';
  return `  ${event.roomId} ${event.sender} ${event.type} ${event.failure ?? ''} ${body}`;
}
