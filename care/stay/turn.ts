import type { Decision } from '../relay/decision.ts';
import type { Envelope } from '../relay/envelope.ts';
import type { Store } from '../relay/ports.ts';
import type { OpenProposals } from '../identity/propose.ts';
import type { StayIntent } from './intent.ts';
import type { Patient, Stay } from './stay.ts';
import type { Verdict } from './verdict.ts';

/** `was`: as it is stored, before this message; undefined for what it makes. */
export type Open<S> = { version: number; state: S; was?: S };

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
  /** Of the identity desk, as this decision leaves them. */
  proposals: OpenProposals;
  decision: Decision;
};

/** The file as this decision has it already, else as it is stored, else a new one. */
export async function open<S>(
  ports: { store: Pick<Store, 'files'> },
  opened: Map<string, Open<S>>,
  kind: 'patient' | 'stay',
  id: string,
  create: () => S,
): Promise<Open<S>> {
  const here = opened.get(id);
  if (here) return here;
  const stored = await ports.store.files.load<S>(kind, id);
  const file = stored
    ? { version: stored.version, state: stored.state, was: stored.state }
    : { version: 0, state: create() };
  opened.set(id, file);
  return file;
}
