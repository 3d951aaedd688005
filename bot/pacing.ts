/**
 * How fast the account may speak. A 429 is about the account, not the room, so every lane waits for it; an absent
 * homeserver is asked by one lane at a time, so that its return meets no storm. The pace recovers as calls succeed.
 */
import type { Clocks } from '../care/relay/clock.ts';

export interface Pacer {
  /** May a call start now? A yes takes the turn. */
  take(): boolean;
  /** Machine ms until the next turn; 0: now. */
  waitMs(): number;
  /** A call was answered: the homeserver is there. */
  answered(): void;
  /** Grows with each refusal: what was made ready before one does not leave after it. */
  refusals(): number;
  /** The homeserver asks for a pause, or does not answer at all. @returns how long everybody waits, machine ms */
  refused(retryAfterMs: number | undefined): number;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** After a refusal, the time between two calls; it doubles with each further one. */
const FIRST_GAP_MS = 100;
const LONGEST_GAP_MS = 2_000;
/** Each answer shortens it, down to nothing worth waiting for: from the longest, seventeen answers in eight seconds. */
const RECOVERY = 0.75;
const NO_GAP_MS = 20;
/** The first call after a pause goes alone; where it hangs, the next one is tried this much later. */
const PROBE_MS = 5_000;

/** @param callsPerSecond never faster than this (Tchap asks bots for about one); undefined: as fast as answers come */
export function createPacer(clocks: Pick<Clocks, 'machine'>, callsPerSecond?: number): Pacer {
  const smallestGap = callsPerSecond === undefined ? 0 : Math.ceil(1_000 / callsPerSecond);
  let gap = smallestGap;
  let next = 0;
  /** One after the other, without an answer in between. */
  let refusals = 0;
  let told = 0;
  let pausedUntil = 0;
  let latest = clocks.machine();
  /** A clock that is set back moves every appointment back with it: else the account would be silent until it caught up. */
  const machine = (): number => {
    const now = clocks.machine();
    if (now < latest) {
      next -= latest - now;
      pausedUntil -= latest - now;
    }
    latest = now;
    return now;
  };
  const waitMs = (): number => {
    const now = machine();
    return Math.max(0, next - now);
  };
  return {
    waitMs,
    refusals: () => told,
    take() {
      if (waitMs() > 0) return false;
      next = machine() + (refusals > 0 ? PROBE_MS : gap);
      return true;
    },
    answered() {
      const now = machine();
      if (now < pausedUntil) return; // it left before the refusal, and does not end the pause
      if (refusals > 0) {
        [refusals, next] = [0, now + gap];
        return;
      }
      gap = Math.max(smallestGap, gap * RECOVERY < NO_GAP_MS ? 0 : gap * RECOVERY);
    },
    refused(retryAfterMs) {
      told += 1;
      const now = machine();
      if (now < pausedUntil) {
        // Calls that were under way when the pause began: one refusal, told several times.
        pausedUntil = Math.max(pausedUntil, now + (retryAfterMs ?? 0));
      } else {
        refusals += 1;
        gap = Math.min(LONGEST_GAP_MS, Math.max(FIRST_GAP_MS, gap * 2));
        pausedUntil = now + (retryAfterMs ?? Math.min(FIRST_PAUSE_MS * 2 ** (refusals - 1), LONGEST_PAUSE_MS));
      }
      next = pausedUntil;
      return pausedUntil - now;
    },
  };
}
