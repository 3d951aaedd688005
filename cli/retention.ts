/** `relais retention`: what goes when, and the same as the night does, now. Counts only. */
import { wallClocks } from '../bridge/wall-clock.ts';
import { DAY, parisDate } from '../care/relay/civil-time.ts';
import type { IdleFile } from '../care/relay/keeping-ports.ts';
import type { Store } from '../care/relay/ports.ts';
import { BODIES, retain, retentionDone, type RetentionPeriods, type RetentionRule } from '../care/relay/retention.ts';
import { auditAct, type Environment, withStore } from './configured.ts';
import { retentionRules } from './retention-rules.ts';

type Print = (line: string) => void;

/** What would go this night, what is past its days and still needed, and when something goes next. Nothing is changed. */
export type RetentionPlan = {
  what: string;
  days: number;
  due: number;
  /** Past their days, and something still reads them. */
  held: number;
  /** Civil time, epoch ms UTC; undefined: nothing else waits. */
  next: number | undefined;
};

export async function printRetentionPlan(
  options: { config: string; json?: boolean },
  env: Environment,
  print: Print,
): Promise<number> {
  return withStore(options.config, env, async ({ loaded, store }) => {
    const periods = loaded.config.retention;
    const now = wallClocks().civil();
    const plan = await retentionPlan(store, periods, now);
    const done = await retentionDone(store);
    if (options.json === true) {
      print(JSON.stringify({ last: done?.at, plan }));
      return 0;
    }
    print(`${'what'.padEnd(14)}  days     due    held  next`);
    for (const { what, days, due, held, next } of plan)
      print(
        `${what.padEnd(14)}  ${String(days).padStart(4)}  ${String(due).padStart(6)}  ${String(held).padStart(6)}  ${next === undefined ? '-' : parisDate(next)}`,
      );
    print('due: goes this night (04:10). held: older, but something still reads it. relais retention apply: now.');
    print(done === undefined ? 'It was never done yet.' : `Last done ${new Date(done.at).toISOString()}.`);
    return 0;
  });
}

/** Beside a running server. @returns 0 */
export async function applyRetention(options: { config: string }, env: Environment, print: Print): Promise<number> {
  return withStore(options.config, env, async ({ loaded, store }) => {
    const periods = loaded.config.retention;
    await auditAct(store, 'retention:apply', 'base');
    const rules = retentionRules(store, periods);
    const ports = { store, periods, rules, clocks: wallClocks(), log: () => undefined };
    const counts = await retain(ports, new AbortController().signal);
    for (const [what, n] of Object.entries(counts)) print(`${what.padEnd(14)}  ${String(n)}`);
    return 0;
  });
}

/** @param now civil time, epoch ms UTC */
export async function retentionPlan(store: Store, periods: RetentionPeriods, now: number): Promise<RetentionPlan[]> {
  const plan: RetentionPlan[] = [];
  for (const what of BODIES) {
    const { due, oldest } = await store.retention.count(what, now - periods[what]);
    const next = oldest === undefined ? undefined : oldest + periods[what];
    plan.push({ what, days: periods[what] / DAY, due, held: 0, next });
  }
  const needed = new Set<string>();
  for (const rule of retentionRules(store, periods)) plan.push(await planOf(store, rule, now, needed));
  return plan;
}

const PAGE = 500;

/** @param needed what files that were looked at before still read; it grows */
async function planOf(store: Store, rule: RetentionRule, now: number, needed: Set<string>): Promise<RetentionPlan> {
  const plan: RetentionPlan = { what: rule.what, days: Math.round(rule.rest / DAY), due: 0, held: 0, next: undefined };
  let last: IdleFile | undefined;
  do {
    const page = await store.retention.idle(rule.kind, now - rule.rest, PAGE, last);
    for (const file of page) {
      const seen = await rule.look(file, now);
      if ('again' in seen) for (const { kind, id } of seen.needs ?? []) needed.add(`${kind} ${id}`);
      if (needed.has(`${file.kind} ${file.id}`)) plan.held += 1;
      else if (!('again' in seen)) plan.due += 1;
      else if (seen.again <= now + DAY) plan.held += 1;
    }
    last = page.at(-1);
  } while (last !== undefined);
  const [first] = await store.retention.idle(rule.kind, Number.MAX_SAFE_INTEGER, 1, {
    idleSince: now - rule.rest,
    id: '',
  });
  if (first) plan.next = first.idleSince + rule.rest;
  return plan;
}
