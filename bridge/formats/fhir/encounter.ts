/**
 * FR Core Encounter → one snapshot of a stay. FHIR sends the whole record again at each change: the intent says what the
 * record says, and care/stay/snapshot.ts finds what is new in it (FACTS §2.1; HL7 FHIR R4, Encounter).
 */
import type { StayIntent, StayIntentType } from '../../../care/stay/intent.ts';
import { at, codings, extensions, hasCode, type Json, object, objects, text, valueOf } from './json.ts';
import type { Given } from './given.ts';
import { readExit } from './exit.ts';
import { instantOf, plannedAt } from './moment.ts';
import * as patients from './patient.ts';
import { readFacility, readUnits } from './place.ts';
import { identifierOfType, ownKey, type Resource, type Resources } from './resources.ts';

export type FhirProblem = {
  reason: 'missing-identity' | 'bad-date' | 'bad-movement' | 'unreadable';
  expression: string;
  detail: string;
};

const STATUSES: Record<string, NonNullable<StayIntent['snapshot']>['status']> = {
  planned: 'planned',
  arrived: 'present',
  triaged: 'present',
  'in-progress': 'present',
  onleave: 'on-leave',
  finished: 'ended',
  discharged: 'ended', // R5
  completed: 'ended', // R5
  cancelled: 'cancelled',
  'entered-in-error': 'error',
};

/** v3-ActCode, then the letters of PV1-2 which some senders keep. */
const CLASSES: Record<string, StayIntent['class']> = {
  EMER: 'E',
  E: 'E',
  IMP: 'I',
  ACUTE: 'I',
  NONAC: 'I',
  SS: 'I',
  OBSENC: 'I',
  PRENC: 'I',
  I: 'I',
  AMB: 'O',
  FLD: 'O',
  HH: 'O',
  O: 'O',
  VR: 'V',
  V: 'V',
  R: 'R',
  N: 'N',
};

/** @returns the snapshot as an intent whose type is right for a stay that is not known yet */
export function readEncounter(
  encounter: Resource,
  resources: Resources,
  given: Given,
  warnings: string[],
): StayIntent | FhirProblem {
  const base = bareEncounter(encounter, resources, given, warnings);
  const said = text(encounter['status'])?.toLowerCase() ?? '';
  const isPreadmission = hasCode(encounter['class'], 'PRENC') && STATUSES[said] === 'present';
  const status = isPreadmission ? 'planned' : STATUSES[said];
  if (base.protections.length > 0) return base; // blocked whatever the rest says
  if (base.patient.ipp === undefined)
    return {
      reason: 'missing-identity',
      expression: 'Encounter.subject',
      detail: 'the Patient needs an IPP (identifier of type PI): Relais never matches by name or INS',
    };
  if (status === undefined)
    return {
      reason: 'bad-movement',
      expression: 'Encounter.status',
      detail:
        'the status is none of planned, arrived, triaged, in-progress, onleave, finished, cancelled, entered-in-error',
    };
  const place = readUnits(encounter, resources, base.facility, warnings);
  const period = object(encounter['period']);
  const start = instantOf(period?.['start'], 'Encounter.period.start', warnings);
  const end = instantOf(period?.['end'], 'Encounter.period.end', warnings);
  // A movement of a stay, come without its venue: that it ended or was a mistake says nothing of the stay.
  const isPart = encounter['partOf'] !== undefined;
  if (isPart && status !== 'present')
    return { ...base, type: 'movement-updated', movement: { ...base.movement, action: 'update' } };
  if (status === 'ended' && end === undefined)
    warnings.push('Encounter.period.end is empty: the record’s own date was taken');
  const patient = resources.target(encounter['subject'], encounter).resource;
  const exit = readExit(encounter, resources);
  const death = patients.readDeath(patient, warnings);
  const died = exit.died || (death.died && (status === 'ended' || status === 'present'));
  const ended = status === 'ended' || died;
  const occurredAt = ended ? (died ? (death.at ?? end) : end) : status === 'present' ? start : base.recordedAt;
  return {
    ...base,
    type: typeOf(status, base.class, died, exit.disposition),
    ...(status === 'cancelled' ? { cancels: 'preadmitted' as const } : {}),
    ...(status === 'error'
      ? { cancels: base.class === 'E' ? ('emergency-arrived' as const) : ('admitted' as const) }
      : {}),
    movement: {
      ...base.movement,
      id: `${ownKey(encounter)}@${versionOf(encounter)}#${fingerprint(encounter)}`,
      action: status === 'cancelled' || status === 'error' ? 'cancel' : 'insert',
    },
    occurredAt: occurredAt ?? base.recordedAt,
    effectiveAt: ended ? occurredAt : status === 'planned' ? undefined : start,
    unit: place.unit,
    ...(place.others.length > 0 ? { otherUnits: place.others } : {}),
    expectedAdmission: status === 'planned' ? plannedAt(period?.['start'], 'Encounter.period.start', []) : undefined,
    expectedDischarge: ended || base.movement.action === 'cancel' ? undefined : readExpected(encounter, warnings),
    destination: died ? 'death' : exit.destination,
    disposition: exit.disposition,
    died,
    snapshot: { status: died ? 'ended' : status, placedAt: place.since ?? (isPart ? start : undefined) },
  };
}

/** What does not depend on the status: patient, venue, class, protection; also for a record that cannot be read further. */
export function bareEncounter(encounter: Resource, resources: Resources, given: Given, warnings: string[]): StayIntent {
  const subject = resources.target(encounter['subject'], encounter);
  const patient = subject.resource;
  const identity = patients.readIdentity(subject, 'Patient', warnings);
  const recordedAt =
    instantOf(at(encounter, 'meta', 'lastUpdated'), 'Encounter.meta.lastUpdated', warnings) ??
    instantOf(resources.bundle?.['timestamp'], 'Bundle.timestamp', warnings) ??
    given.receivedAt;
  const header = resources.ofType('MessageHeader')[0];
  const facility = readFacility(
    [
      resources.target(encounter['serviceProvider'], encounter),
      ...(patient ? [resources.target(patient['managingOrganization'], patient)] : []),
      ...(header ? [resources.target(header['sender'], header), resources.target(header['responsible'], header)] : []),
    ],
    resources,
    given.facilities,
  );
  const classes = codings(encounter['class']).map(({ code }) => CLASSES[code]);
  return {
    type: 'unknown',
    trigger: `Encounter ${text(encounter['status']) ?? 'without status'}`,
    facility,
    patient: identity,
    visit: readVisit(encounter, resources, warnings),
    class: classes.find((one) => one !== undefined),
    movement: { id: undefined, action: 'insert', historic: false, nature: [], originalTrigger: undefined },
    occurredAt: recordedAt,
    recordedAt,
    effectiveAt: undefined,
    unit: { code: undefined, label: undefined },
    previousUnit: { code: undefined, label: undefined },
    expectedAdmission: undefined,
    expectedDischarge: undefined,
    expectedReturn: undefined,
    destination: undefined,
    disposition: undefined,
    died: false,
    protections: patients.readProtections(
      { patient, others: [encounter, resources.bundle, header] },
      identity.reliability,
    ),
    generalPractitioner: patients.readGeneralPractitioner(patient, resources),
    fictional: identity.reliability.includes('FICT'),
    training: patients.isTraining(encounter, patient, resources.bundle, header),
  };
}

/** A movement's own venue (partOf) first: (facility, VN) is the key of a stay. Then VN, the dossier, the only number, the id. */
function readVisit(encounter: Resource, resources: Resources, warnings: string[]): string | undefined {
  const parent = encounter['partOf'] === undefined ? undefined : resources.target(encounter['partOf'], encounter);
  const own = objects(encounter['identifier']).filter((one) => text(one['value']) !== undefined);
  if (parent !== undefined)
    return visitAmong(parent.identifiers) ?? identifierOfType(own, 'VN') ?? account(encounter, resources);
  const found = visitAmong(own) ?? account(encounter, resources);
  const id = text(encounter['id']);
  if (found === undefined && id !== undefined)
    warnings.push('Encounter.identifier has no visit number (type VN): the id of the resource was taken');
  return found ?? id;
}

function visitAmong(identifiers: Json[]): string | undefined {
  const typed = identifierOfType(identifiers, 'VN');
  if (typed !== undefined) return typed;
  const movement = (one: Json): boolean => codings(one['type']).some(({ code }) => /^M(?:VT|N|OV)/.test(code));
  return text(identifiers.find((one) => !movement(one))?.['value']);
}

/** NDA: the number of the dossier, by episodeOfCare or account. */
function account(encounter: Resource, resources: Resources): string | undefined {
  const files = [...objects(encounter['episodeOfCare']), ...objects(encounter['account'])];
  const identifiers = files.flatMap((one) => resources.target(one, encounter).identifiers);
  return identifierOfType(identifiers, 'AN', 'NDA') ?? text(identifiers[0]?.['value']);
}

/** Day precision in FR Core; a hidden value (data-absent-reason) takes the date back, an absent extension says nothing. */
function readExpected(encounter: Resource, warnings: string[]): StayIntent['expectedDischarge'] {
  const found = [
    ...extensions(encounter, 'fr-core-estimated-discharge-date'),
    ...extensions(encounter, 'extension-Encounter.plannedEndDate'), // R5 in R4
  ];
  const [first] = found;
  if (first === undefined) return undefined;
  const moment = plannedAt(valueOf(first), 'Encounter.extension(estimated-discharge-date)', warnings);
  if (moment !== undefined) return { set: moment };
  return valueOf(first) === undefined || valueOf(first) === null ? 'erased' : undefined;
}

function typeOf(
  status: NonNullable<StayIntent['snapshot']>['status'],
  kind: StayIntent['class'],
  died: boolean,
  disposition: string | undefined,
): StayIntentType {
  if (status === 'cancelled' || status === 'error') return 'movement-cancelled';
  if (died) return 'died';
  if (status === 'ended') return disposition === 'PSA' ? 'left-without-being-seen' : 'discharged';
  if (status === 'planned') return 'preadmitted';
  if (status === 'on-leave') return 'on-leave';
  return kind === 'E' ? 'emergency-arrived' : 'admitted';
}

/** meta.versionId, else lastUpdated, as written. */
export function versionOf(resource: Resource): string {
  return text(at(resource, 'meta', 'versionId')) ?? text(at(resource, 'meta', 'lastUpdated')) ?? '';
}

/** Two records of one version that say different things are two facts: some senders never change the version. */
function fingerprint(encounter: Resource): string {
  const { status, class: kind, period, hospitalization, location, serviceProvider, extension } = encounter;
  const said = JSON.stringify([status, kind, period, hospitalization, location, serviceProvider, extension]);
  let hash = 0x811c9dc5;
  for (let n = 0; n < said.length; n += 1) hash = Math.imul(hash ^ said.charCodeAt(n), 0x01000193);
  return (hash >>> 0).toString(36);
}
