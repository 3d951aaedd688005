/** The subjects of the bench, in the order in which they are measured and written. A new one is a file and a line here. */
import type { Section } from './section.ts';
import { drain } from './sections/drain.ts';
import { latency } from './sections/latency.ts';
import { rooms } from './sections/rooms.ts';
import { throughput } from './sections/throughput.ts';

export const SECTIONS: readonly Section[] = [throughput, latency, rooms, drain];
