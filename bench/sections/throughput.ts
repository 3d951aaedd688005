/** Events per second into the rooms: the floor, and Relais from the webhook, one after the other in each round. */
import { type Calls, countCalls } from '../calls.ts';
import { serve } from '../installation.ts';
import { say, table } from '../markdown.ts';
import { type Bench, label, type Section, type Target } from '../section.ts';
import { type Figure, figure, round1 } from '../stats.ts';
import { acceptance, floorThroughput, relayThroughput } from '../traffic.ts';

type Cell = {
  kind: 'clear' | 'encrypted';
  rooms: number;
  inFlight: number;
  floor: Figure;
  /** The floor while its account hears. */
  hearing: Figure;
  relais: Figure;
  messages: Figure;
  perMessage: Figure;
  /** Relais to floor in each round, then their median: what the machine did meanwhile weighs on both. */
  ratio: Figure;
  hearingRatio: Figure;
  /** Processor time of the serving process per delivery, ms. */
  cpuMs: Figure;
};

type Throughput = {
  events: number;
  movements: number;
  cells: Cell[];
  /** Acknowledged, durable messages per second, by number of senders. */
  accepted: { senders: number; figure: Figure }[];
  memoryMb: { encrypted: number; clear: number };
  calls: Calls[];
};

const SENDERS = [1, 32];
const WARMING = 8;

async function measure(bench: Bench): Promise<Throughput> {
  const { rounds, sizes, onProgress } = bench;
  const world = await bench.world();
  const { watcher } = world;
  const servings = { clear: await serve(world.clear), encrypted: await serve(world.encrypted) };
  const plans = (['clear', 'encrypted'] as const).flatMap((kind) => [
    { kind, rooms: 1, inFlight: 1 },
    ...[1, 8, 32].map((inFlight) => ({ kind, rooms: sizes.rooms, inFlight })),
  ]);
  const cells = plans.map((plan) => ({ ...plan, rows: [] as Row[] }));
  const accepted = SENDERS.map((senders) => ({ senders, rates: [] as number[] }));
  for (let round = 0; round <= rounds; round += 1) {
    // The first round warms the processes up: one cell of each kind is enough for it.
    for (const cell of cells.filter(({ inFlight }) => round > 0 || inFlight === WARMING)) {
      const serving = servings[cell.kind];
      const rooms = world.floorRooms.filter((room) => room.encrypted === (cell.kind === 'encrypted'));
      const floorRate = await floorThroughput(world, rooms.slice(0, cell.rooms), cell.inFlight, sizes.events);
      const deaf = await world.floor.hear();
      const hearing = await floorThroughput(world, rooms.slice(0, cell.rooms), cell.inFlight, sizes.events);
      await deaf();
      const given = { serving, installation: world[cell.kind], watcher, visit: bench.visit() };
      const relayed = await relayThroughput(given, cell.rooms, cell.inFlight, sizes.movements);
      const row = { floor: floorRate, hearing, ...relayed };
      onProgress(
        `${label(round)}, ${cell.kind}, ${cell.rooms} rooms, ${cell.inFlight} in flight: floor ${floorRate.toFixed(1)}/s (hearing ${hearing.toFixed(1)}/s), Relais ${relayed.deliveries.toFixed(1)}/s`,
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
      hearing: figure(rows.map((row) => row.hearing)),
      relais: figure(rows.map((row) => row.deliveries)),
      messages: figure(rows.map((row) => row.messages)),
      perMessage: figure(rows.map((row) => row.perMessage)),
      ratio: figure(rows.map((row) => row.deliveries / row.floor)),
      hearingRatio: figure(rows.map((row) => row.deliveries / row.hearing)),
      cpuMs: figure(rows.map((row) => row.cpuMs)),
    })),
    accepted: accepted.map(({ senders, rates }) => ({ senders, figure: figure(rates) })),
    memoryMb,
  };
}

type Row = { floor: number; hearing: number; deliveries: number; messages: number; perMessage: number; cpuMs: number };

const SHARE = 0.9;

export const throughput: Section = {
  name: 'floor',
  title: 'Webhook to room',
  measure: async (bench) => {
    const found = await measure(bench);
    return { figures: found, body: body(found), targets: targets(found) };
  },
};

function targets(found: Throughput): Target[] {
  return found.cells
    .filter(({ rooms }) => rooms > 1)
    .map(({ kind, rooms, inFlight, ratio }) => ({
      what: `events/s beside the floor: ${kind}, ${rooms} rooms, ${inFlight} at once`,
      promised: `≥ ${SHARE.toFixed(2)}`,
      found: say(ratio, 2),
      met: ratio.median >= SHARE,
    }));
}

function body(found: Throughput): string {
  const rows = found.cells.map((c) => [
    c.kind,
    c.rooms,
    c.inFlight,
    say(c.floor),
    say(c.hearing),
    say(c.relais),
    say(c.messages),
    c.perMessage.median.toFixed(2),
    c.cpuMs.median.toFixed(1),
    say(c.ratio, 2),
    say(c.hearingRatio, 2),
  ]);
  const best = (kind: string): number =>
    Math.max(...found.cells.filter((c) => c.kind === kind).map((c) => c.floor.median));
  const harder = found.cells
    .filter((c) => c.rooms > 1)
    .map((c) => `${c.kind} ${c.inFlight}: ${(c.relais.median / best(c.kind)).toFixed(2)}`)
    .join(' · ');
  const calls = found.calls.map(({ kind, deliveries, counts }) => {
    const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
    const kinds = Object.entries(counts).sort((a, b) => b[1] - a[1]);
    const each = kinds.map(([name, n]) => `${name} ${n}`).join(', ');
    return [kind, deliveries, (all / deliveries).toFixed(2), ((counts['send'] ?? 0) / deliveries).toFixed(2), each];
  });
  const head = [
    'rooms are',
    'rooms',
    'at once',
    'floor, events/s',
    'floor that hears',
    'Relais, events/s',
    'movements/s',
  ];
  return `Floor: ${found.events} \`PUT /send\` by a kept-alive client without disk or sync, one at a time in a room; encrypted: OlmMachine in memory, keys
shared before. Relais: ${found.movements} signed \`POST /v1/hl7v2\` (A02) to \`relais serve\`, by as many senders as the floor has in flight; Relais itself
writes to several rooms at once, whatever the number of senders. A movement gives a card's edit and a fact; an edit that a later one
supersedes is not sent, so events per movement vary. The floor sends the same contents. Both end when a client has *seen* the last event.
The floor that hears keeps its account's \`/sync\` open meanwhile, as every client that is answered or given keys must: the homeserver then looks
into each room once more for each answer. It says what of the difference is the price of listening.

${table([...head, 'events per movement', 'processor ms per event', 'Relais / floor', 'Relais / floor that hears'], rows)}

Against the floor's best concurrency, a harder measure: ${harder}.

Acknowledged, so on disk, while they are also being decided (outpatients: nothing is said of them):

${table(
  ['senders', 'messages/s'],
  found.accepted.map((a) => [a.senders, say(a.figure, 0)]),
)}

Calls of the serving process to the homeserver, in a run of its own that is not timed, from start to end:

${table(['rooms are', 'events', 'calls per event', 'sends per event', 'by kind'], calls)}

Resident memory of the serving process afterwards: ${round1(found.memoryMb.encrypted)} MB with encrypted rooms, ${round1(found.memoryMb.clear)} MB with clear ones.`;
}
