/** From a message to its verdict: the filtering table of FACTS §1.8 and the unit table of DESIGN §7. */
import { describe, expect, test } from 'vitest';
import { sayableUnit, type SourcePolicy, strongest, type UnitRule, verdict } from '../../../care/stay/verdict.ts';
import { intent, intents, type Fields } from './fixtures.ts';

const TABLE = new Map<string, UnitRule>([
  ['2210', 'event+label'],
  ['2220', 'event'],
  ['6277', 'block'],
]);
const PRODUCTION: SourcePolicy = {
  units: TABLE,
  unknownUnit: 'hold',
  acceptTraining: false,
  acceptFictional: false,
  production: true,
};
const NO_TABLE: SourcePolicy = { ...PRODUCTION, units: undefined };

const say = (trigger: string, over: Fields = {}, policy = PRODUCTION): string => {
  const { outcome, reason } = verdict(intent(trigger, over), policy);
  return `${outcome} ${reason}`;
};
const cancel: Fields = { ZBE: { 4: 'CANCEL' } };

describe('posted', () => {
  test.each([
    ['A01', {}, 'posted announced'],
    ['A04', { PV1: { 2: 'E' } }, 'posted announced'],
    ['A02', {}, 'posted announced'],
    ['A03', {}, 'posted announced'],
    ['A03', { PV1: { 41: 'D' } }, 'posted announced'],
    ['A05', {}, 'posted announced'],
    ['A06', {}, 'posted announced'],
    ['A21', {}, 'posted announced'],
    ['A16', { EVN: { 3: '20260115' } }, 'posted planned'],
    ['Z99', { ZBE: { 4: 'UPDATE' }, PV2: { 9: '20260115' } }, 'posted planned'],
    ['Z99', { ZBE: { 4: 'UPDATE' }, PV2: { 9: '""' } }, 'posted planned'],
    ['A02', { ZBE: { 9: 'L' }, PV2: { 9: '20260115' } }, 'posted planned'],
    ['A11', cancel, 'posted retracted'],
    ['A25', cancel, 'posted retracted'],
    ['A12', { ZBE: { 4: 'CANCEL', 5: 'Y' } }, 'posted retracted'], // what was said is taken back, even out of the middle
  ] as [string, Fields, string][])('%s %j', (trigger, over, expected) => {
    expect(say(trigger, over)).toBe(expected);
  });
});

describe('muted', () => {
  test.each([
    ['A01', { ZBE: { 5: 'Y' } }, 'historic'],
    ['A02', { ZBE: { 9: 'L' } }, 'bed-move'],
    ['A12', { ZBE: { 4: 'CANCEL', 9: 'H' } }, 'bed-move'],
    ['A01', { PV1: { 2: 'R' } }, 'session'],
    ['A03', { PV1: { 2: 'R' } }, 'session'],
    ['A04', { PV1: { 2: 'O' } }, 'outpatient'],
    ['A07', { PV1: { 2: 'O' } }, 'outpatient'],
    ['A01', { PV1: { 2: 'N' } }, 'class-not-applicable'],
    ['A01', { PV1: { 2: 'V' } }, 'class-not-applicable'],
    ['A28', { ZBE: null, PV1: { 2: 'N' } }, 'identity-only'],
    ['A31', { ZBE: null }, 'identity-only'],
    ['A47', { ZBE: null }, 'identity-only'],
    ['A54', {}, 'doctors-only'],
    ['A55', cancel, 'doctors-only'],
    ['Z99', { ZBE: { 4: 'UPDATE' } }, 'recorded'],
    ['A15', {}, 'recorded'],
    ['A26', cancel, 'recorded'],
    ['A60', {}, 'unknown-trigger'],
    ['A01', { MSH: { 9: 'MDM^T02^MDM_T02' } }, 'document-only'],
    ['A01', { MSH: { 11: 'T' } }, 'training-message'],
    ['A01', { MSH: { 11: 'D' } }, 'training-message'],
    ['A01', { PID: { 32: 'PROV~FICT' } }, 'fictional-identity'],
  ] as [string, Fields, string][])('%s %j: %s', (trigger, over, reason) => {
    expect(say(trigger, over)).toBe(`muted ${reason}`);
  });

  test('training and fictional messages pass where they are expected', () => {
    const accepting = { ...PRODUCTION, acceptTraining: true, acceptFictional: true };
    for (const policy of [accepting, { ...PRODUCTION, production: false, acceptFictional: true }]) {
      expect(say('A01', { MSH: { 11: 'T' }, PID: { 32: 'FICT' } }, policy)).toBe('posted announced');
    }
  });

  test('a class change taken back is said even to an outpatient: the hospital stay had been announced', () => {
    expect(say('A07', { ...cancel, PV1: { 2: 'O' } })).toBe('posted retracted');
  });
});

describe('retroactive: EVN-2 against PV1-45, else EVN-6, else ZBE-2', () => {
  const recorded = { EVN: { 2: '20260112090000', 6: '' } };
  test.each([
    ['A03', { PV1: { 45: '20260110085959' }, EVN: { 2: '20260112090000', 6: '20260112090000' } }, true],
    ['A03', { PV1: { 45: '20260110090000' }, EVN: { 2: '20260112090000', 6: '20260101' } }, false],
    ['A01', { EVN: { 2: '20260112090000', 6: '20260110085959' } }, true],
    ['A01', { EVN: { 2: '20260112090000', 6: '20260110090000' } }, false],
    ['A01', { ...recorded, ZBE: { 2: '20260101' } }, true],
    ['A01', { ...recorded, ZBE: { 2: '20260112' }, PV1: { 44: '20260101' } }, false],
    ['A13', { ...recorded, ZBE: { 2: '20260101', 4: 'CANCEL' } }, false],
    ['A16', { EVN: { 2: '20260112090000', 3: '20260115', 6: '' }, ZBE: { 2: '20260101' } }, false],
  ] as [string, Fields, boolean][])('%s %j is %s', (trigger, over, retroactive) => {
    expect(say(trigger, over) === 'muted retroactive').toBe(retroactive);
  });
});

describe('blocked', () => {
  test.each([
    ['A01', { PD1: { 12: 'Y' } }, 'protected-patient'],
    ['A01', { PV2: { 22: 'Y' } }, 'protected-visit'],
    ['A01', { PV1: { 16: 'Y' } }, 'vip'],
    ['A01', { PID: { 32: 'CACH' } }, 'anonymous'],
    ['A01', { ZFS: { 1: '1' } }, 'psychiatric-care'],
    ['A40', { ZBE: null, PV1: { 16: 'Y' } }, 'vip'],
    ['A01', { PV1: { 2: 'O', 16: 'Y' } }, 'vip'],
    ['A01', { ZBE: { 4: 'X' }, PV1: { 16: 'Y' } }, 'vip'],
    ['A01', { ZBE: { 7: 'X^^^^^^UF^^^6277' } }, 'blocked-unit'],
    ['A01', { ZBE: { 8: 'X^^^^^^UF^^^6277' } }, 'blocked-unit'],
    ['A03', { PV1: { 3: '6277^1' } }, 'blocked-unit'],
  ] as [string, Fields, string][])('%s %j: %s', (trigger, over, reason) => {
    expect(say(trigger, over)).toBe(`blocked ${reason}`);
  });
});

describe('quarantined', () => {
  test.each([
    ['A40', { ZBE: null }, 'merge-needs-human'],
    ['A44', { ZBE: null }, 'merge-needs-human'],
    ['A01', { PV1: { 19: '' }, PID: { 18: '' } }, 'missing-visit'],
    ['A16', {}, 'missing-date'],
    ['A01', { PV1: { 2: '' } }, 'undecidable'],
    ['A01', { PID: { 32: 'VALI~USUR' } }, 'undecidable'],
    ['A03', { PID: { 32: 'COLV' } }, 'undecidable'],
  ] as [string, Fields, string][])('%s %j: %s', (trigger, over, reason) => {
    expect(say(trigger, over)).toBe(`quarantined ${reason}`);
  });

  test('a consultation without a visit number needs no human', () => {
    expect(say('A01', { PV1: { 2: 'O', 19: '' }, PID: { 18: '' } })).toBe('muted outpatient');
  });
});

describe('units', () => {
  const uf = (code: string): Fields => ({ ZBE: { 7: `Libellé^^^^^^UF^^^${code}` }, PV1: { 3: code } });
  test('label, no label, block', () => {
    expect(say('A01', uf('2210'))).toBe('posted announced');
    expect(sayableUnit(intent('A01', uf('2210')), PRODUCTION)).toBe('Libellé');
    expect(say('A01', uf('2220'))).toBe('posted announced');
    expect(sayableUnit(intent('A01', uf('2220')), PRODUCTION)).toBeUndefined();
    expect(say('A01', uf('6277'))).toBe('blocked blocked-unit');
  });

  test('an unknown unit is held, or said without its label', () => {
    const open = { ...PRODUCTION, unknownUnit: 'event' as const };
    expect(say('A01', uf('9999'))).toBe('quarantined unknown-unit');
    expect(say('A01', uf('9999'), open)).toBe('posted announced');
    expect(sayableUnit(intent('A01', uf('9999')), open)).toBeUndefined();
  });

  test('no unit at all: held where the patient comes, not where they leave', () => {
    const none: Fields = { ZBE: { 7: '' }, PV1: { 3: '' } };
    expect(say('A01', none)).toBe('quarantined unknown-unit');
    expect(say('A03', none)).toBe('posted announced');
  });

  test('without a table: the event, never the label', () => {
    expect(say('A01', uf('9999'), NO_TABLE)).toBe('posted announced');
    expect(sayableUnit(intent('A01'), NO_TABLE)).toBeUndefined();
  });
});

describe('strongest', () => {
  test('blocked, quarantined, posted, muted; the first of equals', () => {
    const all = [
      { outcome: 'muted', reason: 'identity-only' },
      { outcome: 'posted', reason: 'announced' },
      { outcome: 'quarantined', reason: 'unknown-unit' },
      { outcome: 'blocked', reason: 'vip' },
      { outcome: 'blocked', reason: 'anonymous' },
    ] as const;
    expect(strongest(all)).toEqual(all[3]);
    expect(strongest(all.slice(0, 3))).toEqual(all[2]);
    expect(strongest(all.slice(0, 2))).toEqual(all[1]);
    expect(strongest(all.slice(0, 1))).toEqual(all[0]);
    expect(strongest([])).toBeUndefined();
  });

  test('an A08 that moves the expected discharge is posted', () => {
    const both = intents('A08', { PV2: { 9: '20260115' } }).map((one) => verdict(one, PRODUCTION));
    expect(strongest(both)).toEqual({ outcome: 'posted', reason: 'planned' });
  });
});
