/** MLLP doors on real sockets, and a hospital's engine that dials them. */
import { connect, type Socket } from 'node:net';
import { frameReader } from '../../bridge/formats/hl7v2/mllp-frames.ts';
import { acknowledgement } from '../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2 } from '../../bridge/formats/hl7v2/pam-fr.ts';
import { serveMllp, type MllpListener, type MllpServer } from '../../bridge/mllp.ts';
import type { Accepted, NewEnvelope } from '../../care/relay/envelope.ts';
import { adt } from '../formats/hl7v2/fixtures.ts';
import { fakeInbox } from './fake-inbox.ts';

const SOURCE = { id: 'dpi', facilities: ['CH_VAL'], maxBytes: 4_000 };

const servers: MllpServer[] = [];
const engines: Engine[] = [];

/** After each test. */
export async function closeAll(): Promise<void> {
  for (const engine of engines.splice(0)) engine.socket.destroy();
  for (const server of servers.splice(0)) await server.close();
}

/** One end of a connection, as an engine sees it. */
export type Engine = {
  socket: Socket;
  send(bytes: Uint8Array | string): void;
  /** The MSA of the next acknowledgement: `AA|C0001`. */
  msa(): Promise<string>;
  /** Resolves once the other side has closed. */
  closed: Promise<void>;
  answers: string[];
};

export function engineOn(socket: Socket): Engine {
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

export async function openMllp(
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

export const message = (id: string, over: Record<number, string> = {}): string =>
  adt('A01', { MSH: { 10: id, ...over } });
export const bodies = (opened: Opened): string[] =>
  opened.inbox.stored.map((one) => /\|([A-Z]\d+)\|P\|/.exec(new TextDecoder().decode(one.body))?.[1] ?? '?');
