/**
 * One MLLP connection: frames in, acknowledgements out, in the order of arrival. While messages are being stored nothing more
 * is read (the sender feels it by TCP). When they cannot be stored the connection closes without an answer: an engine
 * keeps and sends again what was not answered, but takes AE or AR as the end of a message and goes on to the next one.
 */
import type { Socket } from 'node:net';
import type { Source } from './admit.ts';
import { ackMode } from './formats/hl7v2/ack-mode.ts';
import { framed, frameReader, type Framed } from './formats/hl7v2/mllp-frames.ts';
import { takeMessages, type IntakeDeps } from './hl7v2-intake.ts';

/** Messages that came together are stored in one commit; more wait for the next one. */
const TOGETHER = 64;
/** After FS without CR: some senders end a frame so. */
const RESTED_MS = 250;
/** Half a frame and nothing more. */
const STALLED_MS = 60_000;
/** Engines keep a connection open over a quiet night; a peer that is gone is found by TCP keep-alive. */
const IDLE_MS = 12 * 3_600_000;
const KEEP_ALIVE_MS = 60_000;
/** Somebody who does not speak MLLP: HTTP, or HL7 without frames. */
const MOST_JUNK = 16_384;
/** Of a message that is refused for its length: past it the sender is cut. */
const MOST_SWALLOWED = 64 * 1024 * 1024;

export type Conversation = {
  /** Nothing more is read; what is being stored is finished and answered, then the connection ends. */
  finish(): void;
  /** Resolves when the connection is gone. */
  ended: Promise<void>;
};

/** @param id of the connection, in the log; no byte of what is sent ever is */
export function converse(
  socket: Socket,
  source: Pick<Source, 'id' | 'facilities' | 'maxBytes'>,
  deps: IntakeDeps,
  id: string,
): Conversation {
  const reader = frameReader(source.maxBytes);
  const waiting: Framed[] = [];
  const about = { connection: id, source: source.id };
  let [busy, finishing, over] = [false, false, false]; // over: the sender has closed its side
  let [taken, junk] = [0, 0];
  let timer: NodeJS.Timeout | undefined;

  const stop = (why: string): void => {
    deps.log('warn', `mllp connection closed: ${why}`, about);
    finishing = true;
    socket.destroySoon(); // what was answered still goes out
  };

  async function write(answers: readonly string[]): Promise<void> {
    if (answers.length === 0 || socket.destroyed) return;
    if (socket.write(Buffer.concat(answers.map(framed)))) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done);
        resolve();
      };
      socket.on('drain', done).on('close', done);
    });
  }

  async function take(bodies: readonly Uint8Array[]): Promise<void> {
    const answers = await takeMessages(deps, source, bodies, id);
    if (answers === undefined) {
      stop('the messages could not be stored, they are not answered');
      return;
    }
    taken += bodies.length;
    await write(answers.flatMap((one) => one.answers));
  }

  async function refuse({ head, length }: Extract<Framed, { kind: 'too-large' }>): Promise<void> {
    deps.log('warn', 'mllp message refused: too large', { ...about, bytes: length, limit: source.maxBytes });
    if (ackMode(head) === 'none') return;
    const text = `${length} bytes, at most ${source.maxBytes} are taken: send no embedded document, or have the source's limit raised`;
    const error = { place: 'MSH', code: '207', severity: 'E', text } as const;
    const at = deps.clocks.civil();
    await write([deps.acknowledge({ received: head, code: 'AR', at, id: deps.ids.next(), error })]);
  }

  /** Whatever was read, in order: messages together, the rest one by one. */
  async function work(): Promise<void> {
    while (waiting.length > 0 && !finishing) {
      const other = waiting.findIndex((one) => one.kind !== 'message');
      const messages = waiting.splice(0, Math.min(other === -1 ? waiting.length : other, TOGETHER));
      // an empty frame is some engines' way to ask whether we are there: it is nothing to keep
      const bodies = messages.flatMap((one) => (one.kind === 'message' && one.bytes.length > 0 ? [one.bytes] : []));
      if (bodies.length > 0) await take(bodies);
      else if (messages.length === 0) await notMessage(waiting.shift());
    }
  }

  async function notMessage(one: Framed | undefined): Promise<void> {
    if (one?.kind === 'too-large') return refuse(one);
    if (one?.kind !== 'junk') return;
    junk += one.length;
    deps.log('warn', 'bytes outside mllp frames ignored', { ...about, bytes: one.length });
  }

  function next(): void {
    clearTimeout(timer);
    if (busy || socket.destroyed) return;
    if (waiting.length > 0 && !finishing) {
      busy = true;
      socket.pause();
      void work()
        .catch((fault: unknown) => {
          deps.log('error', 'bug at the mllp door', { ...about, error: fault instanceof Error ? fault.name : '' });
          stop('a bug');
        })
        .finally(() => {
          busy = false;
          next();
        });
      return;
    }
    socket.resume(); // also when we end: the sender's own end must be seen
    if (finishing || over) {
      socket.end();
      return;
    }
    if (junk + reader.junk() > MOST_JUNK || reader.length() > MOST_SWALLOWED) {
      stop('this is not MLLP: frame each message as VT … FS CR, or post it to the HTTP door');
      return;
    }
    const [wait, late] = reader.ending()
      ? [RESTED_MS, rested]
      : reader.open()
        ? [STALLED_MS, (): void => stop('half a message, and nothing more')]
        : [IDLE_MS, (): void => stop('idle')];
    timer = setTimeout(late, wait);
  }

  function rested(): void {
    waiting.push(...reader.rest());
    next();
  }

  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      clearTimeout(timer);
      if (reader.open()) deps.log('warn', 'half an mllp message dropped, never acknowledged', about);
      deps.log('info', 'mllp connection ended', { ...about, messages: taken });
      resolve();
    });
  });
  socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
  socket.on('error', (fault: NodeJS.ErrnoException) => {
    deps.log('warn', 'mllp connection broke', { ...about, code: fault.code ?? fault.name });
  });
  socket.on('data', (chunk: Uint8Array) => {
    waiting.push(...reader.push(chunk));
    next();
  });
  socket.once('end', () => {
    over = true;
    rested();
  });
  next();
  return {
    finish() {
      finishing = true;
      next();
    },
    ended,
  };
}
