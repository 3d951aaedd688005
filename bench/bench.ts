/** What each subject is given. */
import type { Contents } from './contents.ts';
import type { World } from './world.ts';

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
};

export const FULL: Sizes = {
  rooms: 50,
  events: 300,
  movements: 200,
  timed: 100,
  accepted: 1_000,
  manyRooms: 1_000,
  drained: 10_000,
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
};

export type Bench = {
  world: World;
  contents: Contents;
  /** Counted rounds; one more comes first, to warm up. */
  rounds: number;
  sizes: Sizes;
  /** A stay number that was never used. */
  visit(): string;
  onProgress: (line: string) => void;
};
