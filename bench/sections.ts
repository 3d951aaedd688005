/** The subjects of the bench, in the order in which they are measured and written. A new one is a file and a line here. */
import type { Section } from './section.ts';
import { commands } from './sections/commands.ts';
import { directory } from './sections/directory.ts';
import { drain } from './sections/drain.ts';
import { latency } from './sections/latency.ts';
import { mllp } from './sections/mllp.ts';
import { reading } from './sections/reading.ts';
import { rooms } from './sections/rooms.ts';
import { throughput } from './sections/throughput.ts';
import { timers } from './sections/timers.ts';

export const SECTIONS: readonly Section[] = [
  reading,
  throughput,
  latency,
  commands,
  rooms,
  drain,
  mllp,
  directory,
  timers,
];
