/** FR Core Encounter: what its statuses, references, units, dates and labels say. */
import { describe, expect, test } from 'vitest';
import { bundle, encounter, estimated, hospital, intent, patient, read, reliability, stay } from './fixtures.ts';

const instant = (text: string): number => Date.parse(text);

describe('a record of the stay', () => {
  test('in progress: who, where, which stay, since when', () => {
    expect(intent(stay())).toMatchObject({
      type: 'admitted',
      facility: 'CH_VAL',
      visit: 'VEN7001',
      class: 'I',
      patient: {
        ipp: '00700123',
        birthName: 'FICTIVE',
        usedName: 'INVENTEE',
        givenName: 'Lucie',
        birthDate: '1961-07-04',
        sex: 'F',
      },
      unit: { code: '2210', label: 'Pneumologie' },
      occurredAt: instant('2026-01-12T08:30:00+01:00'),
      recordedAt: instant('2026-01-12T09:00:00+01:00'),
      snapshot: { status: 'present' },
      protections: [],
    });
  });

  test.each([
    ['planned', 'preadmitted'],
    ['arrived', 'admitted'],
    ['triaged', 'admitted'],
    ['in-progress', 'admitted'],
    ['onleave', 'on-leave'],
    ['finished', 'discharged'],
    ['cancelled', 'movement-cancelled'],
    ['entered-in-error', 'movement-cancelled'],
  ])('status %s: %s', (status, type) => {
    expect(intent(stay({ status, period: { start: '2026-01-12T08:30:00Z', end: '2026-01-13T10:00:00Z' } })).type).toBe(
      type,
    );
  });

  test.each([
    ['EMER', 'E', 'emergency-arrived'],
    ['IMP', 'I', 'admitted'],
    ['ACUTE', 'I', 'admitted'],
    ['SS', 'I', 'admitted'],
    ['PRENC', 'I', 'preadmitted'],
    ['AMB', 'O', 'admitted'],
    ['VR', 'V', 'admitted'],
    ['R', 'R', 'admitted'],
  ])('class %s: %s', (code, kind, type) => {
    expect(intent(stay({ class: { code } }))).toMatchObject({ class: kind, type });
  });

  test('an unknown status goes to a human, with its place', () => {
    expect(read(stay({ status: 'unknown' }))).toMatchObject({
      readable: false,
      reason: 'bad-movement',
      place: 'Encounter.status',
    });
  });

  test('the expected discharge is a day, and stays one', () => {
    const told = intent(stay({ extension: [estimated('2026-01-19')] }));
    expect(told.expectedDischarge).toEqual({ set: { at: instant('2026-01-19T00:00:00+01:00'), precision: 'day' } });
    expect(intent(stay()).expectedDischarge).toBeUndefined();
    const hidden = { url: 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-estimated-discharge-date' };
    expect(intent(stay({ extension: [hidden] })).expectedDischarge).toBe('erased');
  });

  test.each([
    [{ coding: [{ code: 'home' }] }, { destination: 'home', type: 'discharged' }],
    [{ coding: [{ code: 'other-hcf' }] }, { destination: 'transfer', type: 'discharged' }],
    [{ coding: [{ code: 'exp' }] }, { destination: 'death', type: 'died', died: true }],
    [{ text: 'Décès' }, { destination: 'death', type: 'died' }],
    [{ coding: [{ code: 'aadvice' }] }, { disposition: '4', type: 'discharged' }],
    [{ coding: [{ code: 'PSA' }] }, { type: 'left-without-being-seen' }],
    [{ coding: [{ code: 'REO' }] }, { disposition: 'REO' }],
    [{ coding: [{ system: 'https://example.org/mode-sortie-pmsi', code: '9' }] }, { type: 'died' }],
    [{ coding: [{ system: 'https://example.org/mode-sortie-pmsi', code: '8' }] }, { destination: 'home' }],
  ])('discharge %j', (dischargeDisposition, said) => {
    const over = { status: 'finished', period: { start: '2026-01-12', end: '2026-01-13T10:00:00Z' } };
    expect(intent(stay({ ...over, hospitalization: { dischargeDisposition } }))).toMatchObject(said);
  });

  test('a patient known as dead never gets the sentence of a discharge', () => {
    const over = { status: 'finished', period: { start: '2026-01-12', end: '2026-01-13T10:00:00Z' } };
    expect(intent(stay(over, { deceasedBoolean: true })).type).toBe('died');
    const dated = intent(stay(over, { deceasedDateTime: '2026-01-13T09:00:00+01:00' }));
    expect(dated).toMatchObject({ type: 'died', occurredAt: instant('2026-01-13T09:00:00+01:00') });
    expect(intent(stay(over, { deceasedBoolean: false })).type).toBe('discharged');
  });
});

describe('references', () => {
  test('by urn:uuid, absolute, with a version, contained, conditional, or logical', () => {
    const who = patient({ id: undefined });
    const uuid = {
      resourceType: 'Bundle',
      type: 'message',
      entry: [
        { fullUrl: 'urn:uuid:7a1c', resource: who },
        { resource: encounter({ subject: { reference: 'urn:uuid:7a1c' } }) },
      ],
    };
    expect(intent(uuid).patient.ipp).toBe('00700123');
    const absolute = bundle(
      patient(),
      encounter({ subject: { reference: 'https://sih.example/fhir/Patient/pat1/_history/3' } }),
    );
    expect(intent(absolute).patient.birthName).toBe('FICTIVE');
    const contained = encounter({ contained: [patient({ id: 'p' })], subject: { reference: '#p' } });
    expect(intent(contained).patient.birthName).toBe('FICTIVE');
    const conditional = encounter({ subject: { reference: 'Patient?identifier=urn:oid:1.2.250.1.999.1|00700123' } });
    expect(intent(conditional).patient.ipp).toBe('00700123');
    const logical = encounter({ subject: { identifier: { type: { coding: [{ code: 'PI' }] }, value: '00700123' } } });
    expect(intent(logical).patient.ipp).toBe('00700123');
  });

  test('a patient who did not come along, and has no number: missing identity', () => {
    expect(read(encounter())).toMatchObject({
      readable: false,
      reason: 'missing-identity',
      place: 'Encounter.subject',
    });
  });

  test('a resource that is part of itself ends', () => {
    const loop = { resourceType: 'Organization', id: 'ch', partOf: { reference: 'Organization/ch' } };
    expect(intent(bundle(patient(), loop, encounter({ partOf: undefined }))).facility).toBe('CH_VAL');
  });
});

describe('identity', () => {
  const nir = (code: string): object =>
    patient({
      extension: [reliability(code)],
      identifier: [
        { type: { coding: [{ code: 'PI' }] }, value: '00700123' },
        { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '255081416802538' },
      ],
    });
  const insOf = (who: object): string | undefined =>
    intent(bundle(who as Record<string, unknown>, encounter())).patient.ins;

  test('the INS of a qualified identity only, by the older code or the newer', () => {
    expect(insOf(nir('VALI'))).toBe('255081416802538');
    expect(insOf(nir('QUAL'))).toBe('255081416802538');
    expect(insOf(nir('PROV'))).toBeUndefined();
  });

  test.each([
    ['a test OID', 'urn:oid:1.2.250.1.213.1.4.10', '255081416802538'],
    ['a wrong key', 'urn:oid:1.2.250.1.213.1.4.8', '255081416802539'],
  ])('%s: the INS is dropped, the message read', (_what, system, value) => {
    const identifier = [
      { type: { coding: [{ code: 'PI' }] }, value: '00700123' },
      { system, value },
    ];
    expect(insOf(patient({ identifier }))).toBeUndefined();
  });

  test('an INS alone is no IPP; one untyped number is, with a warning', () => {
    const ins = { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '255081416802538' };
    expect(read(bundle(patient({ identifier: [ins] }), encounter()))).toMatchObject({ reason: 'missing-identity' });
    const one = read(
      bundle(patient({ identifier: [ins, { system: 'https://sih.example/ipp', value: '42' }] }), encounter()),
    );
    expect(one).toMatchObject({ readable: true, intents: [{ patient: { ipp: '42' } }] });
    expect(one.warnings.join()).toContain('no type PI');
  });

  test.each([
    [{ meta: { security: [{ code: 'R' }] } }, {}, 'protected-visit'],
    [{}, { meta: { security: [{ code: 'V' }] } }, 'protected-patient'],
    [{ meta: { security: [{ code: 'PSY' }] } }, {}, 'psychiatric-care'],
    [{}, { meta: { security: [{ code: 'CEL' }] } }, 'vip'],
    [{}, { extension: [reliability('CACH')] }, 'anonymous'],
  ])('protected by %j %j: %s', (over, who, protection) => {
    expect(intent(stay(over, who)).protections).toEqual([protection]);
  });

  test('protected is readable even when the rest is not', () => {
    expect(intent(stay({ status: 'nothing', meta: { security: [{ code: 'V' }] } })).protections).toEqual([
      'protected-visit',
    ]);
  });
});

describe('the unit', () => {
  const uf = (id: string, value: string, type: string): Record<string, unknown> => ({
    resourceType: 'Location',
    id,
    name: `Nom ${value}`,
    identifier: [{ system: `https://sih.example/${type}`, value }],
  });
  const at = (id: string, over: object = {}): object => ({ location: { reference: `Location/${id}` }, ...over });

  test('the unit of medical responsibility, the others named besides', () => {
    const told = intent(
      bundle(
        patient(),
        hospital,
        uf('h', '1412', 'locationUFH'),
        uf('m', '2210', 'locationUFM'),
        encounter({ location: [at('h'), at('m')] }),
      ),
    );
    expect(told).toMatchObject({ unit: { code: '2210', label: 'Nom 2210' }, otherUnits: ['1412'] });
  });

  test('the bed leads to its ward; the place that is over is left', () => {
    const bed = {
      resourceType: 'Location',
      id: 'b',
      physicalType: { coding: [{ code: 'bd' }] },
      identifier: [{ value: 'LIT 3' }],
      partOf: { reference: 'Location/m' },
    };
    const told = intent(
      bundle(
        patient(),
        hospital,
        bed,
        uf('m', '2210', 'uf'),
        uf('old', '1111', 'uf'),
        encounter({
          location: [
            at('old', { status: 'completed' }),
            at('b', { status: 'active', period: { start: '2026-01-12T10:00:00+01:00' } }),
          ],
        }),
      ),
    );
    expect(told.unit.code).toBe('2210');
    expect(told.snapshot?.placedAt).toBe(instant('2026-01-12T10:00:00+01:00'));
  });

  test('serviceProvider is the unit when it is one, and its hospital the facility', () => {
    const service = {
      resourceType: 'Organization',
      id: 'uf',
      type: [{ coding: [{ code: 'UF' }] }],
      identifier: [{ value: '2210' }],
      name: 'Pneumologie',
      partOf: { reference: 'Organization/ch' },
    };
    const told = intent(
      bundle(
        patient(),
        hospital,
        service,
        encounter({ serviceProvider: { reference: 'Organization/uf' }, location: undefined }),
      ),
    );
    expect(told).toMatchObject({ facility: 'CH_VAL', unit: { code: '2210', label: 'Pneumologie' } });
  });

  test('a declared FINESS among several numbers; none said is the only one of the source; else nobody is guessed', () => {
    expect(read(stay(), ['590782421', 'X'])).toMatchObject({ facility: '590782421' });
    const silent = bundle(patient(), encounter({ serviceProvider: undefined }));
    expect(read(silent, ['CH_VAL'])).toMatchObject({ facility: 'CH_VAL' });
    expect(read(silent, ['CH_VAL', 'OTHER'])).toMatchObject({ facility: '' });
  });
});

describe('a movement and its venue', () => {
  const venue = encounter({ id: 'venue', location: undefined });
  const part = (over: object): Record<string, unknown> =>
    encounter({
      id: 'part',
      identifier: [{ type: { coding: [{ code: 'MVT' }] }, value: 'M1' }],
      partOf: { reference: 'Encounter/venue' },
      ...over,
    });

  test('together they are one record: the unit of the movement, the stay of the venue', () => {
    expect(intent(bundle(patient(), hospital, venue, part({})))).toMatchObject({
      visit: 'VEN7001',
      unit: { code: '2210' },
    });
  });

  test('alone: the venue by its logical number; its end says nothing of the stay', () => {
    const partOf = {
      reference: 'Encounter/venue',
      identifier: { type: { coding: [{ code: 'VN' }] }, value: 'VEN7001' },
    };
    expect(intent(bundle(patient(), hospital, part({ partOf })))).toMatchObject({ visit: 'VEN7001', type: 'admitted' });
    expect(intent(bundle(patient(), hospital, part({ partOf, status: 'finished' }))).type).toBe('movement-updated');
  });
});
