/** An import that does not stop the thread that asks for it. */
import { Worker } from 'node:worker_threads';
import type { ImportResult } from './import.ts';
import type { Progress } from './lines.ts';
import type { IndexKind } from './shelf-pointer.ts';

export type ImportOrder = { kind: IndexKind; file: string; folder: string; maxShrink?: number };

/**
 * @param signal ends the thread: the index in use is untouched, what was built is cleared by the next import
 * @throws as importRpps and importFiness
 */
export async function importInThread(
  order: ImportOrder,
  options: { signal?: AbortSignal; onProgress?: (progress: Progress) => void } = {},
): Promise<ImportResult> {
  const worker = new Worker(new URL('./import-worker.ts', import.meta.url), { workerData: order });
  const stop = (): void => void worker.terminate();
  options.signal?.addEventListener('abort', stop);
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (said: { progress: Progress } | { result: ImportResult }) => {
        if ('result' in said) resolve(said.result);
        else options.onProgress?.(said.progress);
      });
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the import was ended before it was whole: nothing was changed')));
    });
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
}
