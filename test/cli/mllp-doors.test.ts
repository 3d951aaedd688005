/** What relais.yaml declares is what listens: port, certificates and names, per source. */
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { acknowledgement } from '../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2 } from '../../bridge/formats/hl7v2/pam-fr.ts';
import type { NewEnvelope } from '../../care/relay/envelope.ts';
import { openMllp } from '../../cli/mllp-client.ts';
import { type MllpDoors, openMllpDoors } from '../../cli/mllp-doors.ts';
import { good, installation, RELAIS } from '../config/installation.ts';
import { adt, bytes } from '../formats/hl7v2/fixtures.ts';
import { pem, TLS_FOLDER } from '../support/hospital-doors.ts';
import { freePort } from '../../demo/free-port.ts';

const stored: NewEnvelope[] = [];
const intake = {
  accept: async (envelopes: NewEnvelope[]) => {
    stored.push(...envelopes);
    return envelopes.map((one) => ({ id: one.key, state: 'fresh' as const }));
  },
  clocks: { civil: () => Date.UTC(2026, 0, 12, 8, 5) },
  ids: { next: () => 'id' },
  readHl7v2,
  acknowledge: acknowledgement,
  log: () => undefined,
};

let doors: MllpDoors | undefined;
afterEach(() => doors?.close());

/** Two sources, each on its own free port; the first in clear, the second with certificates. */
async function configured(): Promise<{ ports: [number, number]; open: () => Promise<MllpDoors> }> {
  const ports: [number, number] = await Promise.all([freePort(), freePort()]);
  const tls = `tls: { cert: ${TLS_FOLDER}/server.pem, key: ${TLS_FOLDER}/server.key, ca: ${TLS_FOLDER}/ca.pem }`;
  const second = `  - { id: voisin, format: hl7v2, facility: [CH_VAL], mllp: { port: ${ports[1]}, ${tls}, client_names: [sih.ch-voisin.test] } }\n`;
  const yaml = RELAIS.replace('    secret_env: SOURCE\n', `    secret_env: SOURCE\n    mllp: { port: ${ports[0]} }\n`)
    .replace('facility: [CH_MODELE,', 'facility: [CH_VAL, CH_MODELE,')
    .replace('people: people.yaml', `${second}people: people.yaml`);
  const { config } = good(installation({ 'relais.yaml': yaml }));
  return { ports, open: () => openMllpDoors(config.sources, intake) };
}

describe('the MLLP doors of relais.yaml', () => {
  it('each source has its own, and what comes there is its own', async () => {
    const { ports, open } = await configured();
    doors = await open();
    expect(doors.ports).toEqual([
      { source: 'ch-modele', port: ports[0] },
      { source: 'voisin', port: ports[1] },
    ]);
    const plain = await openMllp({ host: '127.0.0.1', port: ports[0] });
    const tls = { ca: pem('ca.pem'), cert: pem('neighbour.pem'), key: pem('neighbour.key') };
    const secure = await openMllp({ host: 'localhost', port: ports[1], tls });
    for (const client of [plain, secure]) {
      expect((await client.send(bytes(adt('A01'))))[0]).toContain('MSA|AA|C0001');
      client.close();
    }
    expect(stored.map((one) => one.lane)).toEqual(['in:ch-modele', 'in:voisin']);
    await expect(
      openMllp({
        host: 'localhost',
        port: ports[1],
        tls: { ca: pem('other-ca.pem'), cert: undefined, key: undefined },
      }),
    ).rejects.toThrow(/certificate/);
  });

  it('one that cannot be opened closes the others, and says which', async () => {
    const { ports, open } = await configured();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(ports[1], '127.0.0.1', resolve));
    await expect(open()).rejects.toThrow(/^MLLP of voisin: .*EADDRINUSE/);
    await expect(openMllp({ host: '127.0.0.1', port: ports[0] })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await new Promise((resolve) => squatter.close(resolve));
  });
});
