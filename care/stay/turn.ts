import type { Decision } from '../relay/decision.ts';
import type { Envelope } from '../relay/envelope.ts';
import type { StayIntent } from './intent.ts';
import type { Patient, Stay } from './stay.ts';
import type { Verdict } from './verdict.ts';

export type Open<S> = { version: number; state: S };

/** One intent of a message under decision; the decision fills up with the message's intents. */
export type Turn = {
  envelope: Envelope;
  intent: StayIntent;
  /** Blinded fact key of what was told. */
  fact: string;
  ruled: Verdict;
  now: number;
  patients: Map<string, Open<Patient>>;
  stays: Map<string, Open<Stay>>;
  decision: Decision;
};
