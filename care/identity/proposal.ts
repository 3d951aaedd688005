/**
 * A proposal to the identity desk: two patients that a hospital merges, a stay that it moves to another patient, somebody
 * who does not follow a patient. Nothing is mixed before a person of the desk has decided (invariant 6). Pure.
 */
import type { Person } from '../people/person.ts';
import { type Refusal, refuse } from '../relay/refusal.ts';
import type { PatientIdentity } from '../stay/intent.ts';

/** A patient of the proposal: the id of the file, and the number that the hospital wrote. */
export type Party = { id: string; ipp: string };

export type Proposal = {
  /** `V-4K7`, typed by the desk. */
  code: string;
  facility: string;
  /** As the professionals call it. */
  facilityName: string;
  /** The desk's group; undefined: none is declared, who may decide is found by role. Only for `leave`. */
  desk: string | undefined;
  about:
    /** A40, or A47 with another IPP. `told`: the surviving identity as the hospital gave it. */
    | { do: 'merge'; from: Party; to: Party; told: PatientIdentity }
    /** A44. `stays`: those known here when it was asked. */
    | { do: 'move'; from: Party; to: Party; told: PatientIdentity; stays: string[]; number: string }
    /** `pas-mon-patient`; `room`: name of the room that the person left. */
    | { do: 'leave'; patient: string; ipp: string; person: string; room: string };
  status: 'proposed' | 'confirmed' | 'refused';
  /** Blinded: the same thing asked again while it waits is the same proposal. */
  same: string;
  askedAt: number;
  /** Quarantined until the decision, in the order in which they came: what asked, then what is held. */
  envelopes: string[];
  decided?: { by: string; at: number; why: string | undefined } | undefined;
};

export type ProposalMove =
  | { do: 'confirm' }
  | { do: 'refuse'; why: string | undefined }
  /** Who left says that they follow the patient after all. */
  | { do: 'claim' };

/**
 * @param mayDecide whether this person is of the desk
 * @param nameOf for « déjà confirmée par … »
 */
export function decided(
  proposal: Proposal,
  by: Person,
  mayDecide: boolean,
  move: ProposalMove,
  now: number,
  nameOf: (id: string) => string,
): Proposal | Refusal {
  const { code, status, about } = proposal;
  if (move.do === 'claim') {
    if (about.do !== 'leave' || about.person !== by.id) return refuse('unknown-proposal', { code });
    return status === 'refused' ? already(proposal, nameOf) : { ...proposal, status: 'proposed', decided: undefined };
  }
  if (!mayDecide) return refuse('not-the-desk', { code });
  if (status !== 'proposed') return already(proposal, nameOf);
  const why = move.do === 'refuse' ? move.why : undefined;
  return {
    ...proposal,
    status: move.do === 'confirm' ? 'confirmed' : 'refused',
    decided: { by: by.id, at: now, why },
  };
}

function already({ code, status, decided: end }: Proposal, nameOf: (id: string) => string): Refusal {
  return refuse('already-decided', { code, what: status, who: end ? nameOf(end.by) : '' });
}

/** A message that waits for the decision. @returns the same proposal when it waits already */
export function holding(proposal: Proposal, envelope: string): Proposal {
  if (proposal.envelopes.includes(envelope)) return proposal;
  return { ...proposal, envelopes: [...proposal.envelopes, envelope] };
}

/** Look-up keys: while it waits, by desk, by the patients that it holds and by its stays; always, by what it asks. */
export function keysOf(proposal: Proposal): string[] {
  const same = `same:${proposal.same}`;
  if (proposal.status !== 'proposed') return [same];
  const { about, desk } = proposal;
  const open = [same, 'open', `open:${desk ?? ''}`];
  switch (about.do) {
    case 'merge':
      return [...open, `party:${about.from.id}`, `party:${about.to.id}`];
    case 'move':
      return [...open, ...about.stays.map((id) => `stay:${id}`)];
    case 'leave':
      return open;
    default:
      return about satisfies never;
  }
}

/**
 * Does a message wait for this decision? What is said of the patient who is merged away, or of one of their stays under the
 * other number; of the survivor too while nothing is known of them here (a second room would open); of a stay that is
 * moved. Everything else goes on in its own room.
 * @param patientId of the message
 * @param stay the stay of the message as it is known; `patientId`: whose it is here
 * @param knowsSurvivor whether the surviving patient has a file
 */
export function isHeldBy(
  { about, status }: Proposal,
  patientId: string,
  stay: { id: string; patientId: string } | undefined,
  knowsSurvivor: boolean,
): boolean {
  if (status !== 'proposed') return false;
  switch (about.do) {
    case 'merge': {
      const survivor = patientId === about.to.id && !knowsSurvivor;
      return patientId === about.from.id || stay?.patientId === about.from.id || survivor;
    }
    case 'move':
      return stay !== undefined && about.stays.includes(stay.id);
    case 'leave':
      return false;
    default:
      return about satisfies never;
  }
}
