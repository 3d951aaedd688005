/** The two ways into a room that are compared: the floor's PUT, and Relais from the signed webhook. */
import type { ClientRoom } from './client.ts';
import type { Contents } from './contents.ts';
import type { Floor } from './floor.ts';
import type { Installation, Serving } from './installation.ts';
import { hl7 } from './messages.ts';
import type { Watcher } from './watcher.ts';

/** Runs `work` for each item, at most `width` at a time, in order. */
export async function eachOf<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** @returns events seen per second: the card's edit and the fact by turns, one PUT at a time in a room */
export async function floorThroughput(
  given: { floor: Floor; watcher: Watcher; contents: Contents },
  rooms: readonly ClientRoom[],
  inFlight: number,
  events: number,
): Promise<number> {
  const { floor, watcher, contents } = given;
  const free = await Promise.all(
    rooms.map(async (room) => ({ room, root: await floor.put(room, contents.root), said: 0 })),
  );
  const width = Math.min(inFlight, rooms.length);
  let left = events;
  const began = performance.now();
  const last = watcher.nextMany(events, (event) => event.sender === floor.userId && event.relation !== undefined);
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const next = free.shift();
      if (!next) throw new Error('more workers than rooms');
      next.said += 1;
      await floor.put(next.room, next.said % 2 === 1 ? contents.edit(next.root) : contents.fact(next.root));
      free.push(next);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return (1000 * events) / ((await last) - began);
}

export type Relayed = {
  /** Events that a client saw, per second. */
  deliveries: number;
  /** Movements per second: what the hospital sent. */
  messages: number;
  /** Events in the room per movement: a card's edit that a later one supersedes is not sent. */
  perMessage: number;
  /** Processor time of the serving process per delivery, ms. */
  cpuMs: number;
};

/** Transfers of patients who have just been admitted: each gives a card's edit and a fact. */
export async function relayThroughput(
  given: { serving: Serving; installation: Installation; watcher: Watcher; visit: string },
  rooms: number,
  senders: number,
  messages: number,
): Promise<Relayed> {
  const { serving, installation, watcher, visit } = given;
  const mine = (event: { sender: string }): boolean => event.sender === installation.bot;
  const isFact = (event: { sender: string; relation: string | undefined }): boolean =>
    mine(event) && event.relation === 'm.thread';
  const admitted = watcher.nextMany(rooms, isFact);
  for (let patient = 0; patient < rooms; patient += 1)
    await serving.post(hl7({ trigger: 'A01', patient, visit }, Date.now()));
  await admitted;

  const before = watcher.count(mine);
  const last = watcher.nextMany(messages, isFact); // a movement's fact comes after its card: nothing is left then
  const bodies = Array.from({ length: messages }, (_, n) =>
    hl7({ trigger: 'A02', patient: n % rooms, visit }, Date.now()),
  );
  const cpu = serving.cpuMs();
  const began = performance.now();
  await eachOf(bodies, senders, (body) => serving.post(body));
  const seconds = ((await last) - began) / 1000;
  const events = watcher.count(mine) - before;
  return {
    deliveries: events / seconds,
    messages: messages / seconds,
    perMessage: events / messages,
    cpuMs: (serving.cpuMs() - cpu) / events,
  };
}

/** @returns for each event, ms from its PUT to its being seen; `inFlight` events are under way at any time */
export async function floorLatency(
  given: { floor: Floor; watcher: Watcher; contents: Contents },
  rooms: readonly ClientRoom[],
  inFlight: number,
  events: number,
): Promise<number[]> {
  const { floor, watcher, contents } = given;
  const free = await Promise.all(rooms.map(async (room) => ({ room, root: await floor.put(room, contents.root) })));
  const times: number[] = [];
  await eachOf(Array.from({ length: events }), Math.min(inFlight, rooms.length), async () => {
    const next = free.shift();
    if (!next) throw new Error('more in flight than rooms');
    const seen = watcher.nextEdit(next.room.id, floor.userId);
    const began = performance.now();
    await floor.put(next.room, contents.edit(next.root));
    times.push((await seen).at - began);
    free.push(next);
  });
  return times;
}

/** The same from the POST: another hour of the same planned day edits the card, which is exactly one event. */
export async function relayLatency(
  given: { serving: Serving; installation: Installation; watcher: Watcher; visit: string; rooms: readonly string[] },
  inFlight: number,
  events: number,
): Promise<number[]> {
  const { serving, installation, watcher, visit, rooms } = given;
  const used = rooms.slice(0, Math.min(rooms.length, events));
  const planned = watcher.nextMany(
    used.length * 2,
    (event) => event.sender === installation.bot && event.relation === 'm.thread',
  );
  for (const trigger of ['A01', 'A16'] as const)
    for (const patient of used.keys()) await serving.post(hl7({ trigger, patient, visit }, Date.now()));
  await planned;
  const free = used.map((room, patient) => ({ room, patient, minutes: 0 }));
  const times: number[] = [];
  await eachOf(Array.from({ length: events }), Math.min(inFlight, used.length), async () => {
    const next = free.shift();
    if (!next) throw new Error('more in flight than rooms');
    next.minutes += 1;
    const seen = watcher.nextEdit(next.room, installation.bot);
    const body = hl7({ trigger: 'A16', patient: next.patient, visit, minutes: next.minutes }, Date.now());
    const began = performance.now();
    await serving.post(body);
    times.push((await seen).at - began);
    free.push(next);
  });
  return times;
}

/** @returns acknowledged, so durable, messages per second: outpatients, who are stored and decided but not said */
export async function acceptance(serving: Serving, senders: number, messages: number, visit: string): Promise<number> {
  const bodies = Array.from({ length: messages }, (_, n) =>
    hl7({ trigger: 'A01', patient: n % 40, visit: `${visit}-${n}`, patientClass: 'O' }, Date.now()),
  );
  const began = performance.now();
  await eachOf(bodies, senders, (body) => serving.post(body));
  return (1000 * messages) / (performance.now() - began);
}
