/**
 * Preloaded into a serving process (`--import`): counts its calls to the homeserver, and writes the counts when it ends.
 * Only in a run of its own, which is not timed.
 */
import { writeFileSync } from 'node:fs';

const counts: Record<string, number> = {};
const original = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  const kind = /\/_matrix\/client\/v3\/(?:rooms\/[^/]+\/)?([^/?]+)/.exec(url)?.[1] ?? 'other';
  counts[kind] = (counts[kind] ?? 0) + 1;
  return original(input, init);
};
process.once('exit', () => {
  const path = process.env['RELAIS_BENCH_CALLS'];
  if (path !== undefined) writeFileSync(path, JSON.stringify(counts));
});
