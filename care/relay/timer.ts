/**
 * A deadline, durable. Re-planning is an upsert with epoch + 1, cancelling is in the deciding commit, firing is an intent
 * that carries its epoch: a stale one decides nothing (DESIGN §5).
 */
export type TimerKind =
  | 'stay-notice'
  | 'request-sla'
  /** What happens to a request by itself: it starts, is released, expires, closes. */
  | 'request-life'
  /** A day on which a pathway opens a request. */
  | 'request-date'
  | 'room-close'
  | 'letter-awaited'
  | 'slot'
  /** A form that nobody goes on with. */
  | 'draft'
  | 'merge-desk';

export type TimerKey = {
  kind: TimerKind;
  /** The file it belongs to: a stay id, a request code, a patient id, a proposal's code. */
  ref: string;
  /** Which of that file's deadlines: `j-1`, `take:remind:0`, `answer:escalate:1`. */
  step: string;
};

export type Timer = TimerKey & { epoch: number; /** Civil time, epoch ms UTC. */ dueAt: number };

export type TimerChange =
  | (TimerKey & { do: 'set'; dueAt: number })
  | (TimerKey & { do: 'cancel' })
  /** Every pending deadline of that file falls silent. */
  | { do: 'cancel-all'; kind: TimerKind; ref: string };
