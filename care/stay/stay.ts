/** A stay: one venue of one patient in one facility, from pre-admission to discharge. State, and the facts that are said. */
import type { Reason } from '../relay/outcome.ts';
import type { CivilMoment, StayIntent, StayIntentType, Unit } from './intent.ts';

export type StayStatus = 'expected' | 'present' | 'on-leave' | 'left' | 'cancelled' | 'dead';

/** A fact that may be said in the patient's room. */
export type StayFact = {
  type:
    | 'preadmitted'
    | 'admission-replanned'
    | 'admitted'
    | 'emergency-arrived'
    | 'transferred'
    | 'discharge-planned'
    | 'discharge-replanned'
    | 'discharge-retracted'
    | 'discharge-soon'
    | 'discharged'
    | 'died'
    | 'left-without-being-seen'
    | 'on-leave'
    | 'returned'
    | 'class-changed'
    | 'cancelled';
  at: number | undefined;
  /** As the professionals call it. */
  facility: string;
  /** Already filtered by the source's unit policy: undefined when the label may not be said. */
  unit: string | undefined;
  expectedAdmission: CivilMoment | undefined;
  expectedDischarge: CivilMoment | undefined;
  destination: StayIntent['destination'];
  disposition: string | undefined;
  /** After the fact: a class change says another thing at the emergency department than in a ward. */
  class?: StayIntent['class'];
  /** For `cancelled`: what is taken back. */
  cancelled: StayIntentType | undefined;
};

export type MovementRecord = {
  type: StayIntentType;
  state: 'inserted' | 'cancelled';
  recordedAt: number | undefined;
  occurredAt?: number | undefined;
  /** It was written down and nobody was told: nor is its cancel. */
  unsaid?: boolean;
  /** EVN-2 of its cancel. */
  cancelledAt?: number | undefined;
  unit: Unit;
  /** Movement that it replaced, so that a cancel gives back what was before. */
  before: { status: StayStatus; unit: string | undefined; class?: StayIntent['class'] } | undefined;
};

export type Stay = {
  id: string;
  patientId: string;
  facility: string;
  /** As the professionals call it. */
  facilityName: string;
  source: string;
  status: StayStatus;
  class: StayIntent['class'];
  unit: string | undefined;
  admittedAt: number | undefined;
  expectedAdmission: CivilMoment | undefined;
  expectedDischarge: (CivilMoment & { recordedAt: number }) | undefined;
  /** Said for which planned instant, so that a re-plan rings only when day or destination changes. */
  announcedDischarge: number | undefined;
  dischargedAt: number | undefined;
  destination: StayIntent['destination'];
  movements: Record<string, MovementRecord>;
  /** Which day of discharge the room was told, and since when it knows that very day: measured at the discharge. */
  toldDay?: { day: number; since: number } | undefined;
  /** Why nothing may be said any more. */
  protected: Reason | undefined;
  /** Key of the stay in its facility (PV1-19). */
  visit?: string;
  /** Dossier number, as last told: a dossier may hold several visits. */
  account?: string | undefined;
  /** Something of it was said in the room: its card is there, and must go on being true. */
  told?: boolean;
};

export type Patient = {
  id: string;
  facility: string;
  ipp: string;
  ins: string | undefined;
  usedName: string | undefined;
  birthName: string | undefined;
  givenName: string | undefined;
  birthDate: string | undefined;
  sex: 'F' | 'M' | 'U' | undefined;
  generation: number;
  stays: string[];
  /** Person ids of the équipe, known at the last decision. */
  team: string[];
  /** Person ids who said that they do not follow this patient: it wins over the declared équipe. */
  refused?: string[];
  /** The number was given up for another one, and the identity desk confirmed it: the former one, whose équipe still counts. */
  formerIpp?: string;
  /** This number only leads to the file of that patient. */
  goesBy?: string;
  /** Merged into that patient: this number is not used any more. */
  mergedInto?: string;
};

/** A stay in a ward or at the emergency department: consultations, sessions and remote monitoring are never told. */
export function isStayed(stay: Stay): boolean {
  return stay.class === undefined || stay.class === 'E' || stay.class === 'I';
}
