/** Accepting: the first of the two commits in a message's life. What it returns may be acknowledged (invariant 1). */
import type { Accepted, NewEnvelope } from '../care/relay/envelope.ts';
import { openOr } from './damaged.ts';
import { sealText, sealValue, type Db, type Ground } from './ground.ts';
import { lockLanes, nextSeq } from './lanes.ts';
import { writeSetting } from './settings.ts';
import { addToTally } from './tally.ts';

export type AcceptCall = {
  envelopes: NewEnvelope[];
  cursor: { name: string; value: string } | undefined;
  onWritten?: (() => void) | undefined;
};

/** Name under which a cursor is kept among the settings. */
export function cursorName(name: string): string {
  return `cursor:${name}`;
}

/** Many callers, one commit, in the order of the calls. */
export async function acceptAll(ground: Ground, calls: AcceptCall[]): Promise<Accepted[][]> {
  const accepted = await ground.soon(async (tx) => {
    await lockLanes(
      tx,
      calls.flatMap((call) => call.envelopes.map((envelope) => envelope.lane)),
    );
    const answers: Accepted[][] = [];
    for (const { envelopes, cursor } of calls) {
      const answer: Accepted[] = [];
      for (const envelope of envelopes) answer.push(await acceptOne(ground, tx, envelope));
      if (cursor) await writeSetting(ground, tx, cursorName(cursor.name), cursor.value);
      answers.push(answer);
    }
    return answers;
  });
  for (const { onWritten } of calls) onWritten?.();
  await ground.durable();
  return accepted;
}

async function acceptOne(ground: Ground, tx: Db, envelope: NewEnvelope): Promise<Accepted> {
  const { sealer } = ground;
  const { source } = envelope;
  const key = sealer.blind(`${source}\n${envelope.key}`);
  const digest = sealer.blind(envelope.digest);
  // A re-used key is kept with its digest, so that a retransmission of *that* message is recognised as well.
  const reusedKey = `${key}:${digest}`;
  const known = await tx
    .selectFrom('inbox')
    .select(['id', 'digest', 'acknowledgement'])
    .where('source', '=', source)
    .where('key', 'in', [key, reusedKey])
    .execute();
  const same = known.find((row) => row.digest === digest);
  if (same) {
    const acknowledgement = await openAcknowledgement(ground, tx, same.id, same.acknowledgement);
    return { id: same.id, state: 'duplicate', acknowledgement };
  }
  if (known.length === 0) return { id: await insert(ground, tx, envelope, key, digest), state: 'fresh' };
  if (envelope.onKeyReuse === 'refuse') return { state: 'reused' };
  const id = await insert(ground, tx, envelope, reusedKey, digest);
  return { id, state: 'fresh', warning: 'key-reused' };
}

/** One that does not open is as good as none: the door makes it anew, and the sender is not kept waiting for ever. */
async function openAcknowledgement(
  ground: Ground,
  tx: Db,
  id: string,
  sealed: Uint8Array | null,
): Promise<string | undefined> {
  if (sealed === null) return undefined;
  const open = (): string => ground.sealer.open(sealed, `inbox:${id}:acknowledgement`);
  return openOr(ground, tx, { what: 'inbox', row: id }, open);
}

async function insert(ground: Ground, tx: Db, envelope: NewEnvelope, key: string, digest: string): Promise<string> {
  const { sealer, ids } = ground;
  const id = ids.next();
  const { lane, source, format, settled } = envelope;
  // latin1 carries any bytes through the sealer's text, at half the cost of base64 for HL7 and JSON
  const body = { bytes: Buffer.from(envelope.body).toString('latin1'), note: envelope.note };
  await tx
    .insertInto('inbox')
    .values({
      id,
      lane,
      seq: await nextSeq(tx, lane),
      source,
      key,
      digest,
      format,
      received_at: envelope.receivedAt,
      state: settled?.state ?? 'undecided',
      outcome: settled?.outcome ?? null,
      reason: settled?.reason ?? null,
      sender_key: sealer.seal(envelope.key, `inbox:${id}:key`),
      acknowledgement: sealText(sealer, envelope.acknowledgement, `inbox:${id}:acknowledgement`),
      body: sealValue(sealer, body, `inbox:${id}:body`),
      detail: sealText(sealer, settled?.detail, `inbox:${id}:detail`),
    })
    .execute();
  if (settled) await addToTally(tx, settled.outcome, settled.reason, 1);
  return id;
}
