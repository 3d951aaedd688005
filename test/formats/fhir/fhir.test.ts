/** The message as a whole: its key, what is refused, notifications of the ANS, and that nothing sent makes the reader throw. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFhir } from '../../../bridge/formats/fhir/fhir.ts';
import { bundle, bytes, encounter, estimated, hospital, intent, patient, read, RECEIVED, stay } from './fixtures.ts';

const NDE = 'https://interop.esante.gouv.fr/ig/fhir/nde/StructureDefinition';
const GIVEN = { receivedAt: RECEIVED, facilities: ['CH_VAL'] };

function notification(code: string, over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    resourceType: 'CommunicationRequest',
    id: 'com1',
    contained: [patient({ id: 'pat1' }), { ...encounter(), id: 'e1' }, hospital],
    extension: [
      { url: `${NDE}/event-type`, valueCodeableConcept: { coding: [{ code }] } },
      { url: `${NDE}/event-time`, valueDateTime: '2026-01-13T10:00:00+01:00' },
      { url: `${NDE}/event-emission-time`, valueDateTime: '2026-01-13T10:05:00+01:00' },
    ],
    status: 'active',
    subject: { reference: '#pat1' },
    encounter: { reference: '#e1' },
    requester: { reference: '#ch' },
    ...over,
  };
}

describe('the notification of the ANS', () => {
  test.each([
    ['ADM', 'admitted'],
    ['SOR', 'discharged'],
    ['DOC', 'document-received'],
    ['NOT', 'unknown'],
    ['POS', 'unknown'],
  ])('%s: %s', (code, type) => {
    expect(intent(notification(code))).toMatchObject({ type, facility: 'CH_VAL', visit: 'VEN7001' });
  });

  test('its two dates, its stay; taken back when revoked', () => {
    expect(intent(notification('SOR'))).toMatchObject({
      occurredAt: Date.parse('2026-01-13T10:00:00+01:00'),
      recordedAt: Date.parse('2026-01-13T10:05:00+01:00'),
      movement: { action: 'insert' },
    });
    expect(intent(notification('SOR', { status: 'revoked' }))).toMatchObject({
      type: 'movement-cancelled',
      cancels: 'discharged',
    });
  });

  test('without any stay it names none; without a patient’s number it goes to a human', () => {
    expect(intent(notification('SOR', { encounter: undefined })).visit).toBeUndefined();
    const nobody = notification('SOR', { contained: [patient({ identifier: [] })] });
    expect(read(nobody)).toMatchObject({ readable: false, reason: 'missing-identity' });
  });
});

describe('the message', () => {
  test.each([
    ['nothing', '', 'rejected', 'unreadable'],
    ['half of one', '{"resourceType":"Enc', 'rejected', 'unreadable'],
    ['XML', '<Encounter xmlns="http://hl7.org/fhir"/>', 'rejected', 'unreadable'],
    ['no resource', '{"status":"finished"}', 'rejected', 'unsupported-type'],
    ['another resource', '{"resourceType":"Observation"}', 'rejected', 'unsupported-type'],
  ])('%s: %s', (_what, body, verdict, reason) => {
    expect(readFhir(new TextEncoder().encode(body), GIVEN)).toMatchObject({ readable: false, verdict, reason });
  });

  test('XML is told what to send instead', () => {
    const read = readFhir(new TextEncoder().encode('<Encounter/>'), GIVEN);
    expect(!read.readable && read.detail).toContain('application/fhir+json');
  });

  test('the key is the sender’s where it has one that serves once', () => {
    expect(read({ ...bundle(patient(), encounter()), identifier: { system: 's', value: 'B1' } }).key).toBe(
      'Bundle|s|B1',
    );
    const alone = encounter({ contained: [patient({ id: 'p' })], subject: { reference: '#p' } });
    expect(read(alone).key).toBe('Encounter/enc1/_history/1');
    expect(read(bundle(patient(), encounter())).key).toBe('');
    const header = { resourceType: 'MessageHeader', id: 'MH1' };
    expect(read({ ...bundle(header, patient(), encounter()), type: 'message' }).key).toBe('MessageHeader|MH1');
  });

  test('a patient alone is an identity; several facilities in one message are refused', () => {
    expect(intent(patient())).toMatchObject({ type: 'identity-updated', patient: { ipp: '00700123' } });
    const elsewhere = {
      ...hospital,
      id: 'ch2',
      identifier: [{ system: 'https://finess.esante.gouv.fr', value: '590000000' }],
    };
    const both = bundle(
      patient(),
      hospital,
      elsewhere,
      encounter(),
      encounter({ id: 'enc2', serviceProvider: { reference: 'Organization/ch2' } }),
    );
    expect(read(both)).toMatchObject({ readable: false, verdict: 'quarantined' });
  });

  test('no value of the message stands in a warning or a detail', () => {
    const wrong = stay({ period: { start: 'FICTIVE' }, meta: { lastUpdated: 'FICTIVE' } }, { birthDate: 'FICTIVE' });
    const said = read(wrong);
    expect(said.warnings.length).toBeGreaterThan(0);
    expect(JSON.stringify(said.warnings)).not.toContain('FICTIVE');
  });
});

describe('nothing that is sent makes the reader throw', () => {
  const sound = [stay({ extension: [estimated('2026-01-19')] }), notification('SOR'), notification('DOC')];

  test('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (any) => typeof readFhir(any, GIVEN).readable === 'boolean'),
    );
  });

  test('any JSON under the name of a resource we read', () => {
    const type = fc.constantFrom('Encounter', 'CommunicationRequest', 'DocumentReference', 'Patient', 'Bundle');
    const body = fc.record({
      resourceType: type,
      entry: fc.jsonValue(),
      subject: fc.jsonValue(),
      status: fc.jsonValue(),
      class: fc.jsonValue(),
      period: fc.jsonValue(),
      location: fc.jsonValue(),
      extension: fc.jsonValue(),
      identifier: fc.jsonValue(),
      contained: fc.jsonValue(),
    });
    fc.assert(fc.property(body, (json) => typeof read(json).readable === 'boolean'));
  });

  test('a sound message in which any value is replaced by any other', () => {
    const places = sound.flatMap((json) => paths(json).map((path) => ({ json, path })));
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), ({ json, path }, value) => {
        const told = read(replaced(json, path, value));
        return (
          !told.readable || told.intents.every((one) => one.patient.ipp !== '' && typeof one.facility === 'string')
        );
      }),
      { numRuns: 1_500 },
    );
  });

  test('a sound message cut anywhere', () => {
    const whole = bytes(sound[0]);
    for (let end = 0; end < whole.length - 1; end += 7)
      expect(readFhir(whole.subarray(0, end), GIVEN)).toMatchObject({ readable: false, reason: 'unreadable' });
  });
});

const CORPUS = new URL('../../../../shared/corpus/fhir/', import.meta.url).pathname;
const SAMPLES = globSync(`${CORPUS}{FRCORE,NDE,SAS,ANNUAIRE}_*.json`);

test('the public samples, where they are: read without a throw; those that name no IPP go to a human', () => {
  if (!existsSync(CORPUS)) console.log(`no corpus at ${CORPUS}: only our own samples were read`);
  for (const path of SAMPLES) {
    const told = readFhir(new Uint8Array(readFileSync(path)), GIVEN);
    expect(told.readable, path).toBe(false);
    expect(told.readable ? '' : told.reason, path).toMatch(
      /FRCORE|com\d/.test(path) ? /missing-identity/ : /unsupported-type/,
    );
  }
});

function paths(value: unknown, here: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [here];
  return [
    ...(here.length > 0 ? [here] : []),
    ...Object.entries(value).flatMap(([key, one]) => paths(one, [...here, key])),
  ];
}

function replaced(json: unknown, path: readonly string[], value: unknown): unknown {
  const [key = '', ...rest] = path;
  const copy = structuredClone(json) as Record<string, unknown>;
  copy[key] = rest.length === 0 ? value : replaced(copy[key], rest, value);
  return copy;
}
