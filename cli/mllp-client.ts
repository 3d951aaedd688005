/** The sending end of MLLP, as a hospital's engine has it: `relais send`, and the bench. One message at a time. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ackCodes, ackMode } from '../bridge/formats/hl7v2/ack-mode.ts';
import { framed, frameReader } from '../bridge/formats/hl7v2/mllp-frames.ts';

export type MllpAddress = {
  host: string;
  port: number;
  /** PEM texts; undefined: plain TCP. */
  tls?: { ca: string | undefined; cert: string | undefined; key: string | undefined } | undefined;
};

export type MllpClient = {
  /** @returns the acknowledgements, in order. @throws when the connection ends or `ANSWER_MS` pass before: send it again */
  send(message: Uint8Array): Promise<string[]>;
  close(): void;
};

const ANSWER_MS = 30_000;
const CONNECT_MS = 10_000;
/** Where the sender wants to hear of errors only (MSH-15, 16: ER), silence is good news after so long. */
const SILENCE_MS = 1_000;

/** @throws when nobody answers there, or TLS fails */
export async function openMllp(address: MllpAddress): Promise<MllpClient> {
  const socket = await dial(address);
  const reader = frameReader(1_000_000);
  const heard: string[] = [];
  let wake: () => void = () => undefined;
  let broken: Error | undefined;
  socket.on('data', (chunk: Uint8Array) => {
    for (const one of [...reader.push(chunk), ...(reader.ending() ? reader.rest() : [])])
      if (one.kind === 'message') heard.push(new TextDecoder('latin1').decode(one.bytes));
    wake();
  });
  const end = (why: Error): void => {
    broken ??= why;
    wake();
  };
  socket.on('error', end);
  socket.on('close', () => end(new Error('the connection was closed without an answer')));

  /** Waits for the next acknowledgement. */
  async function next(ms: number): Promise<string | undefined> {
    const deadline = performance.now() + ms;
    for (;;) {
      const one = heard.shift();
      if (one !== undefined) return one;
      if (broken) throw broken;
      const left = deadline - performance.now();
      if (left <= 0) return undefined;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  return {
    async send(message) {
      if (broken) throw broken;
      heard.length = 0;
      socket.write(framed(message));
      const mode = ackMode(message);
      const expected = ackCodes(mode, 'AA').length;
      const answers: string[] = [];
      const silent = mode === 'none' || (expected === 0 && ackCodes(mode, 'AR').length === 0);
      while (!silent) {
        const one = await next(answers.length < expected ? ANSWER_MS : SILENCE_MS);
        if (one === undefined && answers.length < expected) throw new Error(`no answer within ${ANSWER_MS / 1000} s`);
        if (one !== undefined) answers.push(one);
        if (one === undefined || answers.length >= expected || /\rMSA.C[ER]/.test(one)) break;
      }
      return answers;
    },
    close: () => socket.destroy(),
  };
}

async function dial({ host, port, tls }: MllpAddress): Promise<Socket> {
  const given = tls && Object.fromEntries(Object.entries(tls).filter(([, pem]) => pem !== undefined));
  const socket = tls ? connectTls({ host, port, ...given }) : connectTcp({ host, port });
  await new Promise<void>((resolve, reject) => {
    socket.once(tls ? 'secureConnect' : 'connect', resolve).once('error', reject);
    socket.setTimeout(CONNECT_MS, () => reject(new Error(`nobody answers within ${CONNECT_MS / 1000} s`)));
  });
  return socket.setTimeout(0).setNoDelay(true);
}
