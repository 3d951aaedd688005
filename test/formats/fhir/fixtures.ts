/** Small synthetic FHIR resources of the invented patient of the HL7 fixtures (IPP 00700123, stay VEN7001). */
import type { Reading, StayIntent } from '../../../care/stay/intent.ts';
import { readFhir } from '../../../bridge/formats/fhir/fhir.ts';

type Json = Record<string, unknown>;

const TYPES = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-identifier-type';
export const RECEIVED = Date.UTC(2026, 0, 12, 9, 0);

export function patient(over: Json = {}): Json {
  return {
    resourceType: 'Patient',
    id: 'pat1',
    extension: [reliability('VALI')],
    identifier: [
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PI' }] },
        value: '00700123',
      },
    ],
    name: [
      { use: 'official', family: 'FICTIVE', given: ['Lucie', 'Rose'] },
      { use: 'usual', family: 'INVENTEE', given: ['Lucie'] },
    ],
    gender: 'female',
    birthDate: '1961-07-04',
    ...over,
  };
}

export function reliability(code: string): Json {
  return {
    url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability',
    extension: [{ url: 'identityStatus', valueCoding: { code } }],
  };
}

export function encounter(over: Json = {}): Json {
  return {
    resourceType: 'Encounter',
    id: 'enc1',
    meta: { versionId: '1', lastUpdated: '2026-01-12T09:00:00+01:00' },
    identifier: [
      { type: { coding: [{ system: TYPES, code: 'VN' }] }, system: 'urn:oid:1.2.250.1.999', value: 'VEN7001' },
    ],
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: 'Patient/pat1' },
    period: { start: '2026-01-12T08:30:00+01:00' },
    serviceProvider: { reference: 'Organization/ch' },
    location: [{ location: { reference: 'Location/uf', identifier: { value: '2210' }, display: 'Pneumologie' } }],
    ...over,
  };
}

export const hospital: Json = {
  resourceType: 'Organization',
  id: 'ch',
  identifier: [{ system: 'https://finess.esante.gouv.fr', value: '590782421' }, { value: 'CH_VAL' }],
  name: 'CH Val',
};

/** What the hospital expects of the discharge; a day, as FR Core wants it. */
export function estimated(date: string): Json {
  return { url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-estimated-discharge-date', valueDate: date };
}

export function bundle(...resources: Json[]): Json {
  return { resourceType: 'Bundle', type: 'transaction', entry: resources.map((resource) => ({ resource })) };
}

export function bytes(json: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(json));
}

export function read(json: unknown, facilities = ['CH_VAL']): Reading {
  return readFhir(bytes(json), { receivedAt: RECEIVED, facilities });
}

export function intent(json: unknown): StayIntent {
  const reading = read(json);
  if (!reading.readable) throw new Error(`not readable: ${reading.reason} ${reading.place ?? ''} ${reading.detail}`);
  const [one, ...others] = reading.intents;
  if (one === undefined || others.length > 0) throw new Error(`${String(others.length + 1)} intents`);
  return one;
}

/** The patient, the hospital and one Encounter, as a transaction. */
export function stay(over: Json = {}, who: Json = {}): Json {
  return bundle(patient(who), hospital, encounter(over));
}
