/** Who may speak over MLLP: addresses, certificates, and how many at once; on real sockets and real TLS. */
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { framed } from '../../bridge/formats/hl7v2/mllp-frames.ts';
import { pem } from '../support/hospital-doors.ts';
import { closeAll, engineOn, message, openMllp } from './mllp-engine.ts';

afterEach(closeAll);

describe('who may speak', () => {
  test('only so many connections at once', async () => {
    const opened = await openMllp({ maxConnections: 1 });
    const first = await opened.dial();
    first.send(framed(message('C1')));
    expect(await first.msa()).toBe('AA|C1');
    const second = await opened.dial();
    await second.closed;
    expect(opened.lines.join()).toContain('too many');
  });

  test('only from the addresses that are allowed', async () => {
    const refused = await openMllp({ allow: ['192.0.2.0/24', '2001:db8::1'] });
    await (
      await refused.dial()
    ).closed;
    expect(refused.lines.join()).toContain('not in allow');
    const taken = await openMllp({ allow: ['192.0.2.7', '127.0.0.0/8'] });
    const engine = await taken.dial();
    engine.send(framed(message('C1')));
    expect(await engine.msa()).toBe('AA|C1');
  });

  test('a port that is taken is said with its source', async () => {
    const { port } = await openMllp();
    await expect(openMllp({ port })).rejects.toThrow(/MLLP of dpi: 127\.0\.0\.1:\d+ cannot be opened \(EADDRINUSE\)/);
  });
});

describe('over TLS', () => {
  const tls = { cert: pem('server.pem'), key: pem('server.key'), ca: pem('ca.pem') };
  const identity = (name: string): ConnectionOptions => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });

  /** @returns the first acknowledgement, or `closed` */
  async function speak(port: number, options: ConnectionOptions = {}): Promise<string> {
    const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ca: pem('ca.pem'), ...options });
    const engine = engineOn(socket);
    engine.send(framed(message('C1')));
    return Promise.race([engine.msa(), engine.closed.then(() => 'closed')]);
  }

  test('a client that verifies us is answered; one without TLS is not', async () => {
    const opened = await openMllp({ tls });
    expect(await speak(opened.port)).toBe('AA|C1');
    const plain = await opened.dial();
    plain.send(framed(message('C1')));
    await plain.closed;
    expect(plain.answers).toEqual([]);
  });

  test('required certificates: ours yes, none or another authority’s no', async () => {
    const opened = await openMllp({ tls, clientCertificates: 'required' });
    expect(await speak(opened.port, identity('hospital'))).toBe('AA|C1');
    expect(await speak(opened.port)).toBe('closed');
    expect(await speak(opened.port, identity('stranger'))).toBe('closed');
    expect(opened.inbox.stored).toHaveLength(1);
  });

  test('optional certificates: none is fine, a wrong one is not', async () => {
    const opened = await openMllp({ tls, clientCertificates: 'optional' });
    expect(await speak(opened.port)).toBe('AA|C1');
    expect(await speak(opened.port, identity('stranger'))).toBe('closed');
  });

  test('client_names: the neighbour’s certificate of the same authority does not speak for us', async () => {
    const opened = await openMllp({ tls, clientCertificates: 'required', clientNames: ['sih.ch-modele.test'] });
    expect(await speak(opened.port, identity('hospital'))).toBe('AA|C1');
    expect(await speak(opened.port, identity('neighbour'))).toBe('closed');
    expect(opened.lines.join()).toContain('client_names');
  });
});
