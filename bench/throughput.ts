/** Events per second into the rooms: the floor, and Relais from the webhook, one after the other in each round. */
import type { Bench } from './bench.ts';
import { type Calls, countCalls } from './calls.ts';
import { serve } from './installation.ts';
import { type Figure, figure } from './stats.ts';
import { acceptance, floorThroughput, relayThroughput } from './traffic.ts';

type Cell = {
  kind: 'clear' | 'encrypted';
  rooms: number;
  inFlight: number;
  floor: Figure;
  relais: Figure;
  messages: Figure;
  perMessage: Figure;
  /** Relais to floor in each round, then their median: what the machine did meanwhile weighs on both. */
  ratio: Figure;
  /** Processor time of the serving process per delivery, ms. */
  cpuMs: Figure;
};

export type Throughput = {
  events: number;
  movements: number;
  cells: Cell[];
  /** Acknowledged, durable messages per second, by number of senders. */
  accepted: { senders: number; figure: Figure }[];
  memoryMb: { encrypted: number; clear: number };
  calls: Calls[];
};

const SENDERS = [1, 32];

export async function measureThroughput(bench: Bench): Promise<Throughput> {
  const { world, contents, rounds, sizes, onProgress } = bench;
  const { watcher, floor } = world;
  const servings = { clear: await serve(world.clear), encrypted: await serve(world.encrypted) };
  const plans = (['clear', 'encrypted'] as const).flatMap((kind) => [
    { kind, rooms: 1, inFlight: 1 },
    ...[1, 8, 32].map((inFlight) => ({ kind, rooms: sizes.rooms, inFlight })),
  ]);
  const cells = plans.map((plan) => ({ ...plan, rows: [] as Row[] }));
  const accepted = SENDERS.map((senders) => ({ senders, rates: [] as number[] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const cell of cells) {
      const serving = servings[cell.kind];
      const rooms = world.floorRooms.filter((room) => room.encrypted === (cell.kind === 'encrypted'));
      const floorRate = await floorThroughput(
        { floor, watcher, contents },
        rooms.slice(0, cell.rooms),
        cell.inFlight,
        sizes.events,
      );
      const given = { serving, installation: world[cell.kind], watcher, visit: bench.visit() };
      const relayed = await relayThroughput(given, cell.rooms, cell.inFlight, sizes.movements);
      const row = { floor: floorRate, ...relayed };
      onProgress(
        `${label(round)}, ${cell.kind}, ${cell.rooms} rooms, ${cell.inFlight} in flight: floor ${floorRate.toFixed(1)}/s, Relais ${relayed.deliveries.toFixed(1)}/s`,
      );
      if (round > 0) cell.rows.push(row);
    }
    for (const one of accepted) {
      const rate = await acceptance(servings.encrypted, one.senders, sizes.accepted, bench.visit());
      onProgress(`${label(round)}, accepted by ${one.senders} senders: ${rate.toFixed(0)}/s`);
      if (round > 0) one.rates.push(rate);
    }
  }
  const memoryMb = { encrypted: servings.encrypted.memory(), clear: servings.clear.memory() };
  await Promise.all([servings.clear.stop(), servings.encrypted.stop()]);
  onProgress('counting calls');
  const calls = [await countCalls(bench, 'clear'), await countCalls(bench, 'encrypted')];
  return {
    calls,
    events: sizes.events,
    movements: sizes.movements,
    cells: cells.map(({ rows, ...plan }) => ({
      ...plan,
      floor: figure(rows.map((row) => row.floor)),
      relais: figure(rows.map((row) => row.deliveries)),
      messages: figure(rows.map((row) => row.messages)),
      perMessage: figure(rows.map((row) => row.perMessage)),
      ratio: figure(rows.map((row) => row.deliveries / row.floor)),
      cpuMs: figure(rows.map((row) => row.cpuMs)),
    })),
    accepted: accepted.map(({ senders, rates }) => ({ senders, figure: figure(rates) })),
    memoryMb,
  };
}

type Row = { floor: number; deliveries: number; messages: number; perMessage: number; cpuMs: number };

/** The first round warms both sides up and is not counted. */
export function label(round: number): string {
  return round === 0 ? 'warming up' : `round ${round}`;
}
