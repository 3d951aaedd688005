/** The MLLP listeners that relais.yaml declares, opened together. */
import { readFileSync } from 'node:fs';
import { serveMllp, type MllpServer } from '../bridge/mllp.ts';
import type { IntakeDeps } from '../bridge/hl7v2-intake.ts';
import type { SourceConfig } from '../config/load.ts';

export type MllpDoors = {
  /** Source ids with their ports. */
  ports: { source: string; port: number }[];
  close: () => Promise<void>;
};

/** @throws when one cannot be opened, with its cure; those that were are closed again */
export async function openMllpDoors(sources: readonly SourceConfig[], deps: IntakeDeps): Promise<MllpDoors> {
  const opened: { source: string; server: MllpServer }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((one) => one.server.close()));
  };
  try {
    for (const source of sources) {
      const { mllp } = source;
      if (mllp === undefined) continue;
      const server = await serveMllp(source, { ...mllp, tls: mllp.tls && pemOf(mllp.tls) }, deps);
      opened.push({ source: source.id, server });
      deps.log('info', 'listening', {
        source: source.id,
        mllp: mllp.host,
        port: server.port,
        tls: mllp.tls !== undefined,
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ports: opened.map(({ source, server }) => ({ source, port: server.port })), close };
}

type Pem = { cert: string; key: string; ca: string | undefined };

function pemOf({ cert, key, ca }: Pem): Pem {
  const read = (path: string): string => readFileSync(path, 'utf8');
  return { cert: read(cert), key: read(key), ca: ca === undefined ? undefined : read(ca) };
}
