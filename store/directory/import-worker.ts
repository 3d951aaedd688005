/** One import in a thread of its own, beside a server that goes on. */
import { parentPort, workerData } from 'node:worker_threads';
import { importFiness } from './finess-import.ts';
import { importRpps } from './import.ts';
import type { ImportOrder } from './import-thread.ts';

const port = parentPort;
if (port !== null) {
  const { kind, file, folder, maxShrink } = workerData as ImportOrder;
  const run = kind === 'rpps' ? importRpps : importFiness;
  const result = await run(file, folder, {
    ...(maxShrink !== undefined && { maxShrink }),
    onProgress: (progress) => port.postMessage({ progress }),
  });
  port.postMessage({ result });
}
