/** Deadlines in number: armed with their requests, found again after a restart, fired on time while all the others wait. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTranscript } from '../../bot/transcript.ts';
import { randomIds } from '../../bridge/random-ids.ts';
import { wallClocks } from '../../bridge/wall-clock.ts';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { DAY, HOUR } from '../../care/relay/civil-time.ts';
import { emptyDecision } from '../../care/relay/decision.ts';
import type { Store } from '../../care/relay/ports.ts';
import { rearm } from '../../care/request/deadlines.ts';
import { type Pathway, runnable } from '../../care/request/pathway.ts';
import { newRequest, stageOf } from '../../care/request/request.ts';
import type { SlaPolicy } from '../../care/request/sla-policy.ts';
import { loadShippedPathways } from '../../config/load-pathways.ts';
import { RINGING } from '../../config/ringing.ts';
import { compose } from '../../main.ts';
import { openStore } from '../../store/open.ts';
import { sealerFromSecret } from '../../store/seal.ts';
import { table } from '../markdown.ts';
import type { Bench, Section, Target } from '../section.ts';
import { percentile, round1 } from '../stats.ts';

const SIZES = {
  full: { armed: 100_000, due: 2_000, overMs: 20_000 },
  quick: { armed: 3_000, due: 150, overMs: 2_000 },
};
/** Between the restart and the first one that is due. */
const AHEAD_MS = 3_000;
const PROMISED_MS = 1_000;

type Found = {
  armed: number;
  requests: number;
  armingPerSecond: number;
  fileMb: number;
  restartMs: number;
  memoryMb: { before: number; armed: number; firing: number };
  due: number;
  overSeconds: number;
  lateness: { p50: number; p99: number; most: number };
};

const clocks = wallClocks();
const sealer = sealerFromSecret('a secret that protects nothing: everything here is synthetic');
/** Three timers each, on a clock that nights do not stop: a reminder an hour after the question, two escalations. */
const SLA: SlaPolicy = {
  clock: 'calendar',
  holidays: 'none',
  take: {
    within: 2 * HOUR,
    remind: [{ share: 0.5 }],
    escalate: [
      { at: { share: 1 }, to: 'on-duty' },
      { at: { after: 4 * HOUR }, to: 'backup' },
    ],
  },
  pause: [],
};
const EACH = 3;
const IN_ONE_COMMIT = 50;
const memory = (): number => round1(process.memoryUsage().rss / 1e6);

function pathwayOf(): { pathway: Pathway; persons: Person[] } {
  const [shipped] = runnable(loadShippedPathways()).filter(({ id }) => id === 'teleexpertise-cardiologie');
  if (!shipped) throw new Error('teleexpertise-cardiologie is not shipped any more: bench another pathway');
  const pathway = { ...shipped, stages: [{ ...stageOf({ pathway: shipped, stage: 0 }), sla: SLA }] };
  const person = (id: string, groups: string[]): Person => ({
    id,
    matrix: `@${id}:bench`,
    name: id,
    role: 'specialiste',
    groups,
  });
  const { group } = stageOf({ pathway, stage: 0 }).to;
  return { pathway, persons: [person('asker', pathway.ask.who), person('one', [group]), person('two', [group])] };
}

/** @param reminders when the reminder of each request falls, epoch ms. @param from number of the first one. @returns timers per second, each commit durable */
async function arm(store: Store, reminders: readonly number[], from = 0): Promise<number> {
  const { pathway, persons } = pathwayOf();
  const people = peopleFrom(persons, [], []);
  const began = performance.now();
  for (let n = 0; n < reminders.length; n += IN_ONE_COMMIT) {
    const decision = emptyDecision();
    for (const [k, at] of reminders.slice(n, n + IN_ONE_COMMIT).entries()) {
      const code = `D-${(from + n + k).toString(36).toUpperCase().padStart(5, '0')}`;
      const answers = [{ key: 'question', type: 'text', value: 'ECG douteux' } as const];
      const given = { code, pathway, opened: { by: 'person' } as const, asker: 'asker', askedAt: at - HOUR, answers };
      const state = newRequest(given, at - HOUR);
      decision.files.push({ kind: 'request', id: code, version: 0, state, keys: [] });
      decision.timers.push(...rearm(people, state, at - HOUR));
    }
    decision.audit.push({ actor: 'bench', action: 'arm', subject: String(n), outcome: 'posted', reason: 'planned' });
    if ((await store.commit(decision, Date.now())) !== 'committed') throw new Error('stale');
  }
  await store.ping();
  return (reminders.length * EACH) / ((performance.now() - began) / 1_000);
}

/** Relais serves, on the wall clock, until all of them have fired. @returns how late each one was committed, ms */
async function fire(store: Store, due: number, until: number, peak: (mb: number) => void): Promise<number[]> {
  const { pathway, persons } = pathwayOf();
  const lateness: number[] = [];
  const stop = new AbortController();
  const watched: Store = {
    ...store,
    async commit(decision, at) {
      const end = await store.commit(decision, at);
      if (decision.fired && end === 'committed') lateness.push(Date.now() - decision.fired.dueAt);
      if (lateness.length >= due) stop.abort();
      return end;
    },
  };
  const transcript = openTranscript('@relais:bench', () => Date.now());
  const relais = compose({
    store: watched,
    transport: {
      ...transcript,
      run: (_since, _hear, signal) =>
        new Promise((end) => signal.addEventListener('abort', () => end(), { once: true })),
    },
    clocks,
    ids: randomIds,
    sealer,
    people: peopleFrom(persons, [], []),
    pathways: () => [pathway],
    directory: { search: async () => ({ entries: [], total: 0, understood: [], unknown: [] }), size: async () => 0 },
    slots: { offered: async () => [], matches: () => true },
    repertory: [],
    sources: new Map(),
    ringing: RINGING,
    closeAfterDays: 30,
    access: { accessRule: undefined, allowedServers: undefined },
    log: (level, message, fields) => {
      if (level === 'error') console.error(message, fields);
    },
  });
  const watch = setInterval(() => peak(memory()), 250);
  const last = setTimeout(() => stop.abort(), until - Date.now());
  await relais.run(stop.signal).finally(() => {
    clearInterval(watch);
    clearTimeout(last);
  });
  return lateness;
}

async function measure({ quick, onProgress }: Bench): Promise<Found> {
  const { armed, due, overMs } = quick ? SIZES.quick : SIZES.full;
  const requests = Math.ceil(armed / EACH);
  const folder = mkdtempSync(join(tmpdir(), 'relais-bench-timers-'));
  const path = join(folder, 'relais.sqlite');
  const open = (): Promise<Store> => openStore({ path, sealer, clocks, serving: true });
  const before = memory();
  try {
    const first = await open();
    // Those that wait: from tomorrow on, over two months.
    const later = Array.from({ length: requests - due }, (_, n) => Date.now() + DAY + (n * 60 * DAY) / requests);
    onProgress(`${later.length * EACH} timers that wait`);
    const armingPerSecond = Math.round(await arm(first, later));
    await first.close();
    const again = await open();
    const start = Date.now() + AHEAD_MS + (due * EACH * 1_000) / armingPerSecond;
    const soon = Array.from({ length: due }, (_, n) => Math.round(start + (n * overMs) / due));
    await arm(again, soon, later.length);
    await again.close();
    const began = performance.now();
    const store = await open();
    await store.timers.next();
    const restartMs = round1(performance.now() - began);
    const waiting = memory();
    let firing = waiting;
    onProgress(`${due} fall due over ${overMs / 1_000} s`);
    const lateness = await fire(store, due, start + overMs + 60_000, (mb) => (firing = Math.max(firing, mb)));
    await store.close();
    if (lateness.length < due)
      throw new Error(`only ${lateness.length} of ${due} have fired a minute after the last one`);
    const [p50, p99, most] = [0.5, 0.99, 1].map((p) => Math.round(percentile(lateness, p)));
    return {
      armed: requests * EACH,
      requests,
      armingPerSecond,
      fileMb: round1(statSync(path).size / 1e6),
      restartMs,
      memoryMb: { before, armed: waiting, firing },
      due,
      overSeconds: overMs / 1_000,
      lateness: { p50: p50 ?? 0, p99: p99 ?? 0, most: most ?? 0 },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function targetsOf({ armed, lateness }: Found): Target[] {
  return [
    {
      what: `timers: lateness p99 with ${armed} armed`,
      promised: `< ${PROMISED_MS} ms`,
      found: `${lateness.p99} ms`,
      met: lateness.p99 < PROMISED_MS,
    },
  ];
}

export const timers: Section = {
  name: 'timers',
  title: 'A hundred thousand armed deadlines',
  measure: async (bench) => {
    const found = await measure(bench);
    const { armed, requests, armingPerSecond, fileMb, restartMs, memoryMb, due, overSeconds, lateness } = found;
    const body = `SQLite on disk. ${requests} requests, ${armed} timers, armed ${IN_ONE_COMMIT} requests a commit: ${armingPerSecond} timers/s, each with its request sealed; the file is ${fileMb} MB.
Opened again, with the next deadline known, within ${restartMs} ms. Then ${due} reminders fall due over ${overSeconds} s while all the others wait, through the
loops of \`relais serve\` (the rooms in memory). Lateness is from the due instant to the commit of what is said:

${table(['', 'p50', 'p99', 'longest'], [['lateness, ms', lateness.p50, lateness.p99, lateness.most]])}

Resident memory: ${memoryMb.before} MB before the base was opened, ${memoryMb.armed} MB opened again with everything armed, ${memoryMb.firing} MB at most while firing.`;
    return { figures: found, body, targets: targetsOf(found) };
  },
};
