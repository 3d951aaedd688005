/**
 * A hospital posts a lettre de liaison (CDA R2 in MDM^T02, over signed HTTP); the doctor's own client, on a real homeserver,
 * decrypts the very bytes of its PDF. The homeserver has neither its name nor its content, and nothing of it stays here.
 */
import { Attachment, EncryptedAttachment } from '@matrix-org/matrix-sdk-crypto-wasm';
import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openMatrixTransport } from '../../bot/matrix/matrix-transport.ts';
import { createApp } from '../../bridge/app.ts';
import { eventSchema, readEvent } from '../../bridge/formats/events.ts';
import { acknowledgement } from '../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2 } from '../../bridge/formats/hl7v2/pam-fr.ts';
import { randomIds } from '../../bridge/random-ids.ts';
import { sign } from '../../bridge/verify.ts';
import type { EncryptedFile } from '../../care/relay/transport.ts';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { BARE_HOUSE } from '../support/bare-house.ts';
import { compose } from '../../main.ts';
import { openStore } from '../../store/open.ts';
import { cda, mdm } from '../flows/documents.ts';
import { adt, type Fields } from '../formats/hl7v2/fixtures.ts';
import { sealer, SECRET } from '../store/fixtures.ts';
import { eventually, useHomeserver } from '../support/homeserver.ts';
import { systemClocks as clocks } from '../support/system-clocks.ts';

const bench = useHomeserver();
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('the doctor’s client decrypts the very bytes that the hospital sent', async () => {
  const claire = await bench.persona('claire');
  const { directory, userId } = await bench.bot('relais');
  const doctor: Person = { id: 'mt', matrix: claire.userId, name: 'Dr Claire', role: 'medecin-traitant', groups: [] };
  const store = await openStore({ path: ':memory:', sealer, clocks, ids: randomIds });
  const transport = await openMatrixTransport({ directory, clocks, log: () => undefined });
  const documents = { default: 'none' as const, byType: new Map([['11490-0', 'attachment' as const]]) };
  const policy = { units: undefined, unknownUnit: 'event' as const, acceptTraining: false, acceptFictional: false };
  const relais = compose({
    ...BARE_HOUSE,
    store,
    transport,
    clocks,
    ids: randomIds,
    sealer,
    people: peopleFrom([doctor], [{ facility: 'CH_VAL', ipp: '00700123', members: ['mt'] }], []),
    sources: new Map([['ch', { ...policy, production: true, documents, facilities: ['CH_VAL'], name: 'CH Val' }]]),
  });
  const app = createApp({
    sources: () => ({ id: 'ch', format: 'hl7v2', facilities: ['CH_VAL'], secret: SECRET, maxBytes: 4_000_000 }),
    accept: async (envelope) => (await relais.store.inbox.accept([envelope]))[0] ?? { state: 'reused' },
    clocks,
    ids: randomIds,
    readHl7v2,
    readEvent,
    acknowledge: acknowledgement,
    eventSchema,
    health: async () => ({ ready: true, parts: {} }),
    metrics: async () => '',
    log: () => undefined,
  });
  const post = async (trigger: string, fields: Fields): Promise<string> => {
    const body = new TextEncoder().encode(adt(trigger, fields));
    const timestamp = String(Math.floor(clocks.machine() / 1000));
    const headers = {
      'content-type': 'application/hl7-v2',
      'x-relais-source': 'ch',
      'x-relais-timestamp': timestamp,
      'x-relais-signature': await sign(SECRET, 'ch', timestamp, body),
    };
    return (await app.request('/v1/hl7v2', { method: 'POST', headers, body })).text();
  };
  const stop = new AbortController();
  const running = relais.run(stop.signal);
  try {
    const pdf = Buffer.concat([Buffer.from('%PDF-1.7 lettre de Lucie FICTIVE '), randomBytes(400_000)]);
    expect(await post('A01', { MSH: { 10: 'E1' } })).toContain('MSA|AA');
    const letter = mdm('T02', { content: cda({ body: pdf }), at: '20260112170000' });
    expect(await post('T02', { ...letter, MSH: { ...letter['MSH'], 10: 'E2' } })).toContain('MSA|AA');

    const seen = await claire.seen(
      (e) => e.sender === userId && e.failure === undefined && 'file' in e.content,
      120_000,
    );
    expect(seen.encrypted).toBe(true);
    expect(seen.content).toMatchObject({ msgtype: 'm.file', filename: 'lettre-de-liaison-de-sortie.pdf' });
    const words = claire.events.filter((e) => e.sender === userId).map((e) => String(e.content['body']));
    expect(words.join('\n')).toMatch(/Lettre de liaison de sortie — Mme Lucie INVENTEE[^]*Le document suit, chiffré/);

    const file = seen.content['file'] as EncryptedFile;
    const url = claire.client.mxcUrlToHttp(file.url, undefined, undefined, undefined, false, true, true) ?? '';
    const answer = await fetch(url, { headers: { authorization: `Bearer ${claire.client.getAccessToken() ?? ''}` } });
    const stored = new Uint8Array(await answer.arrayBuffer());
    expect(Buffer.from(stored).includes('FICTIVE')).toBe(false);
    const clear = Attachment.decrypt(new EncryptedAttachment(stored, JSON.stringify(file)));
    expect(sha256(clear)).toBe(sha256(pdf));

    await eventually(async () => ((await store.outbox.pending()) === 0 ? true : undefined));
    const [envelope] = await store.inbox.list({ limit: 100 }).then((all) => all.filter((one) => one.source === 'ch'));
    expect(envelope?.body.length).toBe(0);
    const attachment = `${sealer.blind('document|CH_VAL|DOC1^DPI')}|${envelope?.id ?? ''}`;
    expect(await store.files.load('attachment', attachment)).toBeUndefined();
  } finally {
    stop.abort();
    await running;
    await transport.close();
    await store.close();
  }
});
