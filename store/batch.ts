/** Micro-batching: what arrives in one turn of the event loop shares one commit, and so one fsync. */
import { setImmediate as nextTurn } from 'node:timers/promises';

export type Batcher<Input, Output> = {
  /** Resolves when the input's batch is durable; rejects when its own part failed. */
  add(input: Input): Promise<Output>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
};

type Waiting<Input, Output> = {
  input: Input;
  resolve: (output: Output) => void;
  reject: (error: unknown) => void;
};

/**
 * @param run writes many inputs in one transaction and gives their outputs in the same order
 * @param atMost inputs per transaction
 */
export function batcher<Input, Output>(
  run: (inputs: Input[]) => Promise<Output[]>,
  atMost: number,
): Batcher<Input, Output> {
  const waiting: Waiting<Input, Output>[] = [];
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      await nextTurn(); // every socket that is readable in this turn is read first: they share the fsync
      await write(waiting.splice(0, atMost));
    }
    working = undefined;
  }

  async function write(batch: Waiting<Input, Output>[]): Promise<void> {
    try {
      const outputs = await run(batch.map((one) => one.input));
      batch.forEach((one, index) => one.resolve(outputs[index] as Output));
    } catch (error) {
      // One input that cannot be written must not refuse its neighbours: each is tried again alone, in the same order.
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const one of batch) await write([one]);
    }
  }

  return {
    add: (input) =>
      new Promise((resolve, reject) => {
        waiting.push({ input, resolve, reject });
        working ??= work();
      }),
    idle: async () => working,
  };
}
