/** From the sending to an event that a client has seen: the floor's PUT, and Relais' POST, with the same load. */
import { roomsOf, serve } from '../installation.ts';
import { say, table } from '../markdown.ts';
import { type Bench, label, type Section, type Target } from '../section.ts';
import { type Figure, figure, percentile } from '../stats.ts';
import { floorLatency, relayLatency } from '../traffic.ts';

type Percentiles = { p50: Figure; p95: Figure; p99: Figure };

type LatencyCell = {
  kind: 'clear' | 'encrypted';
  inFlight: number;
  floor: Percentiles;
  relais: Percentiles;
  /** p50 to p50 of each round, then the median. */
  ratio: Figure;
};

type Latency = { events: number; rooms: number; cells: LatencyCell[] };

async function measure(bench: Bench): Promise<Latency> {
  const { rounds, sizes, onProgress } = bench;
  const world = await bench.world();
  const { watcher } = world;
  const servings = { clear: await serve(world.clear), encrypted: await serve(world.encrypted) };
  const rooms = { clear: await known(world.clear), encrypted: await known(world.encrypted) };
  const cells = (['clear', 'encrypted'] as const).flatMap((kind) =>
    [1, 8].map((inFlight) => ({ kind, inFlight, floor: [] as number[][], relais: [] as number[][] })),
  );
  for (let round = 0; round <= rounds; round += 1) {
    for (const cell of cells.filter((one) => round > 0 || one.inFlight === WARMING)) {
      const { kind, inFlight } = cell;
      const floorRooms = world.floorRooms.filter((room) => room.encrypted === (kind === 'encrypted'));
      const direct = await floorLatency(world, floorRooms, inFlight, sizes.timed);
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

const TIMES = 1.25;
/** One cell of each kind is enough to warm the processes up. */
const WARMING = 8;

export const latency: Section = {
  name: 'latency',
  title: 'From the POST to an event that a client has seen',
  measure: async (bench) => {
    const found = await measure(bench);
    return { figures: found, body: body(found), targets: targets(found) };
  },
};

function targets(found: Latency): Target[] {
  return found.cells.map(({ kind, inFlight, ratio }) => ({
    what: `p50 from POST to seen beside the floor's: ${kind}, ${inFlight} at once`,
    promised: `≤ ${TIMES}`,
    found: say(ratio, 2),
    met: ratio.median <= TIMES,
  }));
}

function body(found: Latency): string {
  const ms = (f: Figure): string => say(f, 0);
  const rows = found.cells.map(({ kind, inFlight, floor: f, relais: r, ratio }) => [
    ...[kind, inFlight, ms(f.p50), ms(r.p50), ms(f.p95), ms(r.p95), ms(f.p99), ms(r.p99), say(ratio, 2)],
  ]);
  const sides = ['p50', 'p95', 'p99'].flatMap((p) => [`floor ${p}`, `Relais ${p}`]);
  return `${found.events} events per round over ${found.rooms} rooms, each awaited before the next one of its slot. Floor: from the PUT. Relais: from the POST of an A16 that
moves a planned discharge to another hour of the same day, which is exactly one event (the card's edit). Milliseconds.

${table(['rooms are', 'at once', ...sides, 'p50, Relais / floor'], rows)}`;
}
