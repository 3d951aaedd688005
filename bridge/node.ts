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

/**
 * @param port 0 for any free port
 * @throws when the address cannot be opened (EADDRINUSE, EACCES), before anything is served
 */
export async function serveHttp(app: Hono<DoorEnv>, address: { host: string; port: number }): Promise<HttpServer> {
  const { server, port } = await new Promise<{ server: Server; port: number }>((resolve, reject) => {
    const opened = serve({ fetch: app.fetch, hostname: address.host, port: address.port }, (info: AddressInfo) => {
      opened.off('error', reject);
      resolve({ server: opened, port: info.port });
    }) as Server;
    opened.requestTimeout = 30_000; // a slow sender must not hold a socket for ever (Node's own limit is 5 minutes)
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
