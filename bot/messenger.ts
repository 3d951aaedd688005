/**
 * The outbox drain: one call per delivery, in order within a room, rooms side by side. A slow or broken room never
 * delays another; what fails is classified, and the class alone decides (DESIGN §§5, 6).
 */
import { DamagedRow } from '../care/relay/damaged.ts';
import { faultFields } from '../care/relay/fault.ts';
import type { Log } from '../care/relay/log.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Room } from '../care/relay/room.ts';
import { LONGEST_WAIT_MS, type OutboxItem, type Store } from '../care/relay/ports.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';
import { restUntil, type Wake } from '../care/relay/wake.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import { isAct, perform } from './acting.ts';
import { contentOf, render } from './announce.ts';
import { fileContent } from './file-delivery.ts';
import type { Pacer } from './pacing.ts';
import type { Rooms } from './rooms.ts';
import { settleEarlier, transactionOf } from './settling.ts';
import { createTurns, type TakeTurn } from './turns.ts';

export type MessengerPorts = {
  store: Store;
  transport: Transport;
  rooms: Rooms;
  clocks: Clocks;
  /** Rung when something new may be sent, so that a slow room does not keep the others waiting. */
  wake: Wake;
  pacer: Pacer;
  log: Log;
};

/** In how many rooms something is made ready or said at once, and how many of them call the homeserver. */
const PARALLEL = 48;
const CALLING = 32;
/**
 * With so many under way the homeserver has enough to do: what is ready then begins in company, or after a moment. A delivery
 * waits for the disk before its call, and those that begin together wait together; one by one they keep a disk busy that
 * the homeserver may share.
 */
const ENOUGH = 16;
const COMPANY = 8;
const COMPANY_MS = 250;
/** A room that takes longer gives its place to another one; its own lane still waits for it. */
const SLOW_MS = 5_000;
/** What another process opened (`relais lane retry`) or a postponed lane's instant is seen this much later at most. */
const LOOK_MS = 500;
const FIRST_RETRY_MS = 1_000;

/**
 * Sends what may be sent now.
 * @param signal ends it: what is under way comes to its end, nothing new begins. Without a signal it does not wait for
 *   the pace either.
 * @returns how many deliveries ended (sent, superseded or put aside); 0 means that nothing is ready
 */
export async function drainOutbox(ports: MessengerPorts, signal?: AbortSignal): Promise<number> {
  const { store, clocks, pacer, wake } = ports;
  const busy = new Map<string, { since: number; work: Promise<void> }>();
  let ended = 0;
  /** Since when too few are ready to begin, machine ms. */
  let alone: number | undefined;
  const broken: unknown[] = [];
  const takeTurn = createTurns(CALLING, SLOW_MS, clocks);
  const begin = (item: OutboxItem): void => {
    const work = sendOne(ports, item, takeTurn)
      .then(
        (done) => {
          if (done) ended += 1;
        },
        (error: unknown) => void broken.push(error),
      )
      .finally(() => busy.delete(item.room));
    busy.set(item.room, { since: clocks.machine(), work });
  };
  const underWay = (): Promise<void>[] => [...busy.values()].map(({ work }) => work);
  while (!signal?.aborted && broken.length === 0) {
    const rung = wake.next();
    const now = clocks.machine();
    const taken = [...busy.values()].filter(({ since }) => now - since < SLOW_MS).length;
    const ready = taken < PARALLEL ? await store.outbox.heads(now, PARALLEL - taken, busy) : [];
    alone = ready.length > 0 && ready.length < COMPANY && taken >= ENOUGH ? (alone ?? now) : undefined;
    const left = alone === undefined || !signal ? 0 : alone + COMPANY_MS - now;
    for (const item of left > 0 ? [] : ready) {
      if (!pacer.take()) break;
      begin(item);
    }
    const held = ready.some((item) => !busy.has(item.room)) && pacer.waitMs() > 0;
    if (busy.size === 0 && !(held && signal)) return ended;
    const news = Promise.race([...underWay(), rung]);
    const look = left > 0 ? left : held ? Math.min(pacer.waitMs(), LOOK_MS) : LOOK_MS;
    // Without a signal only what is under way is waited for: a stepped clock's pause ends at once, and would spin here.
    await (signal ? restUntil(news, look, clocks, signal) : news);
  }
  await Promise.all(underWay());
  if (broken.length > 0) throw broken[0];
  return ended;
}

/** What was ready does not leave: it was withdrawn meanwhile, or the homeserver asked everybody for a pause. */
class NotNow extends Error {}

/** @returns whether the delivery left the queue */
async function sendOne(ports: MessengerPorts, item: OutboxItem, takeTurn: TakeTurn): Promise<boolean> {
  const { store, transport, clocks, pacer } = ports;
  const refusals = pacer.refusals();
  let leave = (): void => undefined;
  try {
    if (isAct(item.announcement)) {
      const whole = await perform(ports, item, item.announcement);
      pacer.answered();
      if (whole) await store.outbox.markDone(item.id, 'performed', clocks.civil());
      return whole;
    }
    const earlier = await settleEarlier(ports, item);
    if (typeof earlier === 'object') {
      await store.outbox.markDone(item.id, earlier, clocks.civil());
      return true;
    }
    const threadRoot = item.thread ? await store.outbox.threadRoot(item.room, item.thread) : undefined;
    const opens = item.thread !== undefined && threadRoot === undefined;
    // What may be in the room already is not superseded: a second card would stand beside it.
    if (item.coalesce && earlier === 'unsent' && (await store.outbox.superseded(item.id, opens))) {
      await store.outbox.markDone(item.id, 'superseded', clocks.civil());
      return true;
    }
    const room = await ports.rooms.ensure(item.room);
    const place = { threadRoot, replyTo: item.replyTo };
    const content =
      (await fileContent({ store, transport }, item, place)) ??
      contentOf(item, await render(store.files, item.announcement, clocks.civil(), item.room), place);
    // On disk together with what the crypto machine has moved: both are waited for before the call, side by side.
    const marked = store.outbox.markTried(item.id, transport.deviceId, clocks.machine());
    marked.catch(() => undefined); // seen in its turn, or hidden by what failed earlier
    const turn = async (): Promise<void> => {
      if (!(await marked)) throw new NotNow();
      leave = await takeTurn();
      if (pacer.refusals() !== refusals) throw new NotNow();
    };
    const eventId = await transport.send(
      room.matrixId,
      'm.room.message',
      content,
      transactionOf(item.deliveryId),
      room.encrypted,
      readersOf(room, transport.userId),
      turn,
    );
    pacer.answered();
    await store.outbox.markDone(item.id, { eventId }, clocks.civil());
    return true;
  } catch (error) {
    if (error instanceof NotNow) return false;
    return await failed(ports, item, error);
  } finally {
    leave();
  }
}

/** A direct room too: what the secretariat, the desk and an asker read there has a name. */
const NAMES_A_PATIENT: ReadonlySet<Room['kind']> = new Set(['patient', 'request', 'desk', 'direct']);

/** Where a patient is named, who is in the room without being wanted there gets no key (invariant 6). */
function readersOf(room: Room, bot: string): string[] | undefined {
  return NAMES_A_PATIENT.has(room.kind) ? [...room.members, bot] : undefined;
}

async function failed(ports: MessengerPorts, item: OutboxItem, error: unknown): Promise<boolean> {
  if (error instanceof StoreFailure) throw error; // the disk is the trouble, not the delivery: it stays where it is
  const { store, clocks, pacer, log } = ports;
  const fields = { delivery: item.deliveryId, lane: laneName(item.room), attempts: item.attempts + 1 };
  if (error instanceof DamagedRow) {
    const { message: why, what } = error;
    // Without its record nobody can be written to in that room; everything else is a matter of one delivery.
    if (what.startsWith('room:')) await store.outbox.pauseLane(item.room, why);
    else await store.outbox.quarantine(item.id, why);
    log('error', `put aside: ${why}`, { ...fields, kind: 'damaged' });
    return true;
  }
  if (!(error instanceof TransportFailure)) {
    await store.ping(); // the disk is the trouble, not the delivery: it stays where it is
    await store.outbox.quarantine(item.id, `bug: ${error instanceof Error ? error.name : 'unknown'}`);
    log('error', 'bug while sending: put aside', { ...fields, kind: 'bug', ...faultFields(error) });
    return true;
  }
  const { kind, message: why, scope, retryAfterMs } = error;
  if (scope === 'homeserver') {
    const wait = pacer.refused(retryAfterMs);
    await store.outbox.postpone(item.id, clocks.machine(), why); // the pace holds it back, with all the others
    log(kind === 'account' ? 'error' : 'warn', `the whole account waits: ${why}`, { ...fields, kind, wait });
    return false;
  }
  if (kind !== 'ambiguous') pacer.answered();
  switch (kind) {
    case 'transient':
    case 'ambiguous':
    case 'account': {
      const wait = Math.min(retryAfterMs ?? FIRST_RETRY_MS * 2 ** item.attempts, LONGEST_WAIT_MS);
      await store.outbox.postpone(item.id, clocks.machine() + wait, why);
      log('warn', `delivery waits: ${why}`, { ...fields, kind, wait });
      return false;
    }
    case 'room':
      await store.outbox.pauseLane(item.room, why);
      log('error', `lane paused: ${why}; see relais lane`, { ...fields, kind });
      return true;
    case 'message':
      await store.outbox.quarantine(item.id, why);
      log('error', `delivery put aside: ${why}; see relais quarantine list`, { ...fields, kind });
      return true;
    default:
      return kind satisfies never;
  }
}

/** A direct room's ref holds a Matrix user id: only its kind is logged. */
function laneName(ref: string): string {
  return ref.startsWith('direct:') ? 'direct' : ref;
}
