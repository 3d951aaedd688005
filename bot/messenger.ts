/**
 * The outbox drain: one call per delivery, in order within a room, rooms side by side. A slow or broken room never
 * delays another; what fails is classified, and the class alone decides (DESIGN §§5, 6).
 */
import { faultFields } from '../care/relay/fault.ts';
import type { Log } from '../care/relay/log.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Room } from '../care/relay/room.ts';
import type { OutboxItem, Store } from '../care/relay/ports.ts';
import type { Wake } from '../care/relay/wake.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import { contentOf, render } from './announce.ts';
import type { Rooms } from './rooms.ts';

export type MessengerPorts = {
  store: Store;
  transport: Transport;
  rooms: Rooms;
  clocks: Clocks;
  /** Rung when something new may be sent, so that a slow room does not keep the others waiting. */
  wake: Wake;
  log: Log;
};

/** How many rooms are written to at once. */
const PARALLEL = 16;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/**
 * Sends what may be sent now.
 * @returns how many deliveries ended (sent, superseded or put aside); 0 means that nothing is ready
 */
export async function drainOutbox(ports: MessengerPorts): Promise<number> {
  let ended = 0;
  const busy = new Map<string, Promise<void>>();
  for (;;) {
    const rung = ports.wake.next();
    const heads = await ports.store.outbox.heads(ports.clocks.machine(), PARALLEL + busy.size);
    const free = heads.filter((item) => !busy.has(item.room)).slice(0, PARALLEL - busy.size);
    for (const item of free) {
      const work = sendOne(ports, item)
        .then((done) => {
          if (done) ended += 1;
        })
        .finally(() => busy.delete(item.room));
      busy.set(item.room, work);
    }
    if (busy.size === 0) return ended;
    await Promise.race([...busy.values(), rung]);
  }
}

/** @returns whether the delivery left the queue */
async function sendOne(ports: MessengerPorts, item: OutboxItem): Promise<boolean> {
  const { store, transport, clocks } = ports;
  try {
    if (item.coalesce && (await store.outbox.superseded(item.id))) {
      await store.outbox.markDone(item.id, 'superseded', clocks.civil());
      return true;
    }
    const room = await ports.rooms.ensure(item.room);
    const threadRoot = item.thread ? await store.outbox.threadRoot(item.room, item.thread) : undefined;
    const said = await render(store.files, item.announcement, clocks.civil());
    const content = contentOf(item, said, { threadRoot, replyTo: item.replyTo });
    if (!item.tried) await store.outbox.markTried(item.id, transport.deviceId, clocks.machine());
    const eventId = await transport.send(
      room.matrixId,
      'm.room.message',
      content,
      `relais-${item.deliveryId}`,
      room.encrypted,
      readersOf(room, transport.userId),
    );
    await store.outbox.markDone(item.id, { eventId }, clocks.civil());
    return true;
  } catch (error) {
    return failed(ports, item, error);
  }
}

/** Where a patient is named, who is in the room without being wanted there gets no key (invariant 6). */
function readersOf(room: Room, bot: string): string[] | undefined {
  return room.kind === 'patient' || room.kind === 'request' ? [...room.members, bot] : undefined;
}

async function failed(ports: MessengerPorts, item: OutboxItem, error: unknown): Promise<boolean> {
  const { store, clocks, log } = ports;
  const kind = error instanceof TransportFailure ? error.kind : 'bug';
  const why =
    error instanceof TransportFailure ? error.message : `bug: ${error instanceof Error ? error.name : 'unknown'}`;
  const fields = { delivery: item.deliveryId, lane: laneName(item.room), kind, attempts: item.attempts + 1 };
  switch (kind) {
    case 'transient':
    case 'ambiguous':
    case 'account': {
      const asked = error instanceof TransportFailure ? error.retryAfterMs : undefined;
      const wait = asked ?? Math.min(FIRST_RETRY_MS * 2 ** item.attempts, LONGEST_RETRY_MS);
      await store.outbox.postpone(item.id, clocks.machine() + wait, why);
      log('warn', `delivery waits: ${why}`, { ...fields, wait });
      return false;
    }
    case 'room':
      await store.outbox.pauseLane(item.room, why);
      log('error', `lane paused: ${why}; see relais lane`, fields);
      return true;
    case 'message':
      await store.outbox.quarantine(item.id, why);
      log('error', `delivery put aside: ${why}; see relais quarantine list`, fields);
      return true;
    default: {
      // A bug: said once with its stack, put aside so that the lane goes on.
      await store.outbox.quarantine(item.id, why);
      log('error', 'bug while sending: put aside', { ...fields, ...faultFields(error) });
      return true;
    }
  }
}

/** A direct room's ref holds a Matrix user id: only its kind is logged. */
function laneName(ref: string): string {
  return ref.startsWith('direct:') ? 'direct' : ref;
}
