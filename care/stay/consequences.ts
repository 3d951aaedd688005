/**
 * What a fact of a stay sets off elsewhere (a request that a discharge opens, those that a death ends). It fills the
 * same decision, so that nothing is lost between two commits; the stay does not know who listens.
 */
import type { Decision } from '../relay/decision.ts';
import type { Person } from '../people/person.ts';
import type { Patient, Stay, StayFact } from './stay.ts';

export type Happened = {
  fact: StayFact;
  /** As this decision leaves it. */
  stay: Stay;
  patient: Patient;
  /** Of today; empty when nobody follows this patient here. */
  team: Person[];
  /** Tags of the unit in the source's table (`maternite`). */
  tags: readonly string[];
};

export type Consequences = (decision: Decision, happened: Happened, now: number) => Promise<void>;
