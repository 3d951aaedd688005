/**
 * FHIR R4 in JSON, in our words: FR Core Encounter alone or in a Bundle (transaction, message, collection…), the event
 * notification of the ANS (CommunicationRequest), DocumentReference. Tolerant in what is read: profiles may be absent,
 * references contained, relative, absolute, urn:uuid or logical. Nothing is ever fetched.
 */
import type { Reading, StayIntent } from '../../../care/stay/intent.ts';
import { readDocumentReference } from './document.ts';
import { bareEncounter, type FhirProblem, readEncounter, versionOf } from './encounter.ts';
import type { Given } from './given.ts';
import { at, objects, text } from './json.ts';
import { readNotification } from './notification.ts';
import { type Resource, type Resources, readResources } from './resources.ts';

/** One Bundle is about one patient, sometimes a mother and her children; more is an export. */
const MOST_RECORDS = 100;

/**
 * @param bytes one resource or Bundle, UTF-8
 * @returns never throws. `rejected`: no JSON, no FHIR, nothing in it that Relais reads; `quarantined`: what it reads cannot
 *   be used. `place` is a FHIRPath expression, `detail` never quotes a value.
 */
export function readFhir(bytes: Uint8Array, given: Given): Reading {
  const parsed = parseJson(bytes);
  if ('where' in parsed)
    return refused('rejected', 'unreadable', undefined, `the body is not JSON. ${parsed.where}`, undefined, []);
  const resources = readResources(parsed.json);
  if (resources === undefined)
    return refused(
      'rejected',
      'unsupported-type',
      undefined,
      'no resourceType: send one FHIR R4 resource or Bundle',
      undefined,
      [],
    );
  const warnings: string[] = [];
  const key = keyOf(resources);
  const records = ['Encounter', 'CommunicationRequest', 'DocumentReference'].flatMap((type) => resources.ofType(type));
  if (records.length > MOST_RECORDS)
    return refused(
      'quarantined',
      'unreadable',
      'Bundle.entry',
      `${String(records.length)} records in one Bundle: send at most ${String(MOST_RECORDS)}`,
      key,
      [],
    );
  if (records.length === 0 && resources.all.some((one) => one.resourceType === 'Patient'))
    return patientsAlone(resources, given, key, warnings);
  if (records.length === 0)
    return refused(
      'rejected',
      'unsupported-type',
      undefined,
      'nothing here that Relais reads: send an Encounter, a CommunicationRequest or a DocumentReference',
      key,
      [],
    );
  const intents: StayIntent[] = [];
  for (const record of records) {
    const read = readRecord(record, resources, given, warnings);
    if (read === 'told-by-another') continue;
    // A protected patient is always readable, so that the verdict can block it and empty the envelope.
    if ('expression' in read) return refused('quarantined', read.reason, read.expression, read.detail, key, warnings);
    intents.push(read);
  }
  intents.sort((a, b) => (a.recordedAt ?? 0) - (b.recordedAt ?? 0));
  const blocked = intents.filter((one) => one.protections.length > 0);
  const facilities = [...new Set(intents.map((one) => one.facility))];
  if (facilities.length > 1)
    return refused(
      'quarantined',
      'unreadable',
      'Encounter.serviceProvider',
      'one message, several facilities: send one per facility',
      key,
      warnings,
    );
  return {
    readable: true,
    key: key ?? '',
    facility: facilities[0] ?? '',
    intents: blocked.length > 0 ? blocked : intents,
    warnings: [...new Set(warnings)],
  };
}

function readRecord(
  record: Resource,
  resources: Resources,
  given: Given,
  warnings: string[],
): StayIntent | FhirProblem | 'told-by-another' {
  switch (record.resourceType) {
    case 'Encounter':
      return readStay(record, resources, given, warnings);
    case 'CommunicationRequest':
      return readNotification(record, resources, given, warnings);
    default: {
      const announced = resources
        .ofType('CommunicationRequest')
        .some((one) =>
          objects(one['payload']).some((p) => resources.target(p['contentReference'], one).resource === record),
        );
      return announced ? 'told-by-another' : readDocumentReference(record, resources, given, warnings);
    }
  }
}

/**
 * A venue and its movements (partOf) in one Bundle are one record: the movement under way gives the unit, the venue the rest.
 * An Encounter that only accompanies a notification or a document is not a record of its own.
 */
function readStay(
  encounter: Resource,
  resources: Resources,
  given: Given,
  warnings: string[],
): StayIntent | FhirProblem | 'told-by-another' {
  const others = resources.ofType('Encounter').filter((one) => one !== encounter);
  const parent =
    encounter['partOf'] === undefined ? undefined : resources.target(encounter['partOf'], encounter).resource;
  if (parent !== undefined && others.includes(parent)) return 'told-by-another';
  const accompanied = [...resources.ofType('CommunicationRequest'), ...resources.ofType('DocumentReference')].some(
    (one) =>
      [one['encounter'], ...objects(at(one, 'context', 'encounter'))].some(
        (reference) => resources.target(reference, one).resource === encounter,
      ),
  );
  if (accompanied) return 'told-by-another';
  const parts = others.filter((one) => resources.target(one['partOf'], one).resource === encounter);
  const running = parts.filter((one) => ['in-progress', 'arrived', 'triaged'].includes(text(one['status']) ?? ''));
  const last = running.at(-1) ?? parts.at(-1);
  const whole: Resource = {
    ...encounter,
    ...(last !== undefined && encounter['location'] === undefined ? { location: last['location'] } : {}),
    ...(last !== undefined && encounter['serviceProvider'] === undefined
      ? { serviceProvider: last['serviceProvider'] }
      : {}),
  };
  return readEncounter(whole, resources, given, warnings);
}

/** Identities alone: kept, never said. */
function patientsAlone(resources: Resources, given: Given, key: string | undefined, warnings: string[]): Reading {
  const intents = resources
    .ofType('Patient')
    .slice(0, MOST_RECORDS)
    .map((patient): StayIntent => {
      const about: Resource = { resourceType: 'Encounter', subject: { reference: '#' }, meta: patient['meta'] };
      const alone: Resources = {
        ...resources,
        target: (reference, from) => resources.target(reference, from === about ? patient : from),
      };
      const base = bareEncounter(about, alone, given, warnings);
      return { ...base, type: 'identity-updated', trigger: 'Patient', visit: undefined };
    });
  if (intents.some((one) => one.patient.ipp === undefined && one.protections.length === 0))
    return refused(
      'quarantined',
      'missing-identity',
      'Patient.identifier',
      'the Patient needs an IPP (identifier of type PI)',
      key,
      warnings,
    );
  return {
    readable: true,
    key: key ?? '',
    facility: intents[0]?.facility ?? '',
    intents,
    warnings: [...new Set(warnings)],
  };
}

/** The sender's own key, where it has one that never serves twice: Bundle.identifier, MessageHeader.id, or id and version. */
function keyOf(resources: Resources): string | undefined {
  const { bundle } = resources;
  if (bundle === undefined) {
    const [one] = resources.all;
    const version = text(at(one, 'meta', 'versionId'));
    const id = text(one?.['id']);
    return one && id !== undefined && version !== undefined
      ? `${one.resourceType}/${id}/_history/${versionOf(one)}`
      : undefined;
  }
  const value = text(at(bundle, 'identifier', 'value'));
  if (value !== undefined) return `Bundle|${text(at(bundle, 'identifier', 'system')) ?? ''}|${value}`;
  const header = text(resources.ofType('MessageHeader')[0]?.['id']);
  return header === undefined ? undefined : `MessageHeader|${header}`;
}

/** Only the position is kept of the parser's message: V8 quotes the text around the fault, and that text is a patient's. */
function parseJson(bytes: Uint8Array): { json: unknown } | { where: string } {
  let body: string;
  try {
    body = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { where: 'The bytes are not UTF-8.' };
  }
  if (/^\s*</.test(body)) return { where: 'FHIR in XML is not read here: send application/fhir+json.' };
  try {
    return { json: JSON.parse(body) as unknown };
  } catch (fault) {
    const position = fault instanceof Error ? /at position (\d+)/.exec(fault.message)?.[1] : undefined;
    return { where: position === undefined ? 'It ends too early or is empty.' : `It breaks at character ${position}.` };
  }
}

function refused(
  verdict: 'rejected' | 'quarantined',
  reason: Extract<Reading, { readable: false }>['reason'],
  place: string | undefined,
  detail: string,
  key: string | undefined,
  warnings: string[],
): Reading {
  return { readable: false, verdict, reason, place, detail, key, warnings: [...new Set(warnings)] };
}
