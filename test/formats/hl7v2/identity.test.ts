/** Who the patient is, and what must never be kept (FACTS §1.5, §3, §9.3, §9.5). */
import { describe, expect, test } from 'vitest';
import { nirKey } from '../../../bridge/formats/hl7v2/ins.ts';
import { intent, intents, reading, warningsOf, type Fields } from './fixtures.ts';

const PI = '00700123^^^CH_VAL&1.2.250.1.999.1&ISO^PI';
const NIR = '1.2.250.1.213.1.4.8';
const NIA = '1.2.250.1.213.1.4.9';
const ins = (value: string, oid = NIR): string => `${value}^^^ASIP-SANTE-INS&${oid}&ISO^INS`;
const GOOD = '279035121518989';
const BAD = '276037510669380'; // printed in an official example: its key fails

const withIns = (identifiers: string[], reliability = 'VALI'): Fields => ({
  PID: { 3: [PI, ...identifiers].join('~'), 32: reliability },
});

describe('key of a NIR', () => {
  test.each([
    ['2840588321025', '32'],
    ['284052A321025', '52'],
    ['284052B321025', '79'],
    ['2061275111005', '64'],
    ['1570167482145', '62'],
    ['2550814168025', '38'],
    ['2790351215189', '89'],
    ['2760375106693', '26'],
  ])('%s', (matricule, key) => {
    expect(nirKey(matricule)).toBe(key);
  });

  test('what is not a NIR has none', () => {
    for (const text of ['', '284052C321025', '284058832102', '9840588321025', '28405883210255', '2840588AA1025']) {
      expect(nirKey(text)).toBeUndefined();
    }
  });
});

describe('INS', () => {
  test('kept when qualified, with a production OID and a good key', () => {
    expect(intent('A01', withIns([ins(GOOD)])).patient.ins).toBe(GOOD);
    expect(intent('A01', withIns([ins(GOOD)], 'IDVER~VALI')).patient.ins).toBe(GOOD);
    expect(warningsOf('A01', withIns([ins(GOOD)]))).toEqual([]);
  });

  test('NIR before NIA, in whatever order', () => {
    expect(intent('A01', withIns([ins('207219661104869', NIA), ins(GOOD)])).patient.ins).toBe(GOOD);
    expect(intent('A01', withIns([ins(GOOD, NIA)])).patient.ins).toBe(GOOD);
  });

  test.each([
    ['not qualified', withIns([ins(GOOD)], 'PROV')],
    ['no status', withIns([ins(GOOD)], '')],
    ['test OID', withIns([ins(GOOD, '1.2.250.1.213.1.4.10')])],
    ['demonstration OID', withIns([ins(GOOD, '1.2.250.1.213.1.4.11')])],
    ['failing key', withIns([ins(BAD)])],
    ['no key', withIns([ins(GOOD.slice(0, 13))])],
  ] as [string, Fields][])('dropped with a warning, and the message goes on: %s', (_, over) => {
    expect(intent('A01', over).patient.ins).toBeUndefined();
    const warnings = warningsOf('A01', over);
    expect(warnings).toHaveLength(1);
    expect(warnings.join()).not.toMatch(/\d{5}/);
  });

  test('INS-C and the NIR of billing are no INS', () => {
    const over = withIns([`${GOOD}^^^ASIP-SANTE-INS-C&1.2.250.1.213.1.4.6&ISO^NH`, `${GOOD}^^^CNAM^NH`]);
    expect(intent('A01', over).patient.ins).toBeUndefined();
    expect(warningsOf('A01', over)).toEqual([]);
  });

  test('PID-19 leaves no trace', () => {
    expect(JSON.stringify(reading('A01', { PID: { 19: '284053712046893' } }))).not.toContain('2840537');
  });
});

describe('A47', () => {
  const none: Fields = { ZBE: null, PV1: { 2: 'N', 3: '', 19: '' } };
  test('a new INS that may be kept', () => {
    expect(intent('A47', { ...none, ...withIns([ins(GOOD)]), MRG: { 1: ins('207219661104869') } })).toMatchObject({
      type: 'ins-changed',
      patient: { ins: GOOD },
    });
  });

  test.each([
    ['null', withIns([ins('""')])],
    ['downgraded', withIns([ins('""')], 'PROV')],
    ['absent', withIns([])],
  ])('removal: %s', (_, over) => {
    expect(intent('A47', { ...none, ...over, MRG: { 1: ins(GOOD) } }).type).toBe('ins-removed');
  });

  test('a new one whose key fails is still a change, of which nothing is kept', () => {
    const read = intent('A47', { ...none, ...withIns([ins(BAD)]), MRG: { 1: ins(GOOD) } });
    expect([read.type, read.patient.ins]).toEqual(['ins-changed', undefined]);
  });

  test('an IPP that changes is a merge for a human', () => {
    expect(intent('A47', { ...none, MRG: { 1: '00700999^^^CH_VAL^PI' } })).toMatchObject({
      type: 'patients-merged',
      from: { ipp: '00700999' },
    });
  });
});

describe('IPP', () => {
  test('type PI wherever it stands; the first of several; one without a type, with a warning', () => {
    expect(intent('A01', { PID: { 3: `${ins(GOOD)}~${PI}` } }).patient.ipp).toBe('00700123');
    expect(intent('A01', { PID: { 3: 'A1^^^CH_VAL^PI~B2^^^GHT^PI' } }).patient.ipp).toBe('A1');
    expect(intent('A01', { PID: { 3: 'A1^^^CH_VAL' } }).patient.ipp).toBe('A1');
    expect(warningsOf('A01', { PID: { 3: 'A1^^^CH_VAL' } })).toHaveLength(1);
  });

  test('another type is no IPP', () => {
    for (const id of ['A1^^^CH_VAL^MR', ins(GOOD), 'A1^^^CH_VAL~B2^^^CH_VAL', '""^^^CH_VAL^PI']) {
      expect(reading('A01', { PID: { 3: id } })).toMatchObject({ readable: false, reason: 'missing-identity' });
    }
  });
});

describe('names, birth date, sex', () => {
  const named = (names: string): unknown => {
    const { birthName, usedName, givenName } = intent('A01', { PID: { 5: names } }).patient;
    return [birthName, usedName, givenName];
  };
  test.each([
    ['FICTIVE^Lucie^Lucie Rose^^^^L~INVENTEE^Lu^^^^^D', ['FICTIVE', 'INVENTEE', 'Lucie']],
    ['^Lu^^^^^D~FICTIVE^Lucie^^^^^L', ['FICTIVE', undefined, 'Lucie']],
    ['""^^^^^^D~FICTIVE^Lucie^^^^^L', ['FICTIVE', undefined, 'Lucie']],
    ['INVENTEE^Lucie^^^^^D', [undefined, 'INVENTEE', 'Lucie']],
    ['INCONNU^X^^^^^U', [undefined, 'INCONNU', 'X']],
    ['PSEUDO^X^^^^^S', [undefined, undefined, undefined]],
    ['FICTIVE^Lucie', ['FICTIVE', undefined, 'Lucie']],
    ['D\\T\\O&de&O^Lucie^^^^^L', ['D&O', undefined, 'Lucie']],
  ])('%s', (names, meant) => {
    expect(named(names)).toEqual(meant);
  });

  test('nobody is told of a patient without a name; what only concerns the number is taken all the same', () => {
    for (const names of ['', '""', '^^^^^^L']) {
      expect(reading('A01', { PID: { 5: names } })).toMatchObject({ reason: 'missing-identity', place: 'PID-5' });
    }
    expect(intent('A31', { PID: { 5: '' } }).type).toBe('identity-updated');
  });

  test('a null takes away the name in use and the birth date; an empty field does not', () => {
    expect(intent('A31', { PID: { 5: 'FICTIVE^Lucie^^^^^L~""^^^^^^D', 7: '""' } }).patient.takenBack).toEqual([
      'usedName',
      'birthDate',
    ]);
    expect(intent('A31', { PID: { 5: 'FICTIVE^Lucie^^^^^L~^^^^^^D', 7: '' } }).patient).not.toHaveProperty('takenBack');
  });

  test('a pseudonym and no other name is somebody who hides', () => {
    expect(intent('A01', { PID: { 5: 'SYLVIE^X^^^^^S' } }).protections).toEqual(['anonymous']);
    expect(intent('A01', { PID: { 5: 'SYLVIE^X^^^^^S~FICTIVE^Lucie^^^^^L' } }).protections).toEqual([]);
  });

  test.each([
    ['19610704', '1961-07-04'],
    ['19610704000000', '1961-07-04'],
    ['19610231', undefined],
    ['19610000', undefined],
    ['1961', undefined],
    ['""', undefined],
  ])('birth date %s', (sent, meant) => {
    expect(intent('A01', { PID: { 7: sent } }).patient.birthDate).toBe(meant);
  });

  test('sex', () => {
    expect(['F', 'm', 'U', 'A', ''].map((sex) => intent('A01', { PID: { 8: sex } }).patient.sex)).toEqual([
      'F',
      'M',
      'U',
      'U',
      undefined,
    ]);
  });
});

describe('protections', () => {
  test.each([
    ['PD1-12', { PD1: { 12: 'Y' } }, ['protected-patient']],
    ['PD1-12 before a segment that lost its separator', { PD1: { 12: 'YROL' } }, ['protected-patient']],
    ['CACH before one', { PID: { 32: 'CACH ROL' } }, ['anonymous']],
    ['PV2-22', { PV2: { 22: 'Y' } }, ['protected-visit']],
    ['PV1-16', { PV1: { 16: 'Y' } }, ['vip']],
    ['CACH', { PID: { 32: 'PROV~CACH' } }, ['anonymous']],
    ['ANOM', { PID: { 32: 'ANOM' } }, ['anonymous']],
    ['ZFS', { ZFS: { 1: '1', 2: '12^CH_VAL^20260112', 5: 'INSERT', 6: 'SDREP', 7: '3' } }, ['psychiatric-care']],
    ['all', { PD1: { 12: 'Y' }, PV2: { 22: 'Y' }, PV1: { 16: 'Y' } }, ['protected-patient', 'protected-visit', 'vip']],
    ['none', { PD1: { 12: 'N' }, PV2: { 22: 'N' }, PV1: { 16: 'N' } }, []],
    ['an empty ZFS', { ZFS: { 5: '' } }, []],
  ] as [string, Fields, string[]][])('%s', (_, over, found) => {
    for (const trigger of ['A01', 'A31', 'A60']) expect(intent(trigger, over).protections).toEqual(found);
  });

  test('a protected patient is readable even when the rest is not: blocked comes before quarantined', () => {
    for (const over of [{ ZBE: { 4: 'X' } }, { PID: { 3: '' } }, { EVN: { 2: '201' } }] as Fields[]) {
      expect(intents('A01', { ...over, PV1: { 16: 'Y' } })).toMatchObject([{ type: 'unknown', protections: ['vip'] }]);
    }
  });

  test('fictional and training', () => {
    expect(intent('A01', { PID: { 32: 'PROV~FICT' } }).fictional).toBe(true);
    expect(['P', 'D', 'T', ''].map((id) => intent('A01', { MSH: { 11: id } }).training)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('médecin traitant', () => {
  const rol = (action: string, role: string, doctor: string): string | undefined =>
    intent('A01', { ROL: { 2: action, 3: role, 4: doctor } }).generalPractitioner;
  const doctor = (id: string, type: string): string =>
    `${id}^FICTIF^Max^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^${type}`;
  test('RPPS, or IDNPS without its 8', () => {
    expect(rol('UC', 'ODRP', doctor('99900000017', 'RPPS'))).toBe('99900000017');
    expect(rol('UC', 'ODRP', doctor('899900000017', 'IDNPS'))).toBe('99900000017');
    expect(rol('AD', 'ODRP', doctor('899900000017', ''))).toBe('99900000017');
    expect(rol('UC', 'ODRP', `${doctor('FIC01', 'EI')}~${doctor('99900000017', 'RPPS')}`)).toBe('99900000017');
  });

  test('another role, a deletion or another number is nobody', () => {
    expect(rol('UC', 'AT', doctor('99900000017', 'RPPS'))).toBeUndefined();
    expect(rol('DE', 'ODRP', doctor('99900000017', 'RPPS'))).toBeUndefined();
    expect(rol('UC', 'ODRP', doctor('99900000017', 'LLAMA'))).toBeUndefined();
    expect(rol('UC', 'ODRP', doctor('591234567', 'ADELI'))).toBeUndefined();
  });
});
