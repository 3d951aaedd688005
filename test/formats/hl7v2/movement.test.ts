/** What moved, when, where to, and the dates that are planned (FACTS §1.3, §1.6, §1.7, §9). */
import { describe, expect, test } from 'vitest';
import { readHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';
import { adt, bytes, intent, OCCURRED, RECORDED, warningsOf, type Fields } from './fixtures.ts';

const day = (d: number): unknown => ({ set: { at: Date.UTC(2026, 0, d - 1, 23, 0), precision: 'day' } });
const hour = (d: number, h: number): unknown => ({ set: { at: Date.UTC(2026, 0, d, h - 1, 0), precision: 'minute' } });

describe('planned discharge', () => {
  test.each([
    ['A16', { EVN: { 3: '20260115110000' } }, hour(15, 11)],
    ['A16', { PV2: { 9: '20260115110000' } }, hour(15, 11)],
    ['A16', { EVN: { 3: '20260116110000' }, PV2: { 9: '20260115110000' } }, hour(16, 11)],
    ['A16', { EVN: { 3: '20260115' } }, day(15)],
    ['A16', { EVN: { 3: '' } }, undefined],
    ['A01', { PV2: { 9: '20260115' } }, day(15)],
    ['A01', { PV2: { 9: '20260115000000' } }, day(15)],
    ['A02', { PV2: { 9: '20260115110000' } }, hour(15, 11)],
    ['A01', { PV2: { 9: '""' } }, 'erased'],
    ['A01', { PV2: { 9: '201' } }, undefined],
    ['A01', { PV2: { 9: '202601' } }, undefined],
    ['A01', { EVN: { 3: '20260115110000' } }, undefined],
    ['Z99', { ZBE: { 4: 'UPDATE', 6: 'A01' }, PV2: { 9: '20260115110000' } }, hour(15, 11)],
    ['Z99', { ZBE: { 4: 'UPDATE', 6: 'A01' }, EVN: { 3: '20260115110000' } }, undefined],
  ] as [string, Fields, unknown][])('%s %j', (trigger, over, meant) => {
    expect(intent(trigger, over).expectedDischarge).toEqual(meant);
  });

  test('the truncated date of a real sender is a warning, not a refusal', () => {
    expect(warningsOf('A01', { PV2: { 9: '201' } })).toEqual(['PV2-9 is not a possible date: ignored']);
  });
});

test('planned admission and return from leave', () => {
  expect(intent('A05', { EVN: { 3: '20260120080000' } }).expectedAdmission).toEqual({
    at: Date.UTC(2026, 0, 20, 7, 0),
    precision: 'minute',
  });
  expect(intent('A05', { PV2: { 8: '20260120' } }).expectedAdmission?.precision).toBe('day');
  expect(intent('A21', { PV2: { 47: '20260113080000' } }).expectedReturn?.at).toBe(Date.UTC(2026, 0, 13, 7, 0));
});

describe('when', () => {
  test('EVN-6, else ZBE-2, else EVN-2; recorded is EVN-2, else MSH-7', () => {
    expect(intent('A01')).toMatchObject({ occurredAt: OCCURRED, recordedAt: RECORDED });
    expect(intent('A01', { EVN: { 6: '' }, ZBE: { 2: '20260112081500' } }).occurredAt).toBe(
      Date.UTC(2026, 0, 12, 7, 15),
    );
    expect(intent('A01', { EVN: { 6: '' }, ZBE: { 2: '' } }).occurredAt).toBe(RECORDED);
    expect(intent('A01', { EVN: { 6: '2026' + '1399' } }).occurredAt).toBe(OCCURRED);
    expect(intent('A01', { EVN: null }).recordedAt).toBe(RECORDED + 5_000);
    expect(intent('A01', { EVN: { 2: '20260112080000+0000' } }).recordedAt).toBe(RECORDED);
  });

  test('discharge date for a discharge, admission date for the rest', () => {
    const dates: Fields = { PV1: { 44: '20260110', 45: '20260112083000' } };
    expect(intent('A03', dates).effectiveAt).toBe(OCCURRED);
    expect(intent('A01', dates).effectiveAt).toBe(Date.UTC(2026, 0, 9, 23, 0));
  });
});

describe('ZBE', () => {
  test('the id with its namespace, of the first repetition that has one', () => {
    const id = (zbe1: string): string | undefined => intent('A01', { ZBE: { 1: zbe1 } }).movement.id;
    expect(id('77')).toBe('77');
    expect(id('77^CH_VAL')).toBe('77^CH_VAL');
    expect(id('77^^1.2.3^ISO')).toBe('77^1.2.3');
    expect(id('~77^CH_VAL~78^GHT')).toBe('77^CH_VAL');
  });

  test('none at all is usual elsewhere', () => {
    expect(intent('A01', { ZBE: null }).movement).toEqual({
      id: undefined,
      action: 'insert',
      historic: false,
      nature: [],
      originalTrigger: undefined,
    });
  });

  test.each([
    ['HMS', 'HMS'],
    ['HM', 'HM'],
    ['MC', 'MC'],
    ['S^Changement de soins', 'S'],
    ['S~M', 'SM'],
    ['l', 'L'],
    ['', ''],
  ])('nature %s', (sent, letters) => {
    expect(intent('A01', { ZBE: { 9: sent } }).movement.nature.join('')).toBe(letters);
  });

  test('historic, and ZBE-3 filled', () => {
    expect(intent('A01', { ZBE: { 5: 'Y' } }).movement.historic).toBe(true);
    expect(intent('A01', { ZBE: { 3: '20260112' } }).movement.action).toBe('insert');
    expect(warningsOf('A01', { ZBE: { 3: '20260112' } })).toHaveLength(1);
  });

  test('shifted by one field, as in the discharge published by the ANS', () => {
    const zbe = { 3: '20260112', 4: '', 5: 'INSERT', 6: 'N', 7: '', 8: 'Urgences^^^^^^UF^^^8782', 9: '', 10: 'HMS' };
    expect(intent('A03', { ZBE: zbe })).toMatchObject({
      movement: { action: 'insert', nature: ['H', 'M', 'S'] },
      unit: { code: '8782', label: 'Urgences' },
    });
  });

  test('several ZBE: the first, with a warning', () => {
    const read = readHl7v2(bytes(`${adt('A01')}ZBE|MV2^CH_VAL|20260112||INSERT|N\r`));
    expect(read.readable && read.intents[0]?.movement.id).toBe('MV1^CH_VAL');
    expect(read.warnings).toHaveLength(1);
  });
});

describe('bed move or transfer', () => {
  test.each([
    ['L', {}, 'bed-moved'],
    ['H', {}, 'bed-moved'],
    ['LD', {}, 'bed-moved'],
    ['LC', {}, 'bed-moved'],
    ['S', { PV1: { 6: '2210^11' } }, 'transferred'],
    ['HM', {}, 'transferred'],
    ['MC', {}, 'transferred'],
    ['', { PV1: { 6: '2210^11' } }, 'bed-moved'],
    ['', { PV1: { 6: '3300^11' } }, 'transferred'],
    ['', {}, 'transferred'],
  ] as [string, Fields, string][])('nature "%s" %j', (nature, over, type) => {
    expect(intent('A02', { ZBE: { 9: nature }, ...over }).type).toBe(type);
  });
});

describe('units', () => {
  test('UF médicale of ZBE-7, else PV1-3; a label only with its own code', () => {
    expect(intent('A01').unit).toEqual({ code: '2210', label: 'Pneumologie' });
    expect(intent('A01', { ZBE: null }).unit).toEqual({ code: '2210', label: undefined });
    expect(intent('A01', { ZBE: { 7: 'Addictologie' } }).unit).toEqual({ code: '2210', label: undefined });
    expect(intent('A02', { PV1: { 6: '3300^1' } }).previousUnit.code).toBe('3300');
  });

  test('the other UF of the message, so that a blocked one can block', () => {
    expect(intent('A01', { ZBE: { 8: 'Psychiatrie^^^^^CH_VAL^UF^^^6277' } }).otherUnits).toEqual(['6277']);
    expect(intent('A01', { PV1: { 3: '9999^1' } }).otherUnits).toEqual(['9999']);
    expect(intent('A01').otherUnits).toBeUndefined();
  });
});

test('visit: PV1-19, else PID-18', () => {
  expect(intent('A01').visit).toBe('VEN7001');
  expect(intent('A01', { PV1: { 19: '' } }).visit).toBe('NDA7001');
  expect(intent('A01', { PV1: { 19: '' }, PID: { 18: '' } }).visit).toBeUndefined();
});

test('class: only those of PAM.fr', () => {
  expect(['E', 'I', 'O', 'R', 'N', 'V', 'i', 'P', ''].map((c) => intent('A02', { PV1: { 2: c } }).class)).toEqual([
    'E',
    'I',
    'O',
    'R',
    'N',
    'V',
    'I',
    undefined,
    undefined,
  ]);
});

test.each([
  [{ ZFM: { 2: '8' } }, 'home'],
  [{ ZFM: { 2: '7' } }, 'transfer'],
  [{ ZFM: { 2: '6' } }, 'transfer'],
  [{ ZFM: { 2: '9' } }, 'death'],
  [{ PV1: { 41: 'D' } }, 'death'],
  [{ ZFM: { 2: '4' } }, 'other'],
  [{ PV1: { 37: '590000001' } }, 'transfer'],
  [{ ZFM: { 2: '8' }, PV1: { 37: '590000001' } }, 'home'],
  [{}, undefined],
] as [Fields, string | undefined][])('destination %j is %s', (over, meant) => {
  expect(intent('A03', over).destination).toBe(meant);
});

test('PV1-36 is kept as sent', () => {
  expect(['4', 'F', 'REO', ''].map((code) => intent('A03', { PV1: { 36: code } }).disposition)).toEqual([
    '4',
    'F',
    'REO',
    undefined,
  ]);
});
