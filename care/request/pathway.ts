/** A pathway is data: one YAML file in config/pathways (DESIGN §4). Its schema is config/schema/pathway.ts; this is its meaning. */

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

type FormField = {
  key: string;
  label: string;
  type: 'text';
  required: boolean;
  /** `before`: the whole group may see it, so it must not identify anybody. `after`: only asker and taker. */
  share: 'before' | 'after';
};

export type Pathway = {
  id: string;
  /** Content hash of the file: a running request keeps the policy it started with. */
  version: string;
  title: string;
  family: string;
  words: string[];
  ask: { who: string[]; consent: 'required' | 'not-needed'; urgent: 'refuse-15' | 'accept' };
  form: FormField[];
  to: { group: string; dispatch: 'first-accept' | 'on-duty-then-all' | 'everyone'; backup: string[] };
  sla: SlaPolicy;
  trace: { report: string | undefined; billing: string[]; to: string[] };
  count: string[];
};
