/**
 * The directory port (care/people/directory.ts) over a thread that searches. The thread is started again when it dies, each
 * question has a deadline, and a new index is seen at the next search without a restart.
 */
import { Worker } from 'node:worker_threads';
import type { Directory, DirectorySearch } from '../../care/people/directory.ts';
import type { Fiche } from '../../care/people/fiche.ts';
import type { Installation } from './search.ts';
import type { Answered, Asked, FromWorker } from './worker.ts';

export type OpenDirectory = Directory & {
  /** What the coordination knows, all of it: replaces what was given before. */
  know(fiches: readonly Fiche[]): Promise<void>;
  /** Ends the thread; what was still asked is answered `late`. */
  close(): Promise<void>;
};

/** A doctor has put the phone away by then; the thread is ended, as nothing it does takes a tenth of it. */
const DEADLINE_MS = 3_000;

export type DirectoryOptions = {
  deadlineMs?: number;
  /** A thread that died, or was ended because it did not answer: for the log. The words are never in it. */
  onTrouble?: (what: string) => void;
  /** Another script in its place. For tests. */
  script?: URL;
};

type Question = Asked extends infer A ? (A extends { n: number } ? Omit<A, 'n'> : never) : never;
type Waiting = { resolve: (answer: Answered) => void; reject: (error: Error) => void; timer: NodeJS.Timeout };

class Late extends Error {}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @throws when the synonyms, the communes or an index have faults, with their cures */
export async function openDirectory(
  installation: Installation,
  options: DirectoryOptions = {},
): Promise<OpenDirectory> {
  const { deadlineMs = DEADLINE_MS, onTrouble = () => undefined } = options;
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let known: readonly Fiche[] = [];
  let thread: Promise<Worker> | undefined;
  let alive: Worker | undefined;
  let closing = false;

  function settle(answer: FromWorker): void {
    const one = waiting.get(answer.n);
    if (one === undefined) return;
    waiting.delete(answer.n);
    clearTimeout(one.timer);
    if ('fault' in answer) one.reject(new Error(answer.fault));
    else one.resolve(answer);
  }

  /** An earlier thread's late end says nothing of the one that has replaced it. */
  function lose(worker: Worker, why: string): void {
    if (alive !== worker) return;
    [alive, thread] = [undefined, undefined];
    if (!closing) onTrouble(why);
    for (const [n, one] of waiting) {
      waiting.delete(n);
      clearTimeout(one.timer);
      one.reject(new Late(why));
    }
  }

  async function start(): Promise<Worker> {
    const worker = new Worker(options.script ?? new URL('./worker.ts', import.meta.url), { workerData: installation });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => {
        alive = worker;
        resolve();
      });
      // once it is alive nobody waits for this promise any more, and the thread is lost instead
      worker.on('error', (error) => {
        reject(error instanceof Error ? error : new Error(String(error)));
        lose(worker, messageOf(error));
      });
      worker.on('exit', (code) => {
        reject(new Error(`the thread ended with code ${code}`));
        lose(worker, 'the thread ended');
      });
    });
    worker.on('message', settle);
    if (known.length > 0) worker.postMessage({ n: -1, know: known } satisfies Asked);
    return worker;
  }

  async function ask(question: Question): Promise<Answered> {
    thread ??= start();
    const starting = thread;
    const worker = await starting.catch((error: unknown) => {
      if (thread === starting) thread = undefined;
      throw error;
    });
    const n = (last += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        lose(worker, `no answer within ${deadlineMs} ms`);
        void worker.terminate();
      }, deadlineMs);
      waiting.set(n, { resolve, reject, timer });
      worker.postMessage({ ...question, n });
    });
  }

  thread = start();
  await thread;
  return {
    async search(words, query) {
      try {
        const answer = await ask({ search: { words, query } });
        if ('search' in answer) return answer.search;
      } catch (error) {
        if (!(error instanceof Late)) throw error;
      }
      return { entries: [], total: 0, understood: [], unknown: [], away: 'late' } satisfies DirectorySearch;
    },
    async size() {
      const answer = await ask({ size: true });
      return 'size' in answer ? answer.size : 0;
    },
    async know(fiches) {
      known = fiches;
      await ask({ know: fiches });
    },
    async close() {
      closing = true;
      const worker = await thread?.catch(() => undefined);
      if (worker === undefined) return;
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage({ n: (last += 1), close: true } satisfies Asked);
      // a thread in the middle of something is not waited for longer than a question
      const timer = setTimeout(() => void worker.terminate(), deadlineMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
