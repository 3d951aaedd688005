/** The thread that searches: the main one only waits (a broad word may take 40 ms, and everybody's messages pass there). */
import { parentPort, workerData } from 'node:worker_threads';
import type { DirectoryQuery, DirectorySearch } from '../../care/people/directory.ts';
import type { Fiche } from '../../care/people/fiche.ts';
import { openReader } from './search.ts';
import type { Installation } from './search.ts';

export type Asked =
  | { n: number; search: { words: string; query: DirectoryQuery } }
  | { n: number; size: true }
  | { n: number; know: readonly Fiche[] }
  | { n: number; close: true };

export type Answered = { n: number; search: DirectorySearch } | { n: number; size: number } | { n: number; done: true };

/** `n` 0: the thread is ready. `fault`: what went wrong, without the words that were searched. */
export type FromWorker = Answered | { n: number; fault: string };

/** SQLite may quote what was searched, and somebody may have typed a patient's name: its code is enough for a log. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'errcode' in error ? `the index cannot be read (SQLite ${String(error.errcode)})` : error.message;
}

const port = parentPort;
if (port !== null) {
  const reader = openReader(workerData as Installation);
  const answer = (asked: Asked): Answered => {
    const { n } = asked;
    if ('search' in asked) return { n, search: reader.search(asked.search.words, asked.search.query) };
    if ('size' in asked) return { n, size: reader.size() };
    if ('know' in asked) reader.know(asked.know);
    else reader.close();
    return { n, done: true };
  };
  port.on('message', (asked: Asked) => {
    try {
      port.postMessage(answer(asked));
    } catch (error) {
      port.postMessage({ n: asked.n, fault: faultOf(error) });
    }
    if ('close' in asked) port.close();
  });
  port.postMessage({ n: 0, done: true });
}
