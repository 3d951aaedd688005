/**
 * Is there anything for the crypto machine in a /sync answer? Most answers only bring messages; the machine takes a dozen
 * ms of the processor to find that out, and a question typed meanwhile waits for it.
 */
import type { CryptoSync } from './crypto.ts';

/** What follows may also depend on time, e.g. a fallback key that has grown old: the machine is asked this often at least. */
const EVERY_MS = 10 * 60_000;

export interface CryptoNews {
  /** False when the machine knows all of it, and nothing that it wants said is waiting. */
  isIn(sync: CryptoSync): boolean;
  /** The machine has digested it. @param whole everything that follows was accepted by the homeserver */
  digested(sync: CryptoSync, whole: boolean): void;
  /** Something was asked of the machine apart from /sync: the next answer is given to it. */
  forget(): void;
}

/** @param now machine ms */
export function openCryptoNews(now: () => number): CryptoNews {
  let known: { counts: string; at: number } | undefined;
  return {
    isIn: (sync) => {
      const { changed = [], left = [] } = sync.device_lists ?? {};
      if (changed.length + left.length + (sync.to_device?.events ?? []).length > 0) return true;
      // a clock that was set back asks too
      return known?.counts !== countsOf(sync) || Math.abs(now() - known.at) >= EVERY_MS;
    },
    digested: (sync, whole) => {
      known = whole ? { counts: countsOf(sync), at: now() } : undefined;
    },
    forget: () => {
      known = undefined;
    },
  };
}

const countsOf = (sync: CryptoSync): string =>
  JSON.stringify([
    Object.entries(sync.device_one_time_keys_count ?? {}).sort(),
    [...(sync.device_unused_fallback_key_types ?? [])].sort(),
  ]);
