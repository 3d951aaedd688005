/**
 * Acts on a room, in the lane of what is said there: what was said of a stay is taken back, a room ends. Each step may be
 * made twice: a kill in between costs nothing.
 */
import { apply } from '../care/relay/apply.ts';
import type { RoomAct } from '../care/relay/announcement.ts';
import type { Clocks } from '../care/relay/clock.ts';
import { type Decision, emptyDecision } from '../care/relay/decision.ts';
import type { Log } from '../care/relay/log.ts';
import type { Carrier, OutboxItem, Store } from '../care/relay/ports.ts';
import { type Transport, TransportFailure } from '../care/relay/transport.ts';
import type { Rooms } from './rooms.ts';
import { eventOf } from './settling.ts';

export type ActingPorts = {
  store: Store;
  transport: Transport;
  rooms: Rooms;
  clocks: Pick<Clocks, 'civil' | 'machine'>;
  log: Log;
};

export function isAct(announcement: OutboxItem['announcement']): announcement is RoomAct {
  return announcement.kind === 'withdraw' || announcement.kind === 'end-room';
}

/** One call of the homeserver at a time, or nearly. @returns false while something of it is left. @throws TransportFailure */
export async function perform(ports: ActingPorts, item: OutboxItem, act: RoomAct): Promise<boolean> {
  switch (act.kind) {
    case 'withdraw':
      return withdrawOne(ports, item.room, act);
    case 'end-room':
      await endRoom(ports, item.room, act);
      return true;
    default:
      return act satisfies never;
  }
}

async function withdrawOne(
  ports: ActingPorts,
  ref: string,
  { thread, desk }: Extract<RoomAct, { kind: 'withdraw' }>,
): Promise<boolean> {
  const { store, clocks } = ports;
  const [carrier, ...others] = await store.outbox.carriers(ref, thread);
  const matrixId = (await store.rooms.get(ref))?.matrixId ?? undefined;
  if (!carrier) return true;
  const failed = matrixId === undefined ? 'the room is gone' : await takeBack(ports, matrixId, carrier);
  await store.outbox.markRedacted(carrier.id, failed === undefined ? 'redacted' : { failed }, clocks.civil());
  if (failed !== undefined) await tellNotRedacted(ports, ref, desk, failed);
  return others.length === 0;
}

/** @returns why it stays there, when it does. @throws TransportFailure when it is worth another try */
async function takeBack(
  { transport, clocks }: ActingPorts,
  matrixId: string,
  { deliveryId, eventId, tried }: Carrier,
): Promise<string | undefined> {
  try {
    // Sent without a known end: the room says whether it is there.
    const event = eventId ?? (tried && (await eventOf(transport, matrixId, deliveryId, tried.at, clocks.machine())));
    if (event !== undefined) await transport.redact(matrixId, event, `relais-redact-${deliveryId}`);
    return undefined;
  } catch (error) {
    // An earlier Matrix room that the bot has left, a room that put it out, a room that cannot be read back.
    if (error instanceof TransportFailure && (error.kind === 'room' || error.kind === 'message')) return error.message;
    throw error;
  }
}

/** A failed redaction is visible: to the operator in the log and the audit, to the desk once per room. */
async function tellNotRedacted(
  { store, clocks, log }: ActingPorts,
  ref: string,
  desk: string,
  why: string,
): Promise<void> {
  log('error', `an event could not be taken back: ${why}`, { lane: ref });
  const room = desk === '' ? undefined : await store.rooms.get(desk);
  if (!room) return;
  await apply(store, clocks.civil(), async () => {
    const id = `not-redacted|${ref}`;
    const known = await store.files.load('room-watch', id);
    const name = (await store.rooms.get(ref))?.name ?? '';
    const audit = { actor: 'matrix', action: 'desk:not-redacted', subject: ref } as const;
    const decision: Decision = {
      ...emptyDecision(),
      audit: [{ ...audit, outcome: 'posted', reason: 'reported' }],
      files: [{ kind: 'room-watch', id, version: known?.version ?? 0, state: { at: clocks.civil() } }],
    };
    const note = { kind: 'desk-note', note: { what: 'not-redacted', room: name } } as const;
    if (!known) decision.deliveries.push({ room: desk, ring: room.members, announcement: note });
    return decision;
  });
}

/** The tombstone, then one commit that ends the record or moves it to the next Matrix room; the leaving is durable. */
async function endRoom(
  ports: ActingPorts,
  ref: string,
  { next, generation }: Extract<RoomAct, { kind: 'end-room' }>,
): Promise<void> {
  const { store, transport, rooms, clocks, log } = ports;
  const room = await store.rooms.get(ref);
  // Another generation: it was done, and the process ended before it could say so.
  if (room?.state !== 'open' || room.matrixId === null || room.generation !== generation) return;
  const old = room.matrixId;
  const successor = next ? await rooms.createNext(ref) : undefined;
  // Without a successor none is named: who reads here is not expected anywhere else. Synapse wants the key all the same.
  const content = { body: '', replacement_room: successor ?? '' };
  try {
    await transport.setState(old, 'm.room.tombstone', '', content);
  } catch (error) {
    // Out of the room already: what follows does not depend on it.
    if (!(error instanceof TransportFailure) || error.kind !== 'room') throw error;
    log('warn', `a room ends without its tombstone: ${error.message}`, { lane: ref });
  }
  await apply(store, clocks.civil(), async () => {
    const leaving = await store.files.load('room-watch', `left|${old}`);
    const said = await store.files.load('room-watch', `said|${ref}`);
    const count = await store.outbox.countDone(ref);
    const state = { ref, matrixId: old };
    return {
      ...emptyDecision(),
      files: [
        { kind: 'room-watch', id: `left|${old}`, version: leaving?.version ?? 0, state, keys: ['leaving'] },
        { kind: 'room-watch', id: `said|${ref}`, version: said?.version ?? 0, state: { said: count } },
      ],
      ...(successor === undefined ? { closes: [ref] } : { replaces: [{ ref, matrixId: successor }] }),
      audit: [{ actor: 'matrix', action: 'room-ended', subject: ref, outcome: 'muted', reason: 'recorded' }],
    };
  });
}
