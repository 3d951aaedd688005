import { TextDecoder } from 'node:util';
import { render } from '../bot/announce.ts';
import { readEnvelope } from '../bridge/hospital.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { Store } from '../care/relay/ports.ts';
import { auditAct, type Environment, withStore } from './configured.ts';

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
    for (const e of kept)
      print(
        options.json
          ? JSON.stringify(summary(e))
          : `${e.id}  ${new Date(e.receivedAt).toISOString()}  ${e.source}  ${e.format}  ${e.reason ?? ''}  ${e.detail ?? ''}`,
      );
    for (const d of unsaid) print(options.json ? JSON.stringify(d) : `${d.id}  delivery to ${d.room}  ${d.why}`);
    if (!options.json)
      print(
        kept.length + unsaid.length === 0
          ? 'Nothing in quarantine.'
          : 'Next: relais quarantine show <id>, mend the cause, relais quarantine replay <id>.',
      );
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
  return withStore(options.config, env, async ({ store }) => {
    const envelope = await store.inbox.get(id);
    if (!envelope) return showDelivery(store, id, print);
    await auditAct(store, 'quarantine:show', id);
    print(JSON.stringify(summary(envelope), null, 2));
    if (envelope.format === 'matrix') print('(an encrypted Matrix event: its text is not kept)');
    else {
      print(new TextDecoder('utf-8').decode(envelope.body).replaceAll('\r', '\n'));
      if (envelope.body.length > 0) print(JSON.stringify(readEnvelope(envelope), null, 2));
    }
    return 0;
  });
}

async function showDelivery(store: Store, id: string, print: Print): Promise<number> {
  const delivery = await store.outbox.look(id);
  if (!delivery) return unknown(id);
  await auditAct(store, 'quarantine:show', id);
  const { announcement, tried, ...rest } = delivery;
  const triedAt = tried && new Date(tried.at).toISOString();
  print(JSON.stringify({ ...rest, kind: announcement.kind, triedAt, triedBy: tried?.device }, null, 2));
  const said = await render(store.files, announcement, Date.now()).catch(() => undefined);
  print(said?.plain ?? '(its words cannot be made any more: a file that it needs is gone)');
  return 0;
}

/** Envelopes are decided again, deliveries are sent again, each at the end of its lane. */
export async function replayQuarantined(
  ids: string[],
  options: { config: string; sendAgain?: boolean },
  env: Environment,
  print: Print,
): Promise<number> {
  return withStore(options.config, env, async ({ store }) => {
    let missing = 0;
    for (const id of ids) {
      const envelope = await store.inbox.get(id);
      if (envelope?.state === 'quarantined') {
        await auditAct(store, 'quarantine:replay', id);
        await store.inbox.replay(id);
        print(`${id} will be decided again, at the end of its lane.`);
        continue;
      }
      const by = { actor: 'operator', at: Date.now(), forget: options.sendAgain ?? false };
      if (await store.outbox.replay(id, by)) print(`${id} will be sent again, at the end of its room's queue.`);
      else missing += unknown(id);
    }
    return missing > 0 ? 1 : 0;
  });
}

/** Deliveries that are never to be said. An envelope stays: it is what a hospital sent. */
export async function dropQuarantined(
  ids: string[],
  options: { config: string },
  env: Environment,
  print: Print,
): Promise<number> {
  return withStore(options.config, env, async ({ store }) => {
    let missing = 0;
    for (const id of ids) {
      if (await store.outbox.drop(id, { actor: 'operator', at: Date.now() })) print(`${id} will never be sent.`);
      else missing += unknown(id);
    }
    return missing > 0 ? 1 : 0;
  });
}

function summary(e: Envelope): Record<string, unknown> {
  const { id, lane, source, format, receivedAt, state, outcome, reason, detail } = e;
  return { id, lane, source, format, receivedAt: new Date(receivedAt).toISOString(), state, outcome, reason, detail };
}

function unknown(id: string): number {
  console.error(`${id} is not in quarantine: relais quarantine list shows what is.`);
  return 1;
}
