import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** @returns a TCP port of the loopback that nobody listened to a moment ago */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}
