/** Acknowledged means on disk; authentic always gets an HL7 acknowledgement (invariants 1, 2, 8; FACTS §1.10). */
import { describe, expect, test } from 'vitest';
import { ADT, CIVIL_NOW, knock, openDoor, problemOf } from './door.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const msa = (acknowledgement: string): string | undefined => /MSA\|([A-Z]{2}\|[^|\r]*)/.exec(acknowledgement)?.[1];

describe('POST /v1/hl7v2', () => {
  test('AA only once the envelope is stored, with its key, digest, lane and acknowledgement', async () => {
    const { app, inbox } = openDoor();
    const response = await knock(app, ADT);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/hl7-v2']);
    const acknowledgement = await response.text();
    expect(msa(acknowledgement)).toBe('AA|000123');
    expect(inbox.stored).toEqual([
      {
        lane: 'in:dpi',
        source: 'dpi',
        key: '000123|20261123095500',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        format: 'hl7v2',
        body: bytes(ADT),
        receivedAt: CIVIL_NOW,
        onKeyReuse: 'accept-as-new',
        acknowledgement,
      },
    ]);
  });

  test('no acknowledgement before the commit', async () => {
    let commit: () => void = () => undefined;
    const committed = new Promise<void>((resolve) => (commit = resolve));
    const { app } = openDoor({ accept: () => committed.then(() => ({ id: 'e1', state: 'fresh' as const })) });
    let answered = false;
    const answer = knock(app, ADT).then((response) => {
      answered = true;
      return response;
    });
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    commit();
    expect((await answer).status).toBe(200);
  });

  test('storage failure: 503 with Retry-After, nothing acknowledged, nothing of the fault said or logged', async () => {
    const { app, inbox, lines } = openDoor();
    inbox.broken = true;
    const response = await knock(app, ADT);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(JSON.stringify(await problemOf(response))).not.toContain('MARTIN');
    expect(lines.join()).toContain('SQLITE_FULL');
    expect(lines.join()).not.toContain('MARTIN');
    inbox.broken = false;
    expect(msa(await (await knock(app, ADT)).text())).toBe('AA|000123');
  });

  test('the same bytes again: the stored acknowledgement again, nothing stored', async () => {
    const { app, inbox } = openDoor();
    const first = await (await knock(app, ADT)).text();
    expect(await (await knock(app, ADT)).text()).toBe(first);
    expect(inbox.stored).toHaveLength(1);
  });

  test('a known key with other bytes: a new envelope, and a warning', async () => {
    const { app, inbox } = openDoor();
    await knock(app, ADT);
    const response = await knock(app, ADT.replace('IPP42', 'IPP43'));
    expect(msa(await response.text())).toBe('AA|000123');
    expect(response.headers.get('x-relais-warning')).toContain('key-reused');
    expect(inbox.stored).toHaveLength(2);
  });

  test.each([
    ['not HL7', 'bonjour', 'AR|', 'rejected', 'not-hl7'],
    ['empty body', '', 'AR|', 'rejected', 'not-hl7'],
    ['another version', ADT.replace('|2.5', '|3.0'), 'AR|000123', 'rejected', 'unsupported-version'],
    ['no PID', ADT.replace('PID|', 'ZZZ|'), 'AE|000123', 'quarantined', 'missing-identity'],
    ['another facility', ADT.replace('590782421', '010780195'), 'AE|000123', 'quarantined', 'wrong-facility'],
    ['two messages', ADT + ADT, 'AR|000123', 'rejected', 'not-hl7'],
    ['a bug of the reader', ADT.replace('MARTIN', 'BUG'), 'AE|000123', 'quarantined', 'unreadable'],
  ])('%s: stored, shown, acknowledged %s', async (_what, message, acknowledged, outcome, reason) => {
    const { app, inbox, lines } = openDoor();
    const response = await knock(app, message);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(msa(text)).toBe(acknowledged);
    expect(text).toContain('\rERR|');
    expect(inbox.stored[0]?.settled).toMatchObject({ state: 'quarantined', outcome, reason });
    expect(lines.join()).not.toContain('MARTIN');
    expect(await (await knock(app, message)).text()).toBe(text);
    expect(inbox.stored).toHaveLength(1);
  });

  test('two messages: the acknowledgement says one per request', async () => {
    expect(await (await knock(openDoor().app, ADT + ADT)).text()).toContain('one message per request');
  });

  test('a key too long to be indexed becomes the digest', async () => {
    const { app, inbox } = openDoor();
    await knock(app, ADT.replace('000123', '9'.repeat(3_000)));
    expect(inbox.stored[0]?.key).toBe(`digest:${inbox.stored[0]?.digest ?? ''}`);
  });

  test.each(['text/plain; charset=iso-8859-1', 'x-application/hl7-v2+er7', 'Application/HL7-v2'])(
    'takes %s, bytes untouched',
    async (type) => {
      const { app, inbox } = openDoor();
      const latin1 = Uint8Array.from([...bytes(ADT), 0xe9, 0x0d]);
      expect((await knock(app, latin1, { type })).status).toBe(200);
      expect(inbox.stored[0]?.body).toEqual(latin1);
    },
  );
});
