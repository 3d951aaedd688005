/** The clock of a pathway as data: its YAML shape is config/schema/sla.ts, its meaning sla.ts. */

/** `24h`, `48h`, `30min`, `3d` parsed: ms of the policy's clock. */
export type Span = number;

export type EscalationTarget = 'group' | 'on-duty' | 'backup' | 'coordinator' | 'asker';

/** A share of `within` (0.5 = 50 %), a span after the clock started, or a span before the target. */
export type ReminderMoment = { share: number } | { after: Span } | { before: Span };

export type SlaStep = {
  /** A share of `within` (1 = the target), or a span after the step before it really rang. */
  at: { share: number } | { after: Span };
  to: EscalationTarget;
  /** When this step may ring, in place of the policy's own window: an urgent call to the one on duty at night. */
  ring?: RingWindow;
};

export type SlaTarget = {
  within: Span;
  /** In the order of the file. */ remind: ReminderMoment[];
  escalate: SlaStep[];
};

type ClockKind = 'calendar' | 'working-days' | 'opening-hours';

/** Minutes since midnight, Europe/Paris, by ISO week day 1..7; several a day if need be. */
export type Period = { day: number; from: number; to: number };

/** `alsace-moselle` has two more public holidays (Code du travail L3134-13); `none`: a public holiday is a day like another. */
export type HolidayRegion = 'france' | 'alsace-moselle' | 'none';

/** When somebody may be rung: at any hour, or within these hours. */
export type RingWindow = 'always' | { opening: Period[]; holidays: HolidayRegion };

export type SlaPolicy = {
  clock: ClockKind;
  /** For `opening-hours`. */
  opening?: Period[];
  holidays: HolidayRegion;
  /** Undefined: the custom of the clock (`ringTime`). */
  ring?: RingWindow;
  /** Undefined: nobody is late to take (or to answer) under this pathway. One of the two is given. */
  take?: SlaTarget;
  answer?: SlaTarget;
  /** Statuses during which the answer clock stands still. */
  pause: 'info-requested'[];
};
