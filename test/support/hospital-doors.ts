/** Both doors of Relais on real sockets, in front of a real store: what a hospital's engine meets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../bridge/app.ts';
import { eventSchema, readEvent } from '../../bridge/formats/events.ts';
import { acknowledgement } from '../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2 } from '../../bridge/formats/hl7v2/pam-fr.ts';
import { serveMllp, type MllpListener } from '../../bridge/mllp.ts';
import { serveHttp } from '../../bridge/node.ts';
import { randomIds } from '../../bridge/random-ids.ts';
import { wallClocks } from '../../bridge/wall-clock.ts';
import type { Store } from '../../care/relay/ports.ts';
import { openStore } from '../../store/open.ts';
import { sealerFromSecret } from '../../store/seal.ts';

export const TLS_FOLDER = join(import.meta.dirname, 'tls');
export const HOSPITAL_SECRET = 'sixteen characters and more';

export type Doors = { store: Store; url: string; mllp: number; lines: string[]; close(): Promise<void> };

/** @param listener of the MLLP door; plain TCP on the loopback when nothing is said */
export async function openDoors(facility: string, listener: Partial<MllpListener> = {}): Promise<Doors> {
  const clocks = wallClocks();
  const store = await openStore({
    path: ':memory:',
    sealer: sealerFromSecret('a secret for tests only, long enough'),
    clocks,
  });
  const source = {
    id: 'ch-modele',
    format: 'hl7v2' as const,
    facilities: [facility],
    secret: HOSPITAL_SECRET,
    maxBytes: 100_000,
  };
  const lines: string[] = [];
  const shared = {
    clocks,
    ids: randomIds,
    readHl7v2,
    acknowledge: acknowledgement,
    log: (level: string, message: string, fields?: object) =>
      void lines.push(JSON.stringify({ level, message, ...fields })),
  };
  const app = createApp({
    ...shared,
    sources: (id) => (id === source.id ? source : undefined),
    accept: async (envelope) => {
      const [accepted] = await store.inbox.accept([envelope]);
      if (!accepted) throw new Error('the inbox gave no answer');
      return accepted;
    },
    readEvent,
    eventSchema,
    health: async () => ({ ready: true, parts: {} }),
    metrics: async () => '',
  });
  const http = await serveHttp(app, { host: '127.0.0.1', port: 0 });
  const mllp = await serveMllp(
    source,
    { host: '127.0.0.1', port: 0, clientCertificates: 'none', maxConnections: 8, ...listener },
    { ...shared, accept: (envelopes) => store.inbox.accept(envelopes) },
  );
  return {
    store,
    url: `http://127.0.0.1:${http.port}`,
    mllp: mllp.port,
    lines,
    async close() {
      await Promise.all([http.close(), mllp.close()]);
      await store.close();
    },
  };
}

export function pem(name: string): string {
  return readFileSync(join(TLS_FOLDER, name), 'utf8');
}
