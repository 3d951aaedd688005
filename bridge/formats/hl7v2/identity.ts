/** PID, PD1, MRG and ROL: who the patient is (PAM.fr 2.11.2 §4; FACTS §1.5). PID-19 and NK1 are never looked at. */
import type { PatientIdentity, StayIntent } from '../../../care/stay/intent.ts';
import { isIns, readIns } from './ins.ts';
import {
  erased,
  first,
  part,
  repetitions,
  segment,
  segmentsNamed,
  type Message,
  type Repetition,
  type Segment,
} from './pipes.ts';
import { readTimestamp } from './timestamp.ts';

/** Reads PID. Every warning is free of values. */
export function readIdentity(pid: Segment | undefined, warnings: string[]): PatientIdentity {
  const reliability = repetitions(pid, 32).flatMap((one) => part(one, 1)?.toUpperCase() ?? []);
  const birth = readTimestamp(first(pid, 7), 'PID-7', warnings);
  const sex = first(pid, 8)?.toUpperCase();
  const takenBack: NonNullable<PatientIdentity['takenBack']> = [];
  // `""^…^^D` takes the name in use away, after a divorce for instance (PAM.fr §4).
  if (repetitions(pid, 5).some((one) => part(one, 7)?.toUpperCase() === 'D' && erased(one))) takenBack.push('usedName');
  if (erased(repetitions(pid, 7)[0])) takenBack.push('birthDate');
  return {
    ipp: readIpp(repetitions(pid, 3), 'PID-3', warnings),
    ins: readIns(repetitions(pid, 3), reliability, warnings),
    ...readNames(repetitions(pid, 5), warnings),
    ...(takenBack.length === 0 ? {} : { takenBack }),
    birthDate: birth?.date,
    sex: sex === undefined ? undefined : sex === 'F' || sex === 'M' ? sex : 'U',
    reliability,
  };
}

/**
 * IPP: type PI. Several PI: the first one, the sender's own. No type at all and one identifier only: that one. Any other
 * type (MR, NH, INS…) is not an IPP: matching by it could reach another patient.
 */
function readIpp(identifiers: Repetition[], place: string, warnings: string[]): string | undefined {
  const typed = identifiers.filter((one) => part(one, 5)?.toUpperCase() === 'PI' && part(one, 1) !== undefined);
  if (typed[0] !== undefined) return part(typed[0], 1);
  const only = identifiers.length === 1 ? identifiers[0] : undefined;
  if (only === undefined || part(only, 5) !== undefined || isIns(only)) return undefined;
  warnings.push(`${place} has one identifier without a type: read as PI`);
  return part(only, 1);
}

/**
 * XPN by type: L birth name with its first birth given name, D name in use, S pseudonym (nothing is kept), U unknown
 * (kept as the name in use). The strict birth given name is preferred to the one in use: other software matches by it.
 */
function readNames(
  names: Repetition[],
  warnings: string[],
): Pick<PatientIdentity, 'birthName' | 'usedName' | 'givenName'> {
  const typeOf = (one: Repetition): string => part(one, 7)?.toUpperCase() ?? '';
  let birth = names.find((one) => typeOf(one) === 'L');
  const used = names.find((one) => typeOf(one) === 'D') ?? names.find((one) => typeOf(one) === 'U');
  if (birth === undefined && names[0] !== undefined && typeOf(names[0]) === '') {
    birth = names[0];
    warnings.push('PID-5 has no type: read as the birth name');
  }
  return { birthName: part(birth, 1), usedName: part(used, 1), givenName: part(birth, 2) ?? part(used, 2) };
}

/** XPN type S and nothing else: somebody who is in hospital under a name that is not theirs (accouchement sous X…). */
function isOnlyPseudonym(names: Repetition[]): boolean {
  const told = names.filter((one) => part(one, 1) !== undefined || part(one, 2) !== undefined);
  return told.length > 0 && told.every((one) => part(one, 7)?.toUpperCase() === 'S');
}

/** Why nothing may leave (FACTS §1.8). An empty ZFS, as engines that always write every Z segment send, forbids nothing. */
export function readProtections(message: Message, warnings: string[]): StayIntent['protections'] {
  const found: StayIntent['protections'] = [];
  // These fields end their segments, and a repeated one (ROL, NK1) that lost its separator is not told apart from them.
  const yes = (value: string | undefined): boolean => /^(?:Y|YES|O|OUI)\s*(?:[A-Z][A-Z0-9]{2})?$/i.test(value ?? '');
  const any = (name: string, n: number): string[] => segmentsNamed(message, name).flatMap((one) => first(one, n) ?? []);
  if (any('PD1', 12).some(yes)) found.push('protected-patient');
  if (any('PV2', 22).some(yes)) found.push('protected-visit');
  const vip = any('PV1', 16);
  if (vip.some(yes)) found.push('vip');
  else if (vip.some((value) => value.toUpperCase() !== 'N'))
    warnings.push('PV1-16 (VIP) is neither Y nor N: read as N');
  const reliability = segmentsNamed(message, 'PID').flatMap((pid) => repetitions(pid, 32).map((one) => part(one, 1)));
  const isPseudonym = segmentsNamed(message, 'PID').some((pid) => isOnlyPseudonym(repetitions(pid, 5)));
  if (isPseudonym || reliability.some((value) => /^(?:CACH|ANOM)/i.test(value ?? ''))) found.push('anonymous');
  if (segmentsNamed(message, 'ZFS').some((one) => one.fields.slice(1).some((field) => field.trim() !== ''))) {
    found.push('psychiatric-care');
  }
  return found;
}

/**
 * Médecin traitant: ROL-3 ODRP that is not being deleted, by RPPS (XCN-13 RPPS, or IDNPS and its leading 8). Another type is
 * nobody: a wrong number would invite a wrong doctor.
 */
export function readGeneralPractitioner(message: Message): string | undefined {
  for (const rol of segmentsNamed(message, 'ROL')) {
    if (first(rol, 3)?.toUpperCase() !== 'ODRP' || first(rol, 2)?.toUpperCase() === 'DE') continue;
    for (const doctor of repetitions(rol, 4)) {
      const id = part(doctor, 1) ?? '';
      const type = part(doctor, 13)?.toUpperCase();
      if ((type === 'IDNPS' || type === 'RPPS' || type === undefined) && /^8\d{11}$/.test(id)) return id.slice(1);
      if (type === 'RPPS' && /^\d{11}$/.test(id)) return id;
    }
  }
  return undefined;
}

/** Who or what is merged or moved away: MRG-1 (IPP) and MRG-3 (dossier). */
export function readPrior(
  message: Message,
  warnings: string[],
): { ipp: string | undefined; visit: string | undefined } {
  const mrg = segment(message, 'MRG');
  return { ipp: readIpp(repetitions(mrg, 1), 'MRG-1', warnings), visit: first(mrg, 3) };
}
