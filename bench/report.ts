/** docs/measured.json, subject by subject, and docs/measured.md written from it: no figure that was not measured. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Drain } from './drain.ts';
import type { Latency } from './latency.ts';
import { type Machine, describeMachine } from './machine.ts';
import type { Rooms } from './rooms.ts';
import { type Figure, round1 } from './stats.ts';
import type { Throughput } from './throughput.ts';

type Circumstances = { at: string; command: string; rounds: number; loadBefore: number; note: string | undefined };
export type Figures = {
  machine?: Machine;
  floor?: Circumstances & Throughput;
  latency?: Circumstances & Latency;
  rooms?: Circumstances & Rooms;
  drain?: Circumstances & Drain;
};

/** Replaces the subjects that were measured, keeps the others, and writes the page again. */
export function keepFigures(folder: string, found: Partial<Figures>): void {
  const path = join(folder, 'measured.json');
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Figures) : {};
  const figures: Figures = { ...kept, ...found, machine: describeMachine() };
  writeFileSync(path, `${JSON.stringify(figures, null, 2)}\n`);
  writeFileSync(join(folder, 'measured.md'), page(figures));
}

const TARGETS = { throughput: 0.9, latency: 1.25, readyMs: 2_000, memoryMb: 200 };

/** `12.3 (11–14)`: the median of the rounds, and their spread. */
const say = (f: Figure, digits = 1): string =>
  `${f.median.toFixed(digits)} (${f.min.toFixed(digits)}–${f.max.toFixed(digits)})`;
const held = (holds: boolean): string => (holds ? 'yes' : '**no**');
const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: string[], rows: string[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n');

function circumstances({ at, command, rounds, loadBefore, note }: Circumstances): string {
  const alone = loadBefore > 1 ? 'the machine was busy with something else: compare within a row' : 'nothing else ran';
  return `\`${command}\`, ${at.slice(0, 16).replace('T', ' ')} UTC, ${rounds} counted rounds. Load average before it: ${loadBefore} (${alone}).${note === undefined ? '' : ` ${note}`}`;
}

function page(figures: Figures): string {
  const { machine } = figures;
  const parts = [
    `# Measured\n\nWritten by \`npm run bench\` from \`measured.json\`; tests never assert speeds. Each figure is the median of its rounds, with the\nlowest and the highest. The sides of a comparison are measured one after the other in every round, on one Synapse; the first round\nwarms up and is not counted.`,
    machine &&
      `Machine: ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}, Synapse ${machine.synapse}. Synapse, Relais\nand the measuring client share these cores.`,
    figures.floor && throughput(figures.floor),
    figures.latency && latency(figures.latency),
    figures.rooms && rooms(figures.rooms),
    figures.drain && drain(figures.drain),
  ];
  return `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
}

function throughput(found: Circumstances & Throughput): string {
  const rows = found.cells.map((c) =>
    row(
      c.kind,
      c.rooms,
      c.inFlight,
      say(c.floor),
      say(c.relais),
      say(c.messages),
      c.perMessage.median.toFixed(2),
      c.cpuMs.median.toFixed(1),
      say(c.ratio, 2),
      c.rooms === 1 ? '–' : held(c.ratio.median >= TARGETS.throughput),
    ),
  );
  const best = (kind: string): number =>
    Math.max(...found.cells.filter((c) => c.kind === kind).map((c) => c.floor.median));
  const harder = found.cells
    .filter((c) => c.rooms > 1)
    .map((c) => `${c.kind} ${c.inFlight}: ${(c.relais.median / best(c.kind)).toFixed(2)}`)
    .join(' · ');
  const accepted = found.accepted.map((a) => row(a.senders, say(a.figure, 0)));
  const calls = found.calls.map(({ kind, deliveries, counts }) => {
    const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
    const kinds = Object.entries(counts).sort((a, b) => b[1] - a[1]);
    const each = kinds.map(([name, n]) => `${name} ${n}`).join(', ');
    return row(kind, deliveries, (all / deliveries).toFixed(2), ((counts['send'] ?? 0) / deliveries).toFixed(2), each);
  });
  const head = ['rooms are', 'rooms', 'in flight', 'floor, events/s', 'Relais, events/s', 'movements/s'];
  return `## Webhook to room

${circumstances(found)}

Floor: ${found.events} \`PUT /send\` by a kept-alive client without disk or sync, one at a time in a room; encrypted: OlmMachine in memory, keys
shared before. Relais: ${found.movements} signed \`POST /v1/hl7v2\` (A02) to \`relais serve\`, by as many senders as the floor has in flight; Relais itself
writes to 16 rooms at once, whatever the number of senders. A movement gives a card's edit and a fact; an edit that a later one
supersedes is not sent, so events per movement vary. The floor sends the same contents. Both end when a client has *seen* the last event.

${table([...head, 'events per movement', 'processor ms per event', 'ratio', '≥ 0.90'], rows)}

Against the floor's best concurrency, a harder measure: ${harder}.

Acknowledged, so on disk, while they are also being decided (outpatients: nothing is said of them):

${table(['senders', 'messages/s'], accepted)}

Calls of the serving process to the homeserver, in a run of its own that is not timed, from start to end:

${table(['rooms are', 'events', 'calls per event', 'sends per event', 'by kind'], calls)}

Resident memory of the serving process afterwards: ${round1(found.memoryMb.encrypted)} MB with encrypted rooms, ${round1(found.memoryMb.clear)} MB with clear ones.`;
}

function latency(found: Circumstances & Latency): string {
  const ms = (f: Figure): string => say(f, 0);
  const rows = found.cells.map((c) =>
    row(
      c.kind,
      c.inFlight,
      ms(c.floor.p50),
      ms(c.relais.p50),
      ms(c.floor.p95),
      ms(c.relais.p95),
      ms(c.floor.p99),
      ms(c.relais.p99),
      say(c.ratio, 2),
      held(c.ratio.median <= TARGETS.latency),
    ),
  );
  const head = [
    'rooms are',
    'in flight',
    'floor p50',
    'Relais p50',
    'floor p95',
    'Relais p95',
    'floor p99',
    'Relais p99',
  ];
  return `## From the POST to an event that a client has seen

${circumstances(found)}

${found.events} events per round over ${found.rooms} rooms, each awaited before the next one of its slot. Floor: from the PUT. Relais: from the POST of an A16 that
moves a planned discharge to another hour of the same day, which is exactly one event (the card's edit). Milliseconds.

${table([...head, 'p50 ratio', '≤ 1.25'], rows)}`;
}

function rooms(found: Circumstances & Rooms): string {
  const { cold, restart } = found;
  const held2 = (ready: Figure, memory: Figure): string =>
    `${held(ready.median < TARGETS.readyMs)} / ${held(memory.median < TARGETS.memoryMb)}`;
  return `## ${found.rooms} rooms

${circumstances(found)}

Encrypted patient rooms of one account. Cold: without a sync token. Ready: from the start of the process to \`/health/ready\`. Memory:
resident, after the first sync and after the first message.

${table(
  ['', 'ready, ms', 'then, ms from the start', 'memory, MB', '< 2 s / < 200 MB'],
  [
    row('cold', say(cold.readyMs, 0), `first sync on disk: ${say(cold.syncedMs, 0)}`, say(cold.memoryMb, 0), '–'),
    row(
      'restart',
      say(restart.readyMs, 0),
      `first message sent: ${say(restart.firstMs, 0)}`,
      say(restart.memoryMb, 0),
      held2(restart.readyMs, restart.memoryMb),
    ),
  ],
)}`;
}

function drain(found: Circumstances & Drain): string {
  return `## Back after an absence

${circumstances({ ...found, rounds: 1 })}

${found.events} encrypted messages said in ${found.rooms} rooms while the bot was away: read, kept, decrypted and decided within ${round1(found.seconds)} s of the start of the process
(${Math.round(found.perSecond)}/s); resident memory then: ${Math.round(found.memoryMb)} MB.`;
}
