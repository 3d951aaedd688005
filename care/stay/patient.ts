/** The patient's file: identity as the hospital last gave it. Matching is by (facility, IPP), never by name. */
import type { PatientView } from '../relay/announcement.ts';
import type { FileWrite } from '../relay/decision.ts';
import type { PatientIdentity } from './intent.ts';
import type { Patient } from './stay.ts';

/** @param id blinded (facility, IPP) */
export function newPatient(id: string, facility: string, ipp: string): Patient {
  return {
    id,
    facility,
    ipp,
    ins: undefined,
    usedName: undefined,
    birthName: undefined,
    givenName: undefined,
    birthDate: undefined,
    sex: undefined,
    generation: 1,
    stays: [],
    team: [],
  };
}

/**
 * Another name, another birth date and another sex under the same number: a number used again, or two patients mixed up.
 * One or two of them alone are an ordinary correction (an unknown patient who is identified keeps their sex).
 */
export function isSomebodyElse(known: Patient, told: PatientIdentity): boolean {
  const differs = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && a.toUpperCase() !== b.toUpperCase();
  const sexes = known.sex !== 'U' && told.sex !== 'U' && differs(known.sex, told.sex);
  return sexes && differs(known.birthName, told.birthName) && differs(known.birthDate, told.birthDate);
}

/** Fields that a message does not give stay as they were (PAM.fr: empty = unchanged, `""` = deleted). */
export function withIdentity(patient: Patient, told: PatientIdentity): Patient {
  const isTaken = (what: 'usedName' | 'birthDate'): boolean => told.takenBack?.includes(what) ?? false;
  // An identity that is no longer qualified takes its INS with it (PID-32 without VALI: FACTS §1.5).
  const isDowngraded = told.reliability.length > 0 && !told.reliability.includes('VALI');
  return {
    ...patient,
    ins: told.ins ?? (isDowngraded ? undefined : patient.ins),
    usedName: told.usedName ?? (isTaken('usedName') ? undefined : patient.usedName),
    birthName: told.birthName ?? patient.birthName,
    givenName: told.givenName ?? patient.givenName,
    birthDate: told.birthDate ?? (isTaken('birthDate') ? undefined : patient.birthDate),
    sex: told.sex ?? patient.sex,
  };
}

/** A47 or a downgrade: the INS goes, with its history (PAM.fr §4.4; the file keeps no earlier one). */
export function withoutIns(patient: Patient): Patient {
  return { ...patient, ins: undefined };
}

/** What an encrypted body shows: full name and birth date (DESIGN §8); never the INS, never the IPP. */
export function patientView(patient: Patient): PatientView {
  const { usedName, birthName, givenName, birthDate, sex } = patient;
  return { usedName, birthName, givenName, birthDate, sex };
}

/** A patient whom nobody follows here is listed for the ward ("à téléphoner"): `relais no-team`. A number that leads elsewhere is nobody. */
export function patientFile(version: number, state: Patient): FileWrite {
  const unfollowed = state.team.length === 0 && state.mergedInto === undefined && state.goesBy === undefined;
  return { kind: 'patient', id: state.id, version, state, keys: unfollowed ? ['no-team'] : [] };
}
