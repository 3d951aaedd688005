/** The clock of a pathway as data: its YAML shape is config/schema/sla.ts, its meaning sla.ts. */

/** `24h`, `48h`, `30min`, `3d` parsed: ms of the policy's clock. */
export type Span = number;

export type EscalationTarget = 'group' | 'on-duty' | 'backup' | 'coordinator';

export type SlaStep = {
  /** Instant relative to the target: a share of `within` (0.5 = 50 %) or a span after the previous step. */
  at: { share: number } | { after: Span };
  to: EscalationTarget;
};

export type SlaTarget = { within: Span; /** Shares of `within`, ascending. */ remind: number[]; escalate: SlaStep[] };

type ClockKind = 'calendar' | 'working-days' | 'opening-hours';

export type SlaPolicy = {
  clock: ClockKind;
  /** For `opening-hours`: minutes since midnight, Europe/Paris, by ISO week day 1..7. */
  opening?: { day: number; from: number; to: number }[];
  /** Alsace-Moselle has two more public holidays (Code du travail L3134-13). */
  holidays: 'france' | 'alsace-moselle';
  take: SlaTarget;
  answer: SlaTarget;
  /** Statuses during which the answer clock stands still. */
  pause: 'info-requested'[];
};
