/**
 * What is kept, and for how long: bodies are emptied, files go, once nothing reads them any more. What refuses a duplicate
 * (keys, digests, delivery ids, fact keys) stays. Done in small batches, so that nobody waits behind it.
 */
import type { Clocks } from './clock.ts';
import { DAY, HOUR } from './civil-time.ts';
import { DamagedRow } from './damaged.ts';
import { type AuditEntry, type Decision, emptyDecision, type FileKind } from './decision.ts';
import type { Log } from './log.ts';
import type { IdleFile, Retained, RetentionStore } from './keeping-ports.ts';
import type { Store } from './ports.ts';

/** Ms of civil time each; the reasons are in config/schema/retention.ts. */
export type RetentionPeriods = {
  /** Bodies of decided messages, from their receipt. */
  messages: number;
  /** Words of deliveries that have ended, from their end. */
  announcements: number;
  /** What was asked and answered, from the end of the request. */
  requests: number;
  /** Identity and stays, from the last message, stay or request of the patient. */
  patients: number;
  audit: number;
};

/**
 * What goes of one file: its decision; or when it is worth looking again (civil time), because something still reads it, and
 * which other files it `needs` meanwhile.
 */
export type Look =
  Partial<Pick<Decision, 'files' | 'erases' | 'audit'>> | { again: number; needs?: { kind: FileKind; id: string }[] };

/** How files of one kind end. */
export type RetentionRule = {
  /** As the log, the metrics and `relais retention` call it. */
  what: string;
  kind: FileKind;
  /** A file is looked at once nothing has happened to it for so long, ms. */
  rest: number;
  look: (file: IdleFile, now: number) => Promise<Look>;
};

export type RetentionPorts = {
  store: Pick<Store, 'commit' | 'get' | 'set'> & { retention: RetentionStore };
  periods: RetentionPeriods;
  /** In this order: a request says that its files are still needed before they are looked at. */
  rules: readonly RetentionRule[];
  clocks: Pick<Clocks, 'civil' | 'pause'>;
  log: Log;
};

export type RetentionCounts = Readonly<Record<string, number>>;

/** Something may still read it: it is looked at again tomorrow. */
export function heldUntilTomorrow(now: number): { again: number } {
  return { again: now + DAY };
}

/** Nothing reads it for itself any more: it goes once it has rested. */
export function erasedAfter(what: string, kind: FileKind, rest: number): RetentionRule {
  return { what, kind, rest, look: async ({ id, version }) => ({ erases: [{ kind, id, version }] }) };
}

/** What has no file of its own. */
export const BODIES = ['messages', 'announcements', 'audit'] as const satisfies readonly Retained[];

const BATCH = 100;
/** Between two batches: whoever waits for the base has it first. Machine time. */
const BREATH_MS = 50;

/**
 * Everything that is due, once.
 * @returns how many of each went. @throws StoreFailure when the base is away: the rest is done the next time
 */
export async function retain(ports: RetentionPorts, signal: AbortSignal): Promise<RetentionCounts> {
  const { store, periods, rules, clocks, log } = ports;
  const counts: Record<string, number> = {};
  /** @param once does one batch: how many it saw, and how many of them went */
  const inBatches = async (
    what: string,
    once: (now: number) => Promise<{ seen: number; gone: number }>,
  ): Promise<void> => {
    for (let seen = BATCH; seen === BATCH && !signal.aborted;) {
      const done = await once(clocks.civil());
      counts[what] = (counts[what] ?? 0) + done.gone;
      seen = done.seen;
      await clocks.pause(BREATH_MS, signal);
    }
  };
  for (const what of BODIES)
    await inBatches(what, async (now) => {
      const gone = await store.retention.empty(what, now - periods[what], BATCH);
      return { seen: gone, gone };
    });
  for (const rule of rules)
    await inBatches(rule.what, async (now) => {
      const files = await store.retention.idle(rule.kind, now - rule.rest, BATCH);
      return { seen: files.length, gone: await end(store, rule, files, now) };
    });
  await note(store, counts, clocks.civil());
  if (Object.values(counts).some((n) => n > 0)) log('info', 'retention: emptied', counts);
  return counts;
}

/** @returns how many files went */
async function end(
  store: RetentionPorts['store'],
  { kind, rest, look, what }: RetentionRule,
  files: readonly IdleFile[],
  now: number,
): Promise<number> {
  const gone: Decision[] = [];
  for (const file of files) {
    // What it needs does not open: a person's matter, and nothing goes meanwhile.
    const seen = await look(file, now).catch((error: unknown): Look => {
      if (error instanceof DamagedRow) return heldUntilTomorrow(now);
      throw error;
    });
    if (!('again' in seen)) {
      gone.push({ ...emptyDecision(), ...seen });
      continue;
    }
    for (const needed of seen.needs ?? []) await store.retention.rest({ ...needed, since: now });
    // Never at once again: this run would not end.
    await store.retention.rest({ kind, id: file.id, since: Math.max(seen.again, now + HOUR) - rest });
  }
  if (gone.length === 0) return 0;
  const all = merged(gone, { kind: what, n: gone.length });
  if ((await store.commit(all, now)) === 'committed') return gone.length;
  // Somebody has just used one of them: that one stays, the others go.
  let n = 0;
  for (const one of gone) if ((await store.commit(merged([one], { kind: what, n: 1 }), now)) === 'committed') n += 1;
  return n;
}

function merged(all: readonly Decision[], { kind, n }: { kind: string; n: number }): Decision {
  const audit = all.flatMap((one) => one.audit);
  const summary: AuditEntry = {
    actor: 'clock',
    action: `retention:${kind}`,
    subject: String(n),
    outcome: 'muted',
    reason: 'recorded',
  };
  return {
    ...emptyDecision(),
    files: all.flatMap((one) => one.files),
    erases: all.flatMap((one) => one.erases ?? []),
    audit: audit.length > 0 ? audit : [summary],
  };
}

const DONE = 'retention';

/** Since ever, and when it was last done (civil time, epoch ms UTC). */
export type RetentionDone = { at: number; counts: RetentionCounts };

export async function retentionDone(store: Pick<Store, 'get'>): Promise<RetentionDone | undefined> {
  const text = await store.get(DONE);
  return text === undefined ? undefined : (JSON.parse(text) as RetentionDone);
}

async function note(store: Pick<Store, 'get' | 'set'>, counts: RetentionCounts, at: number): Promise<void> {
  const before = (await retentionDone(store))?.counts ?? {};
  const sum = Object.fromEntries(
    [...new Set([...Object.keys(before), ...Object.keys(counts)])].map((what) => [
      what,
      (before[what] ?? 0) + (counts[what] ?? 0),
    ]),
  );
  await store.set(DONE, JSON.stringify({ at, counts: sum } satisfies RetentionDone));
}
