/**
 * What a hospital tells us, in our words. One reading per format makes these (bridge/formats); nothing here knows pipes,
 * FHIR or JSON. Trigger names are those of IHE PAM.fr 2.11.2 (ITI-30, ITI-31).
 */

/** Closed list, the same for HL7 v2, FHIR and `POST /v1/events`. */
export type StayIntentType =
  | 'preadmitted'
  | 'admitted'
  | 'emergency-arrived'
  | 'transferred'
  | 'bed-moved'
  | 'discharge-planned'
  | 'discharged'
  | 'died'
  | 'left-without-being-seen'
  | 'on-leave'
  | 'returned'
  | 'class-changed'
  | 'movement-updated'
  | 'movement-cancelled'
  | 'doctors-changed'
  | 'identity-created'
  | 'identity-updated'
  | 'patients-merged'
  | 'stay-moved'
  | 'ins-changed'
  | 'ins-removed'
  | 'document-received'
  | 'unknown';

/** What says where a patient of the hospital is, as an intent and as the fact that comes of it. */
export const WHEREABOUTS = [
  'admitted',
  'emergency-arrived',
  'transferred',
  'class-changed',
  'on-leave',
  'returned',
] as const satisfies readonly StayIntentType[];

/** A date as the sender gave it: a day without an hour stays without an hour (DESIGN §7). */
export type CivilMoment = {
  /** epoch ms UTC; midnight in Europe/Paris for a day */ at: number;
  precision: 'day' | 'minute';
};

/** PAM.fr: `null ""` deletes the value, an absent field leaves it as it was. */
type Erasable<T> = { set: T } | 'erased' | undefined;

export type PatientIdentity = {
  /** Identifier of the patient in this facility (PID-3 type PI). Matching is by (facility, IPP), never by name. */
  ipp: string | undefined;
  /** Kept only with PID-32 VALI and a production OID (FACTS §1.5). */
  ins: string | undefined;
  birthName: string | undefined;
  usedName: string | undefined;
  givenName: string | undefined;
  /** `YYYY-MM-DD` as received; undefined when it is not a possible date. */
  birthDate: string | undefined;
  sex: 'F' | 'M' | 'U' | undefined;
  /** Said to be deleted (null `""`), where an absent value leaves what was known. */
  takenBack?: ('usedName' | 'birthDate')[];
  /** PID-32 values, upper case. */
  reliability: string[];
};

export type Unit = {
  /** UF code (ZBE-7.10, else PV1-3.1). */
  code: string | undefined;
  /** As sent (ZBE-7.1). Whether it may be said is a policy of the source. */
  label: string | undefined;
};

export type Movement = {
  /** ZBE-1 of PAM.fr, with its namespace; undefined when the sender has no ZBE. */
  id: string | undefined;
  action: 'insert' | 'update' | 'cancel';
  /** ZBE-5 = Y. */
  historic: boolean;
  /** Letters of ZBE-9 (S soins, H hébergement, M médicale, L lit, D, C); empty when absent. */
  nature: string[];
  /** ZBE-6: the trigger that first reported this movement (UPDATE and CANCEL). */
  originalTrigger: string | undefined;
};

/**
 * What a whole record of the stay says (a FHIR Encounter), rather than one movement: what is new in it is found by comparing
 * it with what is known (snapshot.ts).
 */
type Snapshot = {
  status: 'planned' | 'present' | 'on-leave' | 'ended' | 'cancelled' | 'error';
  /** Since when the patient is in this unit; undefined when the record does not say. */
  placedAt: number | undefined;
};

/** A document that a hospital announces, with its content or without. */
export type ToldDocument = {
  /** Unique in the facility: TXA-12, masterIdentifier, ClinicalDocument.id. */
  id: string;
  action: 'create' | 'replace' | 'delete';
  /** The document that this one replaces, or that is deleted under another id. */
  replaces: string | undefined;
  /** LOINC code of its type, when the sender gives one. */
  type: string | undefined;
  /** Of the document itself, never of its arrival. */
  createdAt: CivilMoment | undefined;
  /** Where the sender says that it has put it. */
  sentTo: ('mssante' | 'dmp')[];
  /** Not to be shown to professionals (MASQUE_PS, secret connection, confidentiality R or V). */
  masked: boolean;
  /** Not final yet: said once it is. */
  preliminary: boolean;
  content: { mediaType: string; bytes: Uint8Array } | undefined;
};

export type StayIntent = {
  type: StayIntentType;
  /** As sent, for the reader: `A01`, `Z99`; the type of a JSON event. */
  trigger: string;
  /** For `movement-cancelled`: what is cancelled, in our words. */
  cancels?: StayIntentType;
  /** For `movement-updated` under a trigger that says itself what happened (A03 with UPDATE): that, in our words. */
  updates?: StayIntentType;
  facility: string;
  patient: PatientIdentity;
  /** (facility, visit) is the key of a stay: PV1-19.1, fallback PID-18.1. */
  visit: string | undefined;
  /** Dossier (PID-18): A44 moves a dossier, whichever visits it holds. */
  account?: string | undefined;
  /** PV1-2: E emergency, I inpatient, O outpatient, R sessions, N not applicable, V remote monitoring. */
  class: 'E' | 'I' | 'O' | 'R' | 'N' | 'V' | undefined;
  movement: Movement;
  /** Real date of the fact: EVN-6, else ZBE-2, else EVN-2. */
  occurredAt: number | undefined;
  /** EVN-2: when it was recorded; the order of facts and the fact key use it. */
  recordedAt: number | undefined;
  /** Discharge (PV1-45) or admission (PV1-44) date, used to tell a retroactive entry. */
  effectiveAt: number | undefined;
  unit: Unit;
  previousUnit: Unit;
  /** Other UF codes of the same message (UF de soins ZBE-8.10, PV1-3.1): a blocked one blocks the message. */
  otherUnits?: string[];
  expectedAdmission: CivilMoment | undefined;
  /** Last of EVN-3 of A16 and PV2-9 of any message. `erased`: PV2-9 = `""`. */
  expectedDischarge: Erasable<CivilMoment>;
  /** Expected return from leave (PV2-47). */
  expectedReturn: CivilMoment | undefined;
  /** Where to: home, another hospital… (ZFM-2, PV1-36, PV1-37), in our words. */
  destination: 'home' | 'transfer' | 'death' | 'other' | undefined;
  /** PV1-36 as sent (4 contre avis, F fugue, PSA parti sans attendre, REO réorientation…). */
  disposition: string | undefined;
  died: boolean;
  /** Why nothing may leave (PD1-12, PV2-22, PV1-16, PID-32 CACH/ANOM, ZFS); empty when nothing forbids it. */
  protections: ('protected-patient' | 'protected-visit' | 'vip' | 'anonymous' | 'psychiatric-care')[];
  /** Médecin traitant by RPPS (ROL-3 ODRP, IDNPS stripped of its leading 8). */
  generalPractitioner: string | undefined;
  /** PID-32 FICT, MSH-11 D or T. */
  fictional: boolean;
  training: boolean;
  /** The patient or stay that is merged or moved away (MRG-1, MRG-3). */
  from?: { ipp: string | undefined; visit: string | undefined };
  snapshot?: Snapshot;
  /** With `document-received`. */
  document?: ToldDocument;
};

/** What a format's reader gives for one message; never throws for what a sender wrote. */
export type Reading =
  | {
      readable: true;
      /** Envelope key of the sender: MSH-10 + MSH-7, or the JSON key. */
      key: string;
      facility: string;
      intents: StayIntent[];
      /** English, for the interface team, without any patient field: charset mismatch, wrong MSH-9.3… */
      warnings: string[];
    }
  | {
      readable: false;
      /** `AR` rejected (MSH, version, type); `AE` authentic but unreadable content. */
      verdict: 'rejected' | 'quarantined';
      reason:
        | 'not-hl7'
        | 'unsupported-version'
        | 'unsupported-type'
        | 'unreadable'
        | 'bad-date'
        | 'missing-identity'
        | 'bad-movement';
      /** Where (`PID-3`, ERL of HL7 v2.5 table 0357 `ERR-2`), and what to do about it. English, no patient field. */
      place: string | undefined;
      detail: string;
      key: string | undefined;
      warnings: string[];
    };
