/**
 * Matrix's door: what /sync brings goes into the inbox, still encrypted, in one commit with the token (DESIGN §6). Only
 * then is the next batch asked for, so a crash replays a batch and never skips one.
 */
import type { Envelope, NewEnvelope } from '../care/relay/envelope.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Store } from '../care/relay/ports.ts';
import type { Invitation, RawRoomEvent, SyncBatch, Transport } from '../care/relay/transport.ts';
import { deliveryOf } from './settling.ts';

/** What an envelope of format `matrix` holds. */
export type MatrixEnvelope = HeardEvent | { invitation: Invitation } | { devicesOf: string };

/** `heardAt`: machine time at which it reached the bot, whenever it was sent. */
export type HeardEvent = { roomId: string; event: RawRoomEvent; heardAt: number };

/** @returns undefined for what is no event of a room */
export function heardEvent(envelope: Pick<Envelope, 'body'>): HeardEvent | undefined {
  const content = JSON.parse(new TextDecoder().decode(envelope.body)) as MatrixEnvelope;
  return 'event' in content ? content : undefined;
}

/** What we act on; the rest (receipts, our own state changes, other clients' custom events) is not kept. */
const HEARD = new Set([
  'm.room.encrypted',
  'm.room.message',
  'm.reaction',
  'm.room.redaction',
  'm.room.member',
  'm.room.tombstone',
]);

/** @returns the handler of the transport's `run`: resolves once the batch is durable */
export function listen(
  store: Pick<Store, 'inbox' | 'outbox'>,
  transport: Pick<Transport, 'userId' | 'deviceId'>,
  clocks: Pick<Clocks, 'civil' | 'machine'>,
): (batch: SyncBatch) => Promise<void> {
  /** What comes back from the homeserver was sent, whatever became of its answer (DESIGN §6). */
  async function settleOwn(event: RawRoomEvent): Promise<void> {
    const delivery = event.sender === transport.userId ? deliveryOf(event) : undefined;
    if (delivery !== undefined) await store.outbox.markDone(delivery, { eventId: event.event_id }, clocks.civil());
  }

  return async (batch) => {
    await Promise.all(batch.rooms.flatMap(({ events }) => events.map(settleOwn)));
    const envelopes = [
      ...batch.rooms.flatMap(({ roomId, events }) =>
        events
          // Our own messages are known from the outbox; our own membership is not news either.
          .filter((event) => HEARD.has(event.type) && event.sender !== transport.userId)
          .map((event) =>
            envelopeOf(
              transport.userId,
              roomId,
              event.event_id,
              { roomId, event, heardAt: clocks.machine() },
              clocks.civil(),
            ),
          ),
      ),
      ...batch.invitations.map((invitation) =>
        envelopeOf(
          transport.userId,
          invitation.roomId,
          `invite:${invitation.roomId}:${batch.next}`,
          { invitation },
          clocks.civil(),
        ),
      ),
      ...(batch.devicesChanged ?? []).map((userId) =>
        // A lane of its own, under the prefix of the rooms' lanes; not known by any room.
        envelopeOf(
          transport.userId,
          `!devices:${userId}`,
          `devices:${userId}:${batch.next}`,
          { devicesOf: userId },
          clocks.civil(),
        ),
      ),
    ];
    const bodies = await Promise.all(envelopes);
    await store.inbox.accept(bodies, { name: cursorName(transport), value: batch.next });
  };
}

/** The token belongs to one device: a new device starts anew. */
export function cursorName(transport: Pick<Transport, 'userId' | 'deviceId'>): string {
  return `sync:${transport.userId}:${transport.deviceId}`;
}

async function envelopeOf(
  account: string,
  roomId: string,
  key: string,
  content: MatrixEnvelope,
  receivedAt: number,
): Promise<NewEnvelope> {
  const body = new TextEncoder().encode(JSON.stringify(content));
  // The homeserver may add fields of its own to the same event (age, bundled edits): the event id is the identity.
  const digest = await sha256(new TextEncoder().encode(key));
  return {
    lane: `in:${roomId}`,
    source: account,
    key,
    digest,
    format: 'matrix',
    body,
    receivedAt,
    onKeyReuse: 'refuse',
  };
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(hash)].map((x) => x.toString(16).padStart(2, '0')).join('');
}
