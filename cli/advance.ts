/** Stepping civil time: every deadline on the way fires at its own instant, as it would have in real time. */

export type Stepped = {
  /** Civil instant of the next pending deadline. */
  next: () => Promise<number | undefined>;
  set: (instant: number) => Promise<void>;
  /** Resolves once everything that follows from the present instant is decided and sent. */
  quiet: () => Promise<void>;
};

/** @param target civil instant, epoch ms UTC; never goes back */
export async function advance(target: number, clock: Stepped): Promise<void> {
  let last = -Infinity;
  for (;;) {
    const next = await clock.next();
    if (next === undefined || next > target || next <= last) break;
    last = next;
    await clock.set(next);
    await clock.quiet();
  }
  await clock.set(target);
  await clock.quiet();
}
