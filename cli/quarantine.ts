import { TextDecoder } from 'node:util';
import { isAct } from '../bot/acting.ts';
import { render } from '../bot/announce.ts';
import { readEnvelope } from '../bridge/hospital.ts';
import type { Damaged } from '../care/relay/damaged.ts';
import { emptyDecision } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Store } from '../care/relay/ports.ts';
import { SAME_PATIENT } from '../care/stay/decide-intent.ts';
import { auditAct, eachId, type Environment, withStore } from './configured.ts';

type Print = (line: string) => void;

/** Newest first: what, why, and what to type next. No patient field. */
export async function listQuarantine(
  options: { config: string; json?: boolean },
  env: Environment,
  print: Print,
): Promise<number> {
  return withStore(options.config, env, async ({ store }) => {
    const kept = await store.inbox.list({ state: 'quarantined', limit: 500 });
    const unsaid = await store.outbox.listQuarantined(500);
    const late = (await store.inbox.list({ reason: 'retroactive', limit: 500 })).filter((e) => e.detail !== undefined);
    for (const e of kept) print(options.json ? JSON.stringify(summary(e)) : line(e));
    for (const d of unsaid) print(options.json ? JSON.stringify(d) : `${d.id}  delivery to ${d.room}  ${d.why}`);
    const damaged = (await store.damaged.list()).filter(({ what }) => what !== 'inbox' && what !== 'outbox');
    for (const d of damaged)
      print(
        options.json
          ? JSON.stringify(d)
          : `${nameOf(d)}  ${new Date(d.at).toISOString()}  a sealed row that does not open`,
      );
    for (const e of late) print(options.json ? JSON.stringify(summary(e)) : line(e));
    if (!options.json && late.length > 0)
      print('Entered too late to ring anybody (retroactive): the card is right; telephone where it matters.');
    if (!options.json)
      print(
        kept.length + unsaid.length + damaged.length === 0
          ? 'Nothing in quarantine.'
          : 'Next: relais quarantine show <id>, mend the cause, relais quarantine replay <id>.',
      );
    if (!options.json && damaged.length > 0)
      print('What does not open: put the row back from a backup, or relais quarantine drop <file:…>: it begins anew.');
    return 0;
  });
}

/**
 * One envelope as received and as understood, or one delivery as its room would read it. It holds health data: the
 * operator's screen only; the look is audited.
 */
export async function showQuarantined(
  id: string,
  options: { config: string },
  env: Environment,
  print: Print,
): Promise<number> {
  return withStore(options.config, env, async ({ store, loaded }) => {
    const envelope = await store.inbox.get(id);
    if (!envelope) return showDelivery(store, id, print);
    await auditAct(store, 'quarantine:show', id);
    print(JSON.stringify(summary(envelope), null, 2));
    if (envelope.format === 'matrix') print('(an encrypted Matrix event: its text is not kept)');
    else {
      const facilities = loaded.config.sources.find((one) => one.id === envelope.source)?.facilities ?? [];
      print(new TextDecoder('utf-8').decode(envelope.body).replaceAll('\r', '\n'));
      if (envelope.body.length > 0) print(JSON.stringify(readEnvelope(envelope, facilities), null, 2));
    }
    return 0;
  });
}

async function showDelivery(store: Store, id: string, print: Print): Promise<number> {
  const delivery = await store.outbox.look(id);
  if (!delivery) {
    sayUnknown(id);
    return 1;
  }
  await auditAct(store, 'quarantine:show', id);
  const { announcement, tried, ...rest } = delivery;
  const triedAt = tried && new Date(tried.at).toISOString();
  print(JSON.stringify({ ...rest, kind: announcement?.kind, triedAt, triedBy: tried?.device }, null, 2));
  if (announcement === undefined) print('(its sealed row does not open)');
  if (announcement === undefined || isAct(announcement)) return 0; // nothing is read of an act
  const said = await render(store.files, announcement, Date.now(), delivery.room).catch(() => undefined);
  print(said?.plain ?? '(a file and no words, or words that cannot be made any more: what they need is gone)');
  return 0;
}

/** Envelopes are decided again, deliveries are sent again, each at the end of its lane. */
export async function replayQuarantined(
  ids: string[],
  options: { config: string; sendAgain?: boolean; acceptIdentity?: boolean },
  env: Environment,
  print: Print,
): Promise<number> {
  return eachId(ids, options.config, env, async (store, id) => {
    const envelope = await store.inbox.get(id);
    if (envelope?.state === 'quarantined') {
      const accept = options.acceptIdentity === true;
      if (accept && envelope.reason !== 'merge-needs-human') {
        console.error(`${id} is not held for its identity: replay it without --accept-identity.`);
        return false;
      }
      await auditAct(store, accept ? 'quarantine:accept-identity' : 'quarantine:replay', id);
      await store.inbox.replay(id, accept ? SAME_PATIENT : undefined);
      print(`${id} will be decided again, at the end of its lane.`);
      return true;
    }
    const by = { actor: 'operator', at: Date.now(), forget: options.sendAgain ?? false };
    const again = await store.outbox.replay(id, by);
    if (again) print(`${id} will be sent again, at the end of its room's queue.`);
    else sayUnknown(id);
    return again;
  });
}

/**
 * Deliveries that are never to be said, and what does not open: an envelope of which nothing can be read, a file that then
 * begins anew. Another envelope stays: it is what a hospital sent.
 */
export async function dropQuarantined(
  ids: string[],
  options: { config: string },
  env: Environment,
  print: Print,
): Promise<number> {
  return eachId(ids, options.config, env, async (store, id) => {
    const by = { actor: 'operator', at: Date.now() };
    if (await store.outbox.drop(id, by)) {
      print(`${id} will never be sent.`);
      return true;
    }
    const dropped = (await dropDamaged(store, id, by)) || (await dropUnread(store, id, by.at));
    if (dropped) print(`${id} is gone.`);
    else sayUnknown(id);
    return dropped;
  });
}

/** `file:stay:12`, as `list` shows it. */
function nameOf({ what, row }: Pick<Damaged, 'what' | 'row'>): string {
  return `${what}:${row}`;
}

async function dropDamaged(store: Store, name: string, by: { actor: string; at: number }): Promise<boolean> {
  const row = (await store.damaged.list()).find((one) => nameOf(one) === name);
  return row !== undefined && (await store.damaged.drop(row, by));
}

/** An envelope that does not open: it is over, and known if it comes again. */
async function dropUnread(store: Store, id: string, at: number): Promise<boolean> {
  const envelope = await store.inbox.get(id);
  if (envelope?.state !== 'quarantined' || envelope.reason !== 'damaged' || envelope.body.length > 0) return false;
  const end = { outcome: 'muted', reason: 'dropped' } as const;
  const settle = { envelope: id, state: 'decided', ...end, emptied: true } as const;
  const audit = [{ actor: 'operator', action: 'damaged:drop', subject: id, ...end }];
  return (await store.commit({ ...emptyDecision(), settle, audit }, at)) === 'committed';
}

function line(e: Envelope): string {
  return `${e.id}  ${new Date(e.receivedAt).toISOString()}  ${e.source}  ${e.format}  ${e.reason ?? ''}  ${e.detail ?? ''}`;
}

function summary(e: Envelope): Record<string, unknown> {
  const { id, lane, source, format, receivedAt, state, outcome, reason, detail } = e;
  return { id, lane, source, format, receivedAt: new Date(receivedAt).toISOString(), state, outcome, reason, detail };
}

function sayUnknown(id: string): void {
  console.error(`${id} is not in quarantine: relais quarantine list shows what is.`);
}
