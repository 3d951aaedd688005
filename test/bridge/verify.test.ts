import { describe, expect, test } from 'vitest';
import { readCapped } from '../../bridge/body.ts';
import { isFresh, sign, signatureHolds } from '../../bridge/verify.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('signature', () => {
  test('is the HMAC that any other tool computes', async () => {
    // printf 'dpi\n1700000000\nMSH|' | openssl dgst -sha256 -hmac secret
    const expected = 'sha256=82b0b6ee44af311dc982769255f6083db30ae01ce7374d2e6be7bf995eeacae7';
    expect(await sign('secret', 'dpi', '1700000000', bytes('MSH|'))).toBe(expected);
    expect(await signatureHolds('secret', 'dpi', '1700000000', bytes('MSH|'), expected)).toBe(true);
  });

  test('covers the source, the timestamp and every byte', async () => {
    const signature = await sign('secret', 'dpi', '1700000000', bytes('MSH|a'));
    expect(await signatureHolds('secret', 'dpj', '1700000000', bytes('MSH|a'), signature)).toBe(false);
    expect(await signatureHolds('secret', 'dpi', '1700000001', bytes('MSH|a'), signature)).toBe(false);
    expect(await signatureHolds('secret', 'dpi', '1700000000', bytes('MSH|b'), signature)).toBe(false);
    expect(await signatureHolds('other', 'dpi', '1700000000', bytes('MSH|a'), signature)).toBe(false);
  });

  test.each(['', 'sha256=', 'sha256=zz', `sha1=${'0'.repeat(64)}`, `sha256=${'0'.repeat(63)}`, '0'.repeat(64)])(
    'refuses %j without an exception',
    async (signature) => {
      expect(await signatureHolds('secret', 'dpi', '1', bytes(''), signature)).toBe(false);
    },
  );

  test('never holds for a source whose secret is empty', async () => {
    expect(await signatureHolds('', 'dpi', '1', bytes(''), `sha256=${'0'.repeat(64)}`)).toBe(false);
  });
});

describe('freshness', () => {
  const now = 1_700_000_000_000;
  test.each([
    ['1700000000', true],
    ['1700000300', true],
    ['1699999700', true],
    ['1700000301', false],
    ['1699999699', false],
    ['1700000000000', false], // milliseconds: a common mistake
    ['-1700000000', false],
    ['1.7e9', false],
    ['', false],
    ['now', false],
  ])('%j → %s', (timestamp, fresh) => {
    expect(isFresh(timestamp, now)).toBe(fresh);
  });
});

describe('reading under a cap', () => {
  const request = (body: BodyInit, headers: Record<string, string> = {}): Request =>
    new Request('http://door/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

  test('gives the bytes as they came', async () => {
    const raw = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(await readCapped(request(raw), 256)).toEqual(raw);
  });

  test('refuses an announced length before reading', async () => {
    expect(await readCapped(request('x', { 'content-length': '999' }), 10)).toBe('too-large');
  });

  test('stops a body without length at the first chunk past the cap', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(100));
      },
    });
    expect(await readCapped(request(endless), 1_000)).toBe('too-large');
    expect(pulled).toBeLessThan(20);
  });

  test('says that the sender went away', async () => {
    const cut = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new Uint8Array(3));
        controller.error(new Error('reset'));
      },
    });
    expect(await readCapped(request(cut), 1_000)).toBe('cut');
  });
});
