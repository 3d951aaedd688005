/**
 * One act for everybody who waits for it, e.g. a flush of the disk. Each call resolves after an act that *began* after
 * the call: what the caller did before calling is part of it. At most one act runs at a time.
 */
export function grouped(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    next = undefined;
    const mine = act().finally(() => {
      if (running === mine) running = undefined;
    });
    running = mine;
    return mine;
  };
  return () => {
    if (running === undefined) return run();
    return (next ??= running.then(run, run));
  };
}
