/** How many calls a delivery costs the homeserver, by kind, in a run that is not timed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './section.ts';
import { serve } from './installation.ts';
import { relayThroughput } from './traffic.ts';

export type Calls = { kind: 'clear' | 'encrypted'; deliveries: number; counts: Record<string, number> };

/** From the start of the process to its end: key uploads, members and the first sync are in it too. */
export async function countCalls(bench: Bench, kind: Calls['kind']): Promise<Calls> {
  const { sizes } = bench;
  const world = await bench.world();
  const installation = world[kind];
  const path = join(installation.folder, 'calls.json');
  const preload = import.meta.resolve('./count-calls.ts');
  const serving = await serve(installation, { NODE_OPTIONS: `--import=${preload}`, RELAIS_BENCH_CALLS: path });
  const mine = (event: { sender: string }): boolean => event.sender === installation.bot;
  const before = world.watcher.count(mine);
  const given = { serving, installation, watcher: world.watcher, visit: bench.visit() };
  await relayThroughput(given, sizes.rooms, 8, sizes.movements);
  const deliveries = world.watcher.count(mine) - before;
  await serving.stop();
  return { kind, deliveries, counts: JSON.parse(readFileSync(path, 'utf8')) as Record<string, number> };
}
