/**
 * The clock's door: due timers become intents, oldest first. Deadlines are durable rows, never cron: what fell due while
 * the process was down fires at the start, merged per request (DESIGN §1, invariant 7).
 */
import { DAY, MINUTE } from '../care/relay/civil-time.ts';
import { apply } from '../care/relay/apply.ts';
import { DamagedRow } from '../care/relay/damaged.ts';
import type { Decision } from '../care/relay/decision.ts';
import type { Store } from '../care/relay/ports.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';
import type { Timer, TimerKind } from '../care/relay/timer.ts';
import type { RequestPorts } from '../care/request/case.ts';
import { decideSlotTimer } from '../care/request/booking.ts';
import { decideDeadline, decideLife } from '../care/request/case.ts';
import { decideDraftTimer } from '../care/request/drafting.ts';
import { decideDate } from '../care/request/triggers.ts';
import type { StayPorts } from '../care/stay/case.ts';
import { decideReminder } from '../care/identity/decide.ts';
import { decideClosing } from '../care/stay/closing.ts';
import { decideLetter } from '../care/stay/letter.ts';
import { decideNotice } from '../care/stay/notice.ts';

export type DeadlinePorts = StayPorts &
  RequestPorts & { store: Store; civil: () => number; onBug: (timer: string, error: unknown) => void };

const DECIDE: Record<TimerKind, (ports: DeadlinePorts, timer: Timer, now: number) => Promise<Decision>> = {
  'stay-notice': decideNotice,
  'request-sla': decideDeadline,
  'request-life': decideLife,
  'request-date': decideDate,
  'room-close': decideClosing,
  'merge-desk': decideReminder,
  'letter-awaited': decideLetter,
  slot: decideSlotTimer,
  draft: decideDraftTimer,
};

/** After what failed: long enough not to fill the log. */
const AGAIN_MS = 10 * MINUTE;

/** Fires every deadline that is due. @returns how many */
export async function fireDeadlines(ports: DeadlinePorts): Promise<number> {
  let fired = 0;
  for (;;) {
    const now = ports.civil();
    const due = await ports.store.timers.due(now, 100);
    if (due.length === 0) return fired;
    for (const timer of due) {
      try {
        await fire(ports, timer, now);
      } catch (error) {
        if (error instanceof StoreFailure) throw error; // still due when the base is back
        if (error instanceof DamagedRow) {
          await postpone(ports, timer, now, DAY); // said once; a person puts the row right, or ends it
          continue;
        }
        // A bug in one deadline must not silence the others, and a base that was busy must not silence this one for ever.
        ports.onBug(`${timer.kind}/${timer.ref}/${timer.step}`, error);
        await postpone(ports, timer, now, AGAIN_MS);
      }
    }
    fired += due.length;
  }
}

/** A timer that was cancelled or re-planned since it was read (another one of the batch did it) is a no-op. */
async function fire(ports: DeadlinePorts, timer: Timer, now: number): Promise<void> {
  await apply(ports.store, now, async () => {
    const still = (await ports.store.timers.list(timer.kind, timer.ref)).some(
      (t) => t.step === timer.step && t.epoch === timer.epoch,
    );
    if (!still) return overtakenMeanwhile(timer);
    return DECIDE[timer.kind](ports, timer, now);
  });
}

function overtakenMeanwhile(timer: Timer): Decision {
  const audit = {
    actor: 'clock',
    action: 'overtaken',
    subject: timer.ref,
    outcome: 'muted' as const,
    reason: 'stale-timer' as const,
  };
  return { files: [], events: [], deliveries: [], timers: [], rooms: [], facts: [], audit: [audit] };
}

/** Audited, and tried again. @param ms how much later */
async function postpone(ports: DeadlinePorts, timer: Timer, now: number, ms: number): Promise<void> {
  const { kind, ref, step } = timer;
  await apply(ports.store, now, async () => ({
    ...overtakenMeanwhile(timer),
    timers: [{ do: 'set', kind, ref, step, dueAt: now + ms }],
    audit: [{ actor: 'clock', action: 'bug', subject: ref, outcome: 'quarantined', reason: 'undecidable' }],
  }));
}
