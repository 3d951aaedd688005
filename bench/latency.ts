/** From the sending to an event that a client has seen: the floor's PUT, and Relais' POST, with the same load. */
import type { Bench } from './bench.ts';
import { roomsOf, serve } from './installation.ts';
import { type Figure, figure, percentile } from './stats.ts';
import { label } from './throughput.ts';
import { floorLatency, relayLatency } from './traffic.ts';

type Percentiles = { p50: Figure; p95: Figure; p99: Figure };

type LatencyCell = {
  kind: 'clear' | 'encrypted';
  inFlight: number;
  floor: Percentiles;
  relais: Percentiles;
  /** p50 to p50 of each round, then the median. */
  ratio: Figure;
};

export type Latency = { events: number; rooms: number; cells: LatencyCell[] };

export async function measureLatency(bench: Bench): Promise<Latency> {
  const { world, contents, rounds, sizes, onProgress } = bench;
  const { watcher, floor } = world;
  const servings = { clear: await serve(world.clear), encrypted: await serve(world.encrypted) };
  const rooms = { clear: await known(world.clear), encrypted: await known(world.encrypted) };
  const cells = (['clear', 'encrypted'] as const).flatMap((kind) =>
    [1, 8].map((inFlight) => ({ kind, inFlight, floor: [] as number[][], relais: [] as number[][] })),
  );
  for (let round = 0; round <= rounds; round += 1) {
    for (const cell of cells) {
      const { kind, inFlight } = cell;
      const floorRooms = world.floorRooms.filter((room) => room.encrypted === (kind === 'encrypted'));
      const direct = await floorLatency({ floor, watcher, contents }, floorRooms, inFlight, sizes.timed);
      const given = { serving: servings[kind], installation: world[kind], watcher, visit: bench.visit() };
      const relayed = await relayLatency({ ...given, rooms: rooms[kind] }, inFlight, sizes.timed);
      const [f, r] = [percentile(direct, 0.5), percentile(relayed, 0.5)];
      onProgress(
        `${label(round)}, ${kind}, ${inFlight} in flight: floor p50 ${f.toFixed(0)} ms, Relais p50 ${r.toFixed(0)} ms`,
      );
      if (round === 0) continue;
      cell.floor.push(direct);
      cell.relais.push(relayed);
    }
  }
  await Promise.all([servings.clear.stop(), servings.encrypted.stop()]);
  return {
    events: sizes.timed,
    rooms: sizes.rooms,
    cells: cells.map(({ kind, inFlight, floor: direct, relais }) => ({
      kind,
      inFlight,
      floor: percentiles(direct),
      relais: percentiles(relais),
      ratio: figure(relais.map((times, n) => percentile(times, 0.5) / percentile(direct[n] ?? [], 0.5))),
    })),
  };
}

function percentiles(rounds: number[][]): Percentiles {
  const at = (p: number): Figure => figure(rounds.map((times) => percentile(times, p)));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

async function known(installation: Parameters<typeof roomsOf>[0]): Promise<string[]> {
  const rooms = await roomsOf(installation);
  return rooms.map((room) => {
    if (room === undefined) throw new Error('a patient of the bench has no room: erase .relais/bench');
    return room;
  });
}
