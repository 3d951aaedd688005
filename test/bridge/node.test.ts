/** The same app on a real socket: what `app.request` cannot show. */
import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { serveHttp } from '../../bridge/node.ts';
import type { HttpServer } from '../../bridge/node.ts';
import { ADT, openDoor, signedHeaders } from './door.ts';
import type { Opened } from './door.ts';

const servers: HttpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function open(over: Parameters<typeof openDoor>[0] = {}): Promise<Opened & { url: string; server: HttpServer }> {
  const opened = openDoor(over);
  const server = await serveHttp(opened.app, { host: '127.0.0.1', port: 0 });
  servers.push(server);
  return { ...opened, server, url: `http://127.0.0.1:${server.port}` };
}

describe('on a socket', () => {
  test('takes a signed message', async () => {
    const { url, inbox } = await open();
    const body = new TextEncoder().encode(ADT);
    const response = await fetch(`${url}/v1/hl7v2`, { method: 'POST', body, headers: await signedHeaders(body, {}) });
    expect(await response.text()).toContain('MSA|AA|000123');
    expect(inbox.stored).toHaveLength(1);
  });

  test('answers 413 to a chunked body that never ends', async () => {
    const { url, inbox } = await open({ hardCap: 100_000 });
    const headers = await signedHeaders(new Uint8Array(0), {});
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(`${url}/v1/hl7v2`, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        sending.destroy();
      });
      sending.once('error', reject);
      const more = (): void => {
        while (!sending.destroyed && sending.write(Buffer.alloc(16_384)));
        if (!sending.destroyed) sending.once('drain', more);
      };
      more();
    });
    expect(status).toBe(413);
    expect(inbox.stored).toEqual([]);
  });

  test('closing waits for the request under way, then refuses new ones', async () => {
    let arrived: () => void = () => undefined;
    let commit: () => void = () => undefined;
    const storing = new Promise<void>((resolve) => (arrived = resolve));
    const committed = new Promise<void>((resolve) => (commit = resolve));
    const { url, server } = await open({
      accept: async () => {
        arrived();
        await committed;
        return { id: 'e1', state: 'fresh' };
      },
    });
    const body = new TextEncoder().encode(ADT);
    const answer = fetch(`${url}/v1/hl7v2`, { method: 'POST', body, headers: await signedHeaders(body, {}) });
    await storing;
    const closed = server.close();
    commit();
    expect((await answer).status).toBe(200);
    await closed;
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
  });

  test('a port already taken is said before anything is served', async () => {
    const { server } = await open();
    await expect(serveHttp(openDoor().app, { host: '127.0.0.1', port: server.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});
