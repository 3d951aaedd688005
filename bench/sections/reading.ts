/** Reading, understanding and deciding HL7 v2, on one core and without a disk: what a message costs before it is kept. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readHl7v2, splitHl7v2 } from '../../bridge/formats/hl7v2/pam-fr.ts';
import { peopleFrom } from '../../care/people/person.ts';
import type { Decision } from '../../care/relay/decision.ts';
import type { Envelope } from '../../care/relay/envelope.ts';
import type { FileStore, StoredFile } from '../../care/relay/ports.ts';
import { decideMessage, type StayPorts } from '../../care/stay/case.ts';
import type { SourcePolicy } from '../../care/stay/verdict.ts';
import { RINGING } from '../../config/ringing.ts';
import { sealerFromSecret } from '../../store/seal.ts';
import { say, table } from '../markdown.ts';
import type { Bench, Measured, Section, Target } from '../section.ts';
import { figure, round1 } from '../stats.ts';

const PROMISED = 5_000;

/** Public samples beside the project where they are there, else the files of its own demonstration. */
function material(): { name: string; messages: Uint8Array[] } {
  const root = resolve(import.meta.dirname, '..', '..');
  const corpus = join(root, '..', 'shared', 'corpus', 'hl7');
  const isThere = existsSync(corpus);
  const folder = isThere ? corpus : join(root, 'demo', 'day');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(?:hl7|er7|bin)$/.test(path),
  );
  const messages = files.flatMap((path) => splitHl7v2(readFileSync(join(folder, path))));
  return { name: isThere ? 'the corpus of HL7 samples' : 'the files of demo/day (no corpus is there)', messages };
}

const POLICY: SourcePolicy = {
  units: undefined,
  unknownUnit: 'event',
  acceptTraining: true,
  acceptFictional: true,
  production: false,
};

/** Enough of a store for one pass: what was decided is there for the next message. */
function memory(): { files: FileStore; keep: (decision: Decision) => void } {
  const files = new Map<string, StoredFile>();
  const facts = new Set<string>();
  return {
    files: {
      load: async <S>(kind: string, id: string) => files.get(`${kind}/${id}`) as StoredFile<S> | undefined,
      find: async () => [],
      knowsFact: async (key) => facts.has(key),
      history: async () => [],
      happened: async () => [],
    },
    keep(decision) {
      for (const { kind, id, version, state } of decision.files)
        files.set(`${kind}/${id}`, { kind, id, version: version + 1, state });
      for (const fact of decision.facts) facts.add(fact);
    },
  };
}

type Port = Omit<StayPorts, 'store'>;

function ports(): Port {
  const doctor = { id: 'mt', matrix: '@mt:bench', name: 'Dr Bench', role: 'medecin-traitant' as const, groups: [] };
  const everybody = { ...peopleFrom([doctor], [], []), team: () => [doctor] };
  return {
    people: everybody,
    sealer: sealerFromSecret('a secret that protects nothing: everything here is synthetic'),
    ids: { code: () => '7F3K' },
    ringing: RINGING,
    policyOf: () => POLICY,
    deskOf: () => undefined,
    closeAfterDays: 30,
    consequences: async () => undefined,
  };
}

/** Every message once, in the order of the files, each against what the ones before it left. @returns how many were said */
async function pass(messages: readonly Uint8Array[], given: Port): Promise<number> {
  const { files, keep } = memory();
  const rooms = { get: async () => undefined } as unknown as StayPorts['store']['rooms'];
  const timers = { list: async () => [] } as unknown as StayPorts['store']['timers'];
  const outbox = { carriers: async () => [] };
  const store: StayPorts['store'] = { files, rooms, timers, outbox, commit: async () => 'committed' };
  let said = 0;
  for (const [n, body] of messages.entries()) {
    const reading = readHl7v2(body);
    if (!reading.readable) continue;
    const envelope = { id: String(n), source: 'bench', note: undefined } as Envelope;
    const decision = await decideMessage(
      { ...given, store },
      envelope,
      reading.intents,
      reading.intents[0]?.recordedAt ?? 0,
    );
    keep(decision);
    said += decision.deliveries.length;
  }
  return said;
}

type Round = { perSecond: number; perCpuSecond: number };

async function round(messages: readonly Uint8Array[], given: Port, count: number): Promise<Round> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  let done = 0;
  for (; done < count; done += messages.length)
    if ((await pass(messages, given)) === 0) throw new Error('nothing was said');
  const used = process.cpuUsage(cpu);
  return {
    perSecond: (done / (performance.now() - began)) * 1_000,
    perCpuSecond: (done / (used.user + used.system)) * 1_000_000,
  };
}

/** Heap that is still in use after a full collection, MB. */
function heapMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 1_048_576;
}

async function measure(bench: Bench): Promise<Measured> {
  const { name, messages } = material();
  const given = ports();
  const each = Math.min(20_000, bench.sizes.read);
  await round(messages, given, each); // warm up
  const rounds: Round[] = [];
  for (let n = 0; n < bench.rounds; n += 1) rounds.push(await round(messages, given, each));
  const heap = [heapMb()];
  const began = performance.now();
  for (let tenth = 1; tenth <= 10; tenth += 1) {
    await round(messages, given, bench.sizes.read / 10);
    heap.push(heapMb());
    bench.onProgress(`${(tenth * bench.sizes.read) / 10} messages, ${round1(heap.at(-1) ?? 0)} MB`);
  }
  const minutes = (performance.now() - began) / 60_000;
  const perSecond = figure(rounds.map((one) => one.perSecond));
  const perCpuSecond = figure(rounds.map((one) => one.perCpuSecond));
  const grown = (heap.at(-1) ?? 0) - (heap[1] ?? 0);
  const body = `${name[0]?.toUpperCase() ?? ''}${name.slice(1)} (${messages.length} messages), again and again, in one thread: read, understood, and decided against what the
messages before it left, with everybody followed; no disk, no network.

${table(
  ['', 'messages'],
  [
    ['per second', say(perSecond, 0)],
    ['per second of processor (collection of memory included)', say(perCpuSecond, 0)],
  ],
)}

Then ${bench.sizes.read.toLocaleString('en')} messages in ${round1(minutes)} min: heap in use after a full collection ${round1(heap[1] ?? 0)} MB at the first tenth,
${round1(heap.at(-1) ?? 0)} MB at the end.`;
  return {
    figures: {
      material: name,
      messages: messages.length,
      perSecond,
      perCpuSecond,
      heapMb: heap.map(round1),
      minutes: round1(minutes),
    },
    body,
    targets: [
      // The processor's second: what else runs on the machine must not decide whether this is fast.
      target(
        'reading, understanding and deciding, per second of one core',
        `≥ ${PROMISED}`,
        `${Math.round(perCpuSecond.median)}`,
        perCpuSecond.median >= PROMISED,
      ),
      target(
        `memory over ${bench.sizes.read.toLocaleString('en')} messages`,
        'flat',
        `${grown >= 0 ? '+' : ''}${round1(grown)} MB`,
        grown < 5,
      ),
    ],
  };
}

function target(what: string, promised: string, found: string, met: boolean): Target {
  return { what, promised, found, met };
}

export const reading: Section = { name: 'reading', title: 'Reading HL7 v2', measure };
