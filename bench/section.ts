/** One subject of the bench: a file of bench/sections/, and a line in sections.ts. */
import type { World } from './world.ts';

export type Section = {
  /** Its word in `--only`, its key in docs/measured.json and its marker in docs/measured.md. */
  name: string;
  /** Heading in docs/measured.md. */
  title: string;
  measure(bench: Bench): Promise<Measured>;
};

export type Measured = {
  /** Kept in docs/measured.json as they are: plain JSON. */
  figures: Record<string, unknown>;
  /** What docs/measured.md says under the heading: what was done, then the tables (markdown.ts). */
  body: string;
  /** What had been promised, beside what was found. */
  targets: Target[];
};

export type Target = { what: string; promised: string; found: string; met: boolean };

export type Bench = {
  /** A real Synapse with its rooms and two installations of Relais: opened by the first section that asks for it. */
  world(): Promise<World>;
  /** Counted rounds; one more comes first, to warm up (`label`). */
  rounds: number;
  sizes: Sizes;
  /** Tiny sizes: does it run? Its figures are printed, never kept. */
  quick: boolean;
  /** A stay number that was never used. */
  visit(): string;
  onProgress: (line: string) => void;
};

export type Sizes = {
  /** Rooms of the floor and of Relais, in clear and encrypted. */
  rooms: number;
  /** Floor: events per measurement. */
  events: number;
  /** Relais: movements per measurement; each gives one or two events. */
  movements: number;
  timed: number;
  accepted: number;
  manyRooms: number;
  drained: number;
  /** Messages read and decided in a row. */
  read: number;
  /** Who ask by commands. */
  askers: number;
  /** Commands of each kind per measurement, one at a time. */
  asked: number;
  /** Commands at once. */
  burst: number;
};

export const FULL: Sizes = {
  rooms: 50,
  events: 120,
  movements: 100,
  timed: 50,
  accepted: 800,
  manyRooms: 1_000,
  drained: 3_000,
  read: 1_000_000,
  askers: 10,
  asked: 12,
  burst: 200,
};

/** Enough to see that it works; its figures mean little. */
export const QUICK: Sizes = {
  rooms: 6,
  events: 40,
  movements: 20,
  timed: 20,
  accepted: 60,
  manyRooms: 20,
  drained: 60,
  read: 2_000,
  askers: 2,
  asked: 2,
  burst: 12,
};

/** The first round warms both sides up and is not counted. */
export function label(round: number): string {
  return round === 0 ? 'warming up' : `round ${round}`;
}
