/** What a hospital's interface team sees of the HTTP door (DESIGN §7). */
import { describe, expect, test } from 'vitest';
import { ADT, CIVIL_NOW, MACHINE_NOW, knock, openDoor, problemOf } from './door.ts';

const seconds = (shift: number): string => String(Math.floor(MACHINE_NOW / 1000) + shift);

describe('before a word is read', () => {
  test('no signature headers: 401', async () => {
    const { app, inbox } = openDoor();
    const response = await app.request('/v1/hl7v2', { method: 'POST', body: ADT });
    expect(response.status).toBe(401);
    expect((await problemOf(response)).type).toBe('urn:relais:problem:signature-missing');
    expect(inbox.stored).toEqual([]);
  });

  test.each(['inconnu', '__proto__', 'constructor'])('unknown source %s: 404', async (source) => {
    const { app } = openDoor();
    const response = await knock(app, ADT, { source });
    expect(response.status).toBe(404);
    expect((await problemOf(response)).type).toBe('urn:relais:problem:unknown-source');
  });

  test.each([seconds(301), seconds(-301), String(Math.floor(CIVIL_NOW / 1000)), 'hier'])(
    'timestamp %s: 401, by machine time',
    async (timestamp) => {
      const { app } = openDoor();
      const response = await knock(app, ADT, { timestamp });
      expect(response.status).toBe(401);
      expect((await problemOf(response)).type).toBe('urn:relais:problem:stale-timestamp');
    },
  );

  test('a wrong secret says nothing more of the source than that it exists', async () => {
    const { app, inbox } = openDoor();
    const wrong = { secret: 'guess', type: 'image/png', path: '/v1/events' };
    const response = await knock(app, 'x'.repeat(5_000), wrong);
    expect(response.status).toBe(401);
    expect((await problemOf(response)).type).toBe('urn:relais:problem:bad-signature');
    expect(inbox.stored).toEqual([]);
  });

  test('a signed request at the wrong door: 403', async () => {
    const { app } = openDoor();
    const response = await knock(app, '{}', { path: '/v1/events', type: 'application/json' });
    expect(response.status).toBe(403);
    expect((await problemOf(response)).detail).toContain('/v1/hl7v2');
  });

  test.each([
    ['application/json', {}],
    ['application/hl7-v2', { 'content-encoding': 'gzip' }],
  ])('media type %s with %j: 415', async (type, headers) => {
    const { app } = openDoor();
    const response = await knock(app, ADT, { type, headers });
    expect(response.status).toBe(415);
    expect(response.headers.get('accept')).toContain('application/hl7-v2');
    expect((await problemOf(response)).detail).toContain('application/hl7-v2');
  });

  test('past the source’s limit: 413 telling it', async () => {
    const { app, inbox } = openDoor();
    const response = await knock(app, ADT + 'x'.repeat(5_000));
    expect(response.status).toBe(413);
    expect((await problemOf(response)).detail).toContain('4000');
    expect(inbox.stored).toEqual([]);
  });

  test('past the hard cap without a content-length: 413', async () => {
    const { app } = openDoor({ hardCap: 1_000 });
    const endless = new ReadableStream<Uint8Array>({ pull: (c) => c.enqueue(new Uint8Array(600)) });
    const headers = { 'x-relais-source': 'dpi', 'x-relais-timestamp': seconds(0), 'x-relais-signature': 'sha256=0' };
    const init = { method: 'POST', body: endless, headers, duplex: 'half' } as RequestInit;
    expect((await app.request('/v1/hl7v2', init)).status).toBe(413);
  });

  test('GET on a door: 405 with Allow', async () => {
    const response = await openDoor().app.request('/v1/hl7v2');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    await problemOf(response);
  });

  test('another address: 404', async () => {
    expect((await problemOf(await openDoor().app.request('/v1/nope'))).type).toBe('urn:relais:problem:not-found');
  });
});

describe('what is served beside the messages', () => {
  test('health, metrics and the description', async () => {
    const { app } = openDoor();
    expect(await (await app.request('/health/live')).json()).toEqual({ live: true });
    expect(await (await app.request('/health/ready')).json()).toEqual({ ready: true, parts: { store: 'ok' } });
    const metrics = await app.request('/metrics');
    expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const description = (await (await app.request('/openapi.json')).json()) as {
      openapi: string;
      paths: object;
      components: { schemas: { Event: { required: string[] } } };
    };
    expect(description.openapi).toBe('3.1.0');
    expect(Object.keys(description.paths)).toEqual([
      '/v1/hl7v2',
      '/v1/events',
      '/v1/fhir',
      '/v1/documents',
      '/v1/slots',
      '/health/live',
      '/health/ready',
      '/metrics',
    ]);
    expect(description.components.schemas.Event.required).toEqual(['key', 'facility', 'patient']);
  });

  test('not ready: 503, and so is a health that fails', async () => {
    const notReady = openDoor({ health: async () => ({ ready: false, parts: { store: 'disk full' } }) });
    expect((await notReady.app.request('/health/ready')).status).toBe(503);
    const failing = openDoor({ health: () => Promise.reject(new Error('no')) });
    expect((await problemOf(await failing.app.request('/health/ready'))).type).toBe('urn:relais:problem:unavailable');
  });

  test('every reference of the description leads somewhere', async () => {
    const text = await (await openDoor().app.request('/openapi.json')).text();
    const { components } = JSON.parse(text) as { components: { schemas: object } };
    const names = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map((match) => match[1] ?? '');
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) expect(Object.keys(components.schemas)).toContain(name);
  });
});
