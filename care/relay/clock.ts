/**
 * Two clocks, both given (DESIGN §2). Civil time is what people live by: SLA, notices, dates in texts; the demo and the
 * scenarios step it. Machine time runs leases, retries, pacing and the freshness of signatures; nobody steps it.
 */
export interface Clocks {
  /** Civil time, epoch ms UTC. */
  civil(): number;
  /** Machine time, epoch ms UTC. */
  machine(): number;
  /** Resolves after `ms` of machine time, or at once when `signal` aborts. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Ids are given too, so that a rehearsal is reproducible. */
export interface Ids {
  /** An opaque unique id (rows, deliveries). */
  next(): string;
  /** `length` characters of an alphabet without look-alikes, for codes a person reads aloud (`4K7`). */
  code(length: number): string;
}
