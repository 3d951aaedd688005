/** Opens the app on Node. The only file of the bridge's door that touches a socket. */
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DoorEnv } from './problem.ts';

export type HttpServer = {
  port: number;
  /** Takes no new request, lets those under way end (at most `CLOSE_GRACE_MS`), then resolves. Safe to call twice. */
  close: () => Promise<void>;
};

/** Machine time given to requests under way; past it their connections are cut, unacknowledged, and resent. */
const CLOSE_GRACE_MS = 5_000;

/** A slow sender must not hold a socket for ever (Node's own limit is 5 minutes). */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * @param port 0 for any free port
 * @throws when the address cannot be opened (EADDRINUSE, EACCES), before anything is served
 */
export async function serveHttp(app: Hono<DoorEnv>, address: { host: string; port: number }): Promise<HttpServer> {
  const { server, port } = await new Promise<{ server: Server; port: number }>((resolve, reject) => {
    // Looked for every 5 s: with Node's own 30 s a limit of 30 s was measured as 57 and 87 s.
    const serverOptions = { requestTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 5_000 };
    const where = { hostname: address.host, port: address.port };
    const opened = serve({ fetch: app.fetch, ...where, serverOptions }, (info: AddressInfo) => {
      opened.off('error', reject);
      resolve({ server: opened, port: info.port });
    }) as Server;
    opened.once('error', reject);
  });
  let closing: Promise<void> | undefined;
  const closeOnce = async (): Promise<void> =>
    new Promise((resolve) => {
      const cut = setTimeout(() => {
        server.closeAllConnections();
      }, CLOSE_GRACE_MS);
      // a kept-alive connection is only idle once its request has ended: looked for again until none is left
      const sweep = setInterval(() => {
        server.closeIdleConnections();
      }, 20);
      server.close(() => {
        clearTimeout(cut);
        clearInterval(sweep);
        resolve();
      });
    });
  return { port, close: () => (closing ??= closeOnce()) };
}
