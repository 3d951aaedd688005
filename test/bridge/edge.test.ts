/** The edge entry: what it says, and that wrangler bundles it without Node and real workerd runs it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unstable_startWorker } from 'wrangler';
import { worker } from '../../bridge/edge.ts';
import { problemOf } from './door.ts';

type Ask = (path: string, init?: { method: string; body: string }) => Promise<Response>;

async function checkEdge(ask: Ask): Promise<void> {
  expect(await (await ask('/health/live')).json()).toEqual({ live: true });
  expect(((await (await ask('/openapi.json')).json()) as { openapi: string }).openapi).toBe('3.1.0');
  for (const path of ['/v1/hl7v2', '/v1/events', '/v1/fhir', '/v1/documents']) {
    const response = await ask(path, { method: 'POST', body: 'MSH|' });
    expect(response.status).toBe(501);
    expect((await problemOf(response)).type).toBe('urn:relais:problem:no-inbox-here');
  }
}

test('the edge app lives, describes itself, and takes no message yet', async () => {
  await checkEdge(async (path, init) => worker.fetch(new Request(`http://edge${path}`, init)));
});

describe('on workerd', () => {
  let running: Awaited<ReturnType<typeof unstable_startWorker>> | undefined;

  beforeAll(async () => {
    process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false'; // nothing outside this machine is asked
    process.env.WRANGLER_SEND_METRICS = 'false';
    running = await unstable_startWorker({
      config: 'wrangler.toml',
      dev: {
        server: { hostname: '127.0.0.1', port: 0 },
        inspector: false,
        logLevel: 'error',
        watch: false,
        persist: false,
      },
    });
    await running.ready;
  }, 60_000);

  afterAll(async () => {
    await running?.dispose();
  });

  test('the bundle without nodejs_compat says the same', async () => {
    await checkEdge(async (path, init) => {
      if (running === undefined) throw new Error('workerd did not start: see the message of wrangler above');
      return (await running.fetch(`http://edge${path}`, init)) as unknown as Response;
    });
  });
});
