/**
 * A sending whose end is not known (time-out, reset, kill): did it arrive? The homeserver forgets a transaction id after
 * about a day and keeps it per device, so only a recent one of this device may be sent again blindly; otherwise the room is
 * read back and the opaque delivery id inside the content decides (DESIGN §6).
 */
import type { Clocks } from '../care/relay/clock.ts';
import type { OutboxItem, Store } from '../care/relay/ports.ts';
import { type RawRoomEvent, type Transport, TransportFailure } from '../care/relay/transport.ts';
import { DELIVERY_ID } from './announce.ts';

const HOUR = 3_600_000;
const SAME_TRANSACTION_MS = 12 * HOUR;
/** A clock that is put right by less is no trouble; by more, what it said at an earlier try says nothing. */
const SET_BACK_MS = HOUR;
/** The homeserver's clock may be behind ours; a wrong time zone is the usual mistake, and a day covers it. */
const SLACK_MS = 24 * HOUR;
/** 20,000 events: beyond it a person decides. */
const MOST_PAGES = 200;
const PREFIX = 'relais-';

/** The transaction id of a delivery: the same at each try, and told back by the bot's own sync. */
export function transactionOf(deliveryId: string): string {
  return `${PREFIX}${deliveryId}`;
}

/** The delivery that one of the bot's own events carries, where its homeserver tells the transaction id (same device only). */
export function deliveryOf(event: RawRoomEvent): string | undefined {
  const transaction = event.unsigned?.transaction_id;
  return transaction?.startsWith(PREFIX) ? transaction.slice(PREFIX.length) : undefined;
}

/** `unsent`: certainly not in the room · `same-transaction`: send again, the homeserver makes one event of both. */
export type Earlier = 'unsent' | 'same-transaction' | { eventId: string };

/**
 * What became of earlier tries of this delivery.
 * @throws TransportFailure: the room cannot be read now; of kind `message` when what is read does not tell, so that a
 *   person decides (`relais quarantine replay --send-again`)
 */
export async function settleEarlier(
  { store, transport, clocks }: { store: Pick<Store, 'rooms'>; transport: Transport; clocks: Pick<Clocks, 'machine'> },
  item: Pick<OutboxItem, 'room' | 'deliveryId' | 'tried'>,
): Promise<Earlier> {
  const { tried, deliveryId } = item;
  if (!tried) return 'unsent';
  const age = clocks.machine() - tried.at;
  const isRecent = age > -SET_BACK_MS && age < SAME_TRANSACTION_MS;
  if (tried.device === transport.deviceId && isRecent) return 'same-transaction';
  const matrixId = (await store.rooms.get(item.room))?.matrixId;
  if (!matrixId) return 'unsent'; // the room begins anew: nothing of ours can be there
  const eventId = await eventOf(transport, matrixId, deliveryId, tried.at, clocks.machine());
  return eventId === undefined ? 'unsent' : { eventId };
}

/**
 * The event that carries a delivery, read back from the room.
 * @param triedAt of the first try, `now`: machine time. A try that is ahead of now was made before the clock was set back,
 *   nobody knows how long ago: then the room is read back whole
 * @returns undefined when it certainly is not there. @throws TransportFailure, of kind `message` when what is read does not tell
 */
export async function eventOf(
  transport: Transport,
  roomId: string,
  deliveryId: string,
  triedAt: number,
  now: number,
): Promise<string | undefined> {
  return findSaid(transport, roomId, deliveryId, triedAt - now > SET_BACK_MS ? 0 : triedAt - SLACK_MS);
}

async function findSaid(
  transport: Transport,
  roomId: string,
  deliveryId: string,
  since: number,
): Promise<string | undefined> {
  let unread = 0;
  let from: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { events, older } = await transport.history(roomId, from);
    for (const event of events) {
      // Others' clocks may be wrong or lie; our own homeserver dates what we say.
      if (event.sender !== transport.userId) continue;
      if (event.origin_server_ts < since) {
        assertAllRead(unread);
        return undefined;
      }
      if (event.type !== 'm.room.encrypted' && event.type !== 'm.room.message') continue;
      if (deliveryOf(event) === deliveryId) return event.event_id;
      const said = await transport.decrypt(roomId, event);
      if (said === 'undecryptable') unread += 1;
      else if (said.content[DELIVERY_ID] === deliveryId) return event.event_id;
    }
    if (older === undefined) {
      assertAllRead(unread);
      return undefined;
    }
    from = older;
  }
  throw unsettled('the room has said too much since');
}

function assertAllRead(unread: number): void {
  if (unread > 0) throw unsettled('this device cannot read what an earlier one said since');
}

const unsettled = (why: string): TransportFailure =>
  new TransportFailure(
    'message',
    `it may have been sent already: ${why}; look in the room, then drop it or send it again`,
  );
