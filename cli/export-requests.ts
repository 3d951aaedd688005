/** `relais export requests`: the activity of a period as a table, without anybody's identity unless it is asked with a reason. */
import { writeFileSync } from 'node:fs';
import { emptyDecision } from '../care/relay/decision.ts';
import { parisDay } from '../care/relay/civil-time.ts';
import type { PatientView } from '../care/relay/announcement.ts';
import type { Store } from '../care/relay/ports.ts';
import { peopleFrom } from '../care/people/person.ts';
import { monthKey, monthsOf } from '../care/request/counting.ts';
import type { Request } from '../care/request/request.ts';
import { identityOf } from '../care/request/record.ts';
import { findRequests } from '../care/request/stored.ts';
import { loadTariffs } from '../config/load-tariffs.ts';
import { parseParis } from '../config/paris-text.ts';
import { requestRows } from '../config/texts/request-export.ts';
import { csvTable, xlsxTable } from '../config/write-table.ts';
import { type Environment, withStore } from './configured.ts';

export type ExportOptions = {
  config: string;
  from: string;
  to: string;
  format: string;
  output?: string;
  pathway?: string;
  drom?: boolean;
  withIdentity?: boolean;
  reason?: string;
};

/** @returns 0; 2 for options that do not hold together or a broken configuration. A day counts whole, in Paris time */
export async function exportRequests(
  options: ExportOptions,
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  const { format, pathway, reason = '', withIdentity = false } = options;
  const wrong = (what: string): number => {
    console.error(what);
    return 2;
  };
  if (format !== 'csv' && format !== 'xlsx') return wrong(`--format ${format}: write csv or xlsx`);
  if (withIdentity && reason.trim().length < 10)
    return wrong('--with-identity wants --reason "why", ten letters at least: it is written in the audit');
  const from = dayOf(options.from);
  const last = dayOf(options.to);
  if (from === undefined || last === undefined || last < from)
    return wrong('--from and --to are days, the first one first: --from 2026-10-01 --to 2026-10-31');
  const to = parisDay(last, 1);
  return withStore(options.config, env, async ({ loaded, store }) => {
    const found = await asked(store, { from, to }, pathway);
    const rows = requestRows(found, {
      people: peopleFrom(loaded.people, loaded.teams, loaded.duty),
      tariffs: loadTariffs(),
      drom: options.drom === true,
      identities: withIdentity ? await identitiesOf(store, found) : undefined,
      now: Date.now(),
    });
    const bytes = format === 'csv' ? csvTable(rows) : await xlsxTable(rows);
    const file = options.output ?? `demandes-${options.from}-${options.to}.${format}`;
    // The row is on disk before the file: nothing leaves unwritten.
    await audit(
      store,
      `${options.from}..${options.to}${pathway ? ` ${pathway}` : ''}`,
      withIdentity ? reason.trim() : undefined,
    );
    writeFileSync(file, bytes, { mode: 0o600 });
    print(`${found.length} requests, ${file}`);
    return 0;
  });
}

function dayOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  try {
    return parseParis(`${text} 00:00`);
  } catch {
    return undefined; // the 31st of November
  }
}

/** In order of asking. Months are read one by one, so that a year does not open what was asked in another. */
async function asked(store: Store, period: { from: number; to: number }, pathway?: string): Promise<Request[]> {
  const found: Request[] = [];
  for (const month of monthsOf(period))
    for (const { state } of await findRequests(store, monthKey(month)))
      if (
        period.from <= state.askedAt &&
        state.askedAt < period.to &&
        (pathway ?? state.pathway.id) === state.pathway.id
      )
        found.push(state);
  return found.sort((a, b) => a.askedAt - b.askedAt);
}

/** As the request room may be told: nothing of a protected patient. */
async function identitiesOf(store: Store, requests: readonly Request[]): Promise<Map<string, PatientView>> {
  const known = new Map<string, PatientView>();
  for (const request of requests) {
    const identity = await identityOf({ store }, request);
    if (identity) known.set(request.code, identity);
  }
  return known;
}

async function audit(store: Store, period: string, reason: string | undefined): Promise<void> {
  const action = reason === undefined ? 'export:requests' : 'export:requests-with-identity';
  const subject = reason === undefined ? period : `${period}: ${reason}`;
  const entry = { actor: 'operator', action, subject, outcome: 'posted', reason: 'answered' } as const;
  await store.commit({ ...emptyDecision(), audit: [entry] }, Date.now());
}
