/** One section as a process of its own: its memory is its own, and whatever it started ends with it. */
import { fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Sizes } from './section.ts';

export type Task = {
  section: string;
  /** When the whole bench began, epoch ms. */
  began: number;
  rounds: number;
  sizes: Sizes;
  quick: boolean;
  /** Written in docs/measured.*; else printed. */
  isKept: boolean;
  command: string;
  note: string | undefined;
};

export type Ended = 'measured' | 'failed' | 'too long';

/** A homeserver and servers that lose their parent end by themselves, in good order: the next section wants their files. */
const ENDING_MS = 10_000;

/** @param process another program than the one that measures, for the tests */
export async function apart(
  task: Task,
  limitMs: number,
  process: URL = new URL('./section-process.ts', import.meta.url),
): Promise<Ended> {
  const child = fork(process, [JSON.stringify(task)]);
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs); // it may be busy: nothing else is sure to end it
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearTimeout(limit);
  if (code === 0) return 'measured';
  const late = code === null && child.signalCode === 'SIGKILL';
  console.error(late ? `section ${task.section}: too long, ended` : `section ${task.section}: not measured`);
  await pause(ENDING_MS);
  return late ? 'too long' : 'failed';
}
