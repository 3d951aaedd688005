/** FR Core Patient: identity, INS, protection, death (FACTS §2.1; the same rules as PID, hl7v2/identity.ts). */
import type { PatientIdentity, StayIntent } from '../../../care/stay/intent.ts';
import { nirKey } from '../hl7v2/ins.ts';
import { at, codings, extensions, type Json, objects, text, valueOf } from './json.ts';
import { readMoment } from './moment.ts';
import { identifierOfType, type Resource, type Resources, type Target } from './resources.ts';

const INS_OID = /^(?:urn:oid:)?1\.2\.250\.1\.213\.1\.4\.(\d+)$/;
/** NIR before NIA; .10 and .11 are test numbers. */
const KEPT_OIDS = ['8', '9'];

type Protection = StayIntent['protections'][number];

/** What meta.security may forbid: v3-Confidentiality and v3-ActCode sensitivities. */
const SECURITY: Record<string, Protection> = {
  R: 'protected-visit',
  V: 'protected-visit',
  CEL: 'vip',
  VIP: 'vip',
  EMP: 'vip',
  PSY: 'psychiatric-care',
  PSYTHPN: 'psychiatric-care',
  ...Object.fromEntries(
    ['ETH', 'SUD', 'HIV', 'STD', 'SEX', 'SDV', 'VIO', 'ADOL', 'GDIS', 'PREGNANT', 'TBOO', 'PDS', 'PRS'].map(
      (code): [string, Protection] => [code, 'protected-visit'],
    ),
  ),
};

export function readIdentity(target: Target, place: string, warnings: string[]): PatientIdentity {
  const patient = target.resource;
  const reliability = readReliability(patient);
  const gender = text(patient?.['gender'])?.toLowerCase();
  return {
    ipp: readIpp(target.identifiers, place, warnings),
    ins: readIns(target.identifiers, reliability, warnings),
    ...readNames(patient),
    birthDate: readMoment(patient?.['birthDate'], `${place}.birthDate`, warnings)?.date,
    sex: gender === undefined ? undefined : gender === 'female' ? 'F' : gender === 'male' ? 'M' : 'U',
    reliability,
  };
}

/** `true` when somebody is known to be dead, with the instant when it is given. */
export function readDeath(patient: Resource | undefined, warnings: string[]): { died: boolean; at?: number } {
  const moment = readMoment(patient?.['deceasedDateTime'], 'Patient.deceasedDateTime', warnings);
  if (moment !== undefined) return { died: true, at: moment.at };
  const said = patient?.['deceasedBoolean'];
  return { died: said === true || said === 'true' || text(patient?.['deceasedDateTime']) !== undefined };
}

/** Why nothing may leave: what the security labels of these resources forbid, and identities that are hidden. */
export function readProtections(
  of: { patient: Resource | undefined; others: (Resource | Json | undefined)[] },
  reliability: readonly string[],
): StayIntent['protections'] {
  const found = new Set<Protection>();
  for (const { code } of of.others.flatMap((one) => codings(at(one, 'meta', 'security')))) {
    const protection = SECURITY[code];
    if (protection !== undefined) found.add(protection);
  }
  for (const { code } of codings(at(of.patient, 'meta', 'security'))) {
    const protection = SECURITY[code];
    if (protection !== undefined) found.add(protection === 'protected-visit' ? 'protected-patient' : protection);
  }
  if (reliability.some((value) => value === 'CACH' || value === 'ANOM')) found.add('anonymous');
  return [...found];
}

/** Test data are tagged HTEST (v3-ActReason). */
export function isTraining(...resources: (Json | undefined)[]): boolean {
  return resources.some((one) =>
    [...codings(at(one, 'meta', 'tag')), ...codings(at(one, 'meta', 'security'))].some(({ code }) => code === 'HTEST'),
  );
}

/** Médecin traitant by RPPS; another number is nobody: it would invite a wrong doctor. */
export function readGeneralPractitioner(patient: Resource | undefined, resources: Resources): string | undefined {
  if (patient === undefined) return undefined;
  for (const reference of objects(patient['generalPractitioner'])) {
    const target = resources.target(reference, patient);
    const role = target.resource?.resourceType === 'PractitionerRole' ? target.resource : undefined;
    const doctor = role ? resources.target(role['practitioner'], role) : target;
    for (const one of [...target.identifiers, ...doctor.identifiers]) {
      const value = text(one['value']) ?? '';
      const system = text(one['system']) ?? '';
      const isNational = /rpps\.esante\.gouv\.fr|1\.2\.250\.1\.71\.4\.2\.1$/.test(system);
      if (!isNational && !codings(one['type']).some(({ code }) => code === 'RPPS' || code === 'IDNPS')) continue;
      if (/^8\d{11}$/.test(value)) return value.slice(1);
      if (/^\d{11}$/.test(value)) return value;
    }
  }
  return undefined;
}

/** identityStatus of fr-core-identity-reliability: VALI in the older list, QUAL in the newer one (FACTS §2.1). */
function readReliability(patient: Resource | undefined): string[] {
  const own = extensions(patient, 'fr-core-identity-reliability');
  const inner = own.flatMap((one) => [...extensions(one, 'identityStatus'), one]);
  const codes = inner.flatMap((one) => codings(valueOf(one)).map(({ code }) => code));
  return [...new Set(codes.filter((code) => code !== ''))];
}

/**
 * IPP: type PI. Without one, the only number of the hospital that there is: untyped, or MR as servers made elsewhere call
 * it. Any other type (NH, INS, DL…) is not an IPP: matching by it could reach another patient.
 */
function readIpp(identifiers: readonly Json[], place: string, warnings: string[]): string | undefined {
  const usable = identifiers.filter((one) => text(one['value']) !== undefined && text(one['use']) !== 'old');
  const typed = identifierOfType(usable, 'PI');
  if (typed !== undefined) return typed;
  const own = usable.filter((one) => !isIns(one));
  const [only, another] = [...new Map(own.map((one) => [text(one['value']), one])).values()];
  const codes = codings(only?.['type']).map(({ code }) => code);
  const national = /1\.2\.250\.1\.213|esante\.gouv\.fr/.test(text(only?.['system']) ?? '');
  if (only === undefined || another !== undefined || national) return undefined;
  if (!codes.every((code) => code === '' || code === 'MR')) return undefined;
  warnings.push(`${place}.identifier has no type PI: its only number was read as the IPP`);
  return text(only['value']);
}

function isIns(identifier: Json): boolean {
  return (
    INS_OID.test(text(identifier['system']) ?? '') ||
    codings(identifier['type']).some(({ code }) => /^(?:INS|INS-NIR|INS-NIA|INS-C|NH)$/.test(code))
  );
}

/** Kept only for a qualified identity, under a production OID, with a right key (FACTS §1.5, §3). */
function readIns(identifiers: readonly Json[], reliability: readonly string[], warnings: string[]): string | undefined {
  const oidOf = (one: Json): string => INS_OID.exec(text(one['system']) ?? '')?.[1] ?? '';
  const found = identifiers.filter((one) => /^(?:8|9|10|11)$/.test(oidOf(one)) && text(one['value']) !== undefined);
  if (found.length === 0) return undefined;
  if (!reliability.includes('VALI') && !reliability.includes('QUAL')) {
    warnings.push('an INS came with an identity that is not qualified: the INS was dropped');
    return undefined;
  }
  const kept = KEPT_OIDS.map((oid) => found.find((one) => oidOf(one) === oid)).find((one) => one !== undefined);
  if (kept === undefined) {
    warnings.push('the INS has a test OID: the INS was dropped');
    return undefined;
  }
  const ins = (text(kept['value']) ?? '').replaceAll(' ', '').toUpperCase();
  if (ins.length === 15 && nirKey(ins.slice(0, 13)) === ins.slice(13)) return ins;
  warnings.push('the control key of the INS fails: the INS was dropped');
  return undefined;
}

/** `official` (or `maiden`) is the birth name, `usual` the name in use (FR Core Patient). */
function readNames(patient: Resource | undefined): Pick<PatientIdentity, 'birthName' | 'usedName' | 'givenName'> {
  const names = objects(patient?.['name']).filter((one) => !['old', 'anonymous'].includes(text(one['use']) ?? ''));
  const use = (...uses: string[]): Json | undefined => names.find((one) => uses.includes(text(one['use']) ?? ''));
  const birth = use('official') ?? use('maiden') ?? names.find((one) => text(one['use']) === undefined);
  const used = use('usual', 'nickname') ?? use('temp');
  const givenOf = (name: Json | undefined): string | undefined => {
    const given = name?.['given'];
    return text(Array.isArray(given) ? (given as unknown[])[0] : given);
  };
  return {
    birthName: text(birth?.['family']),
    usedName: text(used?.['family']),
    givenName: givenOf(birth) ?? givenOf(used),
  };
}
