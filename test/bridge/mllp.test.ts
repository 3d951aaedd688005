/** MLLP on real sockets and real TLS: what a hospital's engine does, and what a bad network does to it. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { framed, frameReader } from '../../bridge/formats/hl7v2/mllp-frames.ts';
import { acknowledgement } from '../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2 } from '../../bridge/formats/hl7v2/pam-fr.ts';
import { serveMllp, type MllpListener, type MllpServer } from '../../bridge/mllp.ts';
import type { Accepted, NewEnvelope } from '../../care/relay/envelope.ts';
import { adt } from '../formats/hl7v2/fixtures.ts';
import { fakeInbox } from './fake-inbox.ts';

const pem = (name: string): string => readFileSync(join(import.meta.dirname, '..', 'support', 'tls', name), 'utf8');
const SOURCE = { id: 'dpi', facilities: ['CH_VAL'], maxBytes: 4_000 };

const servers: MllpServer[] = [];
const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) engine.socket.destroy();
  for (const server of servers.splice(0)) await server.close();
});

/** One end of a connection, as an engine sees it. */
type Engine = {
  socket: Socket;
  send(bytes: Uint8Array | string): void;
  /** The MSA of the next acknowledgement: `AA|C0001`. */
  msa(): Promise<string>;
  /** Resolves once the other side has closed. */
  closed: Promise<void>;
  answers: string[];
};

function engineOn(socket: Socket): Engine {
  const reader = frameReader(100_000);
  const answers: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  let given = 0;
  const flush = (): void => {
    for (let next = waiting[0]; next && given < answers.length; next = waiting[0]) {
      waiting.shift();
      next(answers[given++] ?? '');
    }
  };
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Uint8Array) => {
    for (const one of reader.push(chunk))
      if (one.kind === 'message') answers.push(/MSA\|([^\r]*)/.exec(new TextDecoder().decode(one.bytes))?.[1] ?? '?');
    flush();
  });
  const engine: Engine = {
    socket,
    send: (bytes) => void socket.write(bytes),
    msa: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        flush();
      }),
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    answers,
  };
  engines.push(engine);
  return engine;
}

type Opened = {
  port: number;
  server: MllpServer;
  inbox: ReturnType<typeof fakeInbox>;
  commits: number[];
  lines: string[];
  dial(): Promise<Engine>;
};

async function open(
  over: Partial<MllpListener> = {},
  accept?: (envelopes: NewEnvelope[], store: (envelopes: NewEnvelope[]) => Promise<Accepted[]>) => Promise<Accepted[]>,
): Promise<Opened> {
  const inbox = fakeInbox();
  const lines: string[] = [];
  const commits: number[] = [];
  let n = 0;
  const store = async (envelopes: NewEnvelope[]): Promise<Accepted[]> => {
    commits.push(envelopes.length);
    const accepted: Accepted[] = [];
    for (const envelope of envelopes) accepted.push(await inbox.accept(envelope));
    return accepted;
  };
  const listener: MllpListener = {
    host: '127.0.0.1',
    port: 0,
    clientCertificates: 'none',
    maxConnections: 16,
    ...over,
  };
  const server = await serveMllp(SOURCE, listener, {
    accept: accept === undefined ? store : (envelopes) => accept(envelopes, store),
    clocks: { civil: () => Date.UTC(2026, 0, 12, 8, 5) },
    ids: { next: () => `id${++n}` },
    readHl7v2,
    acknowledge: acknowledgement,
    log: (level, message, fields) => lines.push(JSON.stringify({ level, message, ...fields })),
  });
  servers.push(server);
  const dial = async (): Promise<Engine> => {
    const socket = connect(server.port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return engineOn(socket);
  };
  return { port: server.port, server, inbox, commits, lines, dial };
}

const message = (id: string, over: Record<number, string> = {}): string => adt('A01', { MSH: { 10: id, ...over } });
const bodies = (opened: Opened): string[] =>
  opened.inbox.stored.map((one) => /\|([A-Z]\d+)\|P\|/.exec(new TextDecoder().decode(one.body))?.[1] ?? '?');

describe('a connection', () => {
  test('several messages, one after the other, each answered once it is stored', async () => {
    const opened = await open();
    const engine = await opened.dial();
    for (const id of ['C1', 'C2', 'C3']) {
      engine.send(framed(message(id)));
      expect(await engine.msa()).toBe(`AA|${id}`);
      expect(bodies(opened).at(-1)).toBe(id);
    }
    expect(opened.inbox.stored[0]).toMatchObject({ lane: 'in:dpi', source: 'dpi', format: 'hl7v2' });
  });

  test('half a frame over many packets, then several frames in one: answered in order, together stored in one commit', async () => {
    const opened = await open();
    const engine = await opened.dial();
    const bytes = framed(message('C1'));
    for (let at = 0; at < bytes.length; at += 40) {
      engine.send(bytes.subarray(at, at + 40));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await engine.msa()).toBe('AA|C1');
    engine.send(Buffer.concat(['C2', 'C3', 'C4'].map((id) => framed(message(id)))));
    expect([await engine.msa(), await engine.msa(), await engine.msa()]).toEqual(['AA|C2', 'AA|C3', 'AA|C4']);
    expect(bodies(opened)).toEqual(['C1', 'C2', 'C3', 'C4']);
    expect(opened.commits).toEqual([1, 3]);
  });

  test('without the last CR, with blanks and noise: answered, and the noise is counted without being said', async () => {
    const opened = await open();
    const engine = await opened.dial();
    engine.send(`secret noise\r\n\x0b${message('C1')}\x1c`);
    expect(await engine.msa()).toBe('AA|C1');
    expect(opened.lines.join()).toContain('"bytes":12');
    expect(opened.lines.join()).not.toContain('noise');
  });

  test('unreadable: AE with ERR, stored; not HL7: AR, stored; an empty frame is nothing', async () => {
    const opened = await open();
    const engine = await opened.dial();
    engine.send(framed(adt('A01', { MSH: { 10: 'C1' }, PID: { 3: '' } })));
    expect(await engine.msa()).toBe('AE|C1');
    engine.send(framed('hello'));
    expect(await engine.msa()).toBe('AR');
    engine.send(Buffer.concat([framed(''), framed(message('C2'))]));
    expect(await engine.msa()).toBe('AA|C2');
    expect(opened.inbox.stored.map((one) => one.settled?.outcome)).toEqual(['quarantined', 'rejected', undefined]);
  });

  test('enhanced mode: commit accept, then the application acknowledgement; MSH-15 and 16 NE: silence', async () => {
    const opened = await open();
    const engine = await opened.dial();
    engine.send(framed(message('C1', { 15: 'AL', 16: 'AL' })));
    expect([await engine.msa(), await engine.msa()]).toEqual(['CA|C1', 'AA|C1']);
    engine.send(framed(message('C2', { 15: 'NE', 16: 'NE' })));
    engine.send(framed(message('C3', { 15: 'AL', 16: 'NE' })));
    expect(await engine.msa()).toBe('CA|C3');
    engine.send(framed(message('C1', { 15: 'AL', 16: 'AL' }))); // again: the same two
    expect([await engine.msa(), await engine.msa()]).toEqual(['CA|C1', 'AA|C1']);
    expect(bodies(opened)).toEqual(['C1', 'C2', 'C3']);
  });

  test('too large: AR by its number, nothing stored, the next one is taken', async () => {
    const opened = await open();
    const engine = await opened.dial();
    engine.send(framed(`${message('C1')}NTE|1||${'x'.repeat(20_000)}\r`));
    expect(await engine.msa()).toBe('AR|C1');
    engine.send(framed(message('C2')));
    expect(await engine.msa()).toBe('AA|C2');
    expect(bodies(opened)).toEqual(['C2']);
    expect(opened.lines.join()).toContain('too large');
  });

  test('somebody who speaks HTTP is cut with the cure in the log', async () => {
    const opened = await open();
    const engine = await opened.dial();
    engine.send(`POST / HTTP/1.1\r\n\r\n${'x'.repeat(20_000)}`);
    await engine.closed;
    expect(opened.lines.join()).toContain('frame each message as VT');
  });

  test('the sender closes its side after its last frame: still answered; after half of one: dropped', async () => {
    const opened = await open();
    const engine = await opened.dial();
    engine.socket.end(Buffer.concat([framed(message('C1')), framed(message('C2')).subarray(0, 90)]));
    expect(await engine.msa()).toBe('AA|C1');
    await engine.closed;
    expect(bodies(opened)).toEqual(['C1']);
    await opened.server.close();
    expect(opened.lines.join()).toContain('half an mllp message dropped');
  });
});

describe('what cannot be stored', () => {
  test('is not answered: the connection closes, and the message is taken when it is sent again', async () => {
    const opened = await open();
    opened.inbox.broken = true;
    const engine = await opened.dial();
    engine.send(Buffer.concat([framed(message('C1')), framed(message('C2'))]));
    await engine.closed;
    expect(engine.answers).toEqual([]);
    expect(opened.lines.join()).toContain('SQLITE_FULL');
    expect(opened.lines.join()).not.toContain('MARTIN');
    opened.inbox.broken = false;
    const again = await opened.dial();
    again.send(Buffer.concat([framed(message('C1')), framed(message('C2'))]));
    expect([await again.msa(), await again.msa()]).toEqual(['AA|C1', 'AA|C2']);
  });

  test('while the inbox is busy nothing more is read, and nothing is answered before the commit', async () => {
    const gates: (() => void)[] = [];
    let reached: () => void = () => undefined;
    const storing = new Promise<void>((resolve) => (reached = resolve));
    const opened = await open({}, async (envelopes, store) => {
      if (gates.length > 0) return store(envelopes);
      await new Promise<void>((resolve) => {
        gates.push(resolve);
        reached();
      });
      return store(envelopes);
    });
    const engine = await opened.dial();
    engine.send(framed(message('C1')));
    await storing;
    // Far more than the buffers of both sockets hold: the sender must feel it.
    const filler = Buffer.concat(Array.from({ length: 500 }, (_, n) => framed(message(`D${n}`))));
    let pressed = false;
    for (let n = 0; n < 200 && !pressed; n += 1) pressed = !engine.socket.write(filler);
    for (let n = 0; n < 50; n += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(pressed).toBe(true);
    expect(engine.socket.writableLength).toBeGreaterThan(0);
    expect(gates).toHaveLength(1);
    expect(engine.answers).toEqual([]);
    gates[0]?.();
    expect(await engine.msa()).toBe('AA|C1');
  });

  test('closing finishes the message in hand, answers it, and drops what was not begun', async () => {
    const gates: (() => void)[] = [];
    let reached: () => void = () => undefined;
    const storing = new Promise<void>((resolve) => (reached = resolve));
    const opened = await open({}, async (envelopes, store) => {
      await new Promise<void>((resolve) => {
        gates.push(resolve);
        reached();
      });
      return store(envelopes);
    });
    const engine = await opened.dial();
    engine.send(framed(message('C1')));
    await storing;
    engine.send(framed(message('C2')));
    const closed = opened.server.close();
    gates[0]?.();
    expect(await engine.msa()).toBe('AA|C1');
    engine.socket.end();
    await closed;
    expect([engine.answers, bodies(opened)]).toEqual([['AA|C1'], ['C1']]);
    await expect(opened.dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('who may speak', () => {
  test('only so many connections at once', async () => {
    const opened = await open({ maxConnections: 1 });
    const first = await opened.dial();
    first.send(framed(message('C1')));
    expect(await first.msa()).toBe('AA|C1');
    const second = await opened.dial();
    await second.closed;
    expect(opened.lines.join()).toContain('too many');
  });

  test('only from the addresses that are allowed', async () => {
    const refused = await open({ allow: ['192.0.2.0/24', '2001:db8::1'] });
    await (
      await refused.dial()
    ).closed;
    expect(refused.lines.join()).toContain('not in allow');
    const taken = await open({ allow: ['192.0.2.7', '127.0.0.0/8'] });
    const engine = await taken.dial();
    engine.send(framed(message('C1')));
    expect(await engine.msa()).toBe('AA|C1');
  });

  test('a port that is taken is said with its source', async () => {
    const { port } = await open();
    await expect(open({ port })).rejects.toThrow(/MLLP of dpi: 127\.0\.0\.1:\d+ cannot be opened \(EADDRINUSE\)/);
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
    const opened = await open({ tls });
    expect(await speak(opened.port)).toBe('AA|C1');
    const plain = await opened.dial();
    plain.send(framed(message('C1')));
    await plain.closed;
    expect(plain.answers).toEqual([]);
  });

  test('required certificates: ours yes, none or another authority’s no', async () => {
    const opened = await open({ tls, clientCertificates: 'required' });
    expect(await speak(opened.port, identity('hospital'))).toBe('AA|C1');
    expect(await speak(opened.port)).toBe('closed');
    expect(await speak(opened.port, identity('stranger'))).toBe('closed');
    expect(opened.inbox.stored).toHaveLength(1);
  });

  test('optional certificates: none is fine, a wrong one is not', async () => {
    const opened = await open({ tls, clientCertificates: 'optional' });
    expect(await speak(opened.port)).toBe('AA|C1');
    expect(await speak(opened.port, identity('stranger'))).toBe('closed');
  });

  test('client_names: the neighbour’s certificate of the same authority does not speak for us', async () => {
    const opened = await open({ tls, clientCertificates: 'required', clientNames: ['sih.ch-modele.test'] });
    expect(await speak(opened.port, identity('hospital'))).toBe('AA|C1');
    expect(await speak(opened.port, identity('neighbour'))).toBe('closed');
    expect(opened.lines.join()).toContain('client_names');
  });
});
