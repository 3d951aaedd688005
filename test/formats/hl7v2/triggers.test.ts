/** Every trigger of PAM.fr with its cancel (FACTS §1.2), and the contradictions between trigger and ZBE-4. */
import { describe, expect, test } from 'vitest';
import { readHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';
import { adt, bytes, intent, intents, reading, warningsOf, type Fields } from './fixtures.ts';

const cancel = (original?: string): Fields => ({ ZBE: { 4: 'CANCEL', ...(original ? { 6: original } : {}) } });

describe('inserts', () => {
  test.each([
    ['A01', {}, 'admitted'],
    ['A01', { PV1: { 2: 'E' } }, 'emergency-arrived'],
    ['A02', {}, 'transferred'],
    ['A02', { ZBE: { 9: 'L' } }, 'bed-moved'],
    ['A03', {}, 'discharged'],
    ['A03', { PV1: { 41: 'D' } }, 'died'],
    ['A03', { ZFM: { 1: '8', 2: '9' } }, 'died'],
    ['A03', { PID: { 30: 'Y' } }, 'died'],
    ['A03', { PV1: { 36: 'PSA' } }, 'left-without-being-seen'],
    ['A03', { PV1: { 36: 'PSA', 41: 'D' } }, 'died'],
    ['A04', { PV1: { 2: 'E' } }, 'emergency-arrived'],
    ['A04', { PV1: { 2: 'O' } }, 'admitted'],
    ['A05', {}, 'preadmitted'],
    ['A06', {}, 'class-changed'],
    ['A07', { PV1: { 2: 'O' } }, 'class-changed'],
    ['A14', {}, 'preadmitted'],
    ['A15', {}, 'movement-updated'],
    ['A16', {}, 'discharge-planned'],
    ['A21', {}, 'on-leave'],
    ['A22', {}, 'returned'],
    ['A54', {}, 'doctors-changed'],
  ] as [string, Fields, string][])('%s %j is %s', (trigger, over, type) => {
    const read = intent(trigger, over);
    expect(read.type).toBe(type);
    expect(read.trigger).toBe(trigger);
    expect(warningsOf(trigger, over)).toEqual([]);
  });
});

describe('cancels', () => {
  test.each([
    ['A11', cancel('A01'), 'admitted'],
    ['A11', cancel(), 'admitted'],
    ['A11', { ...cancel(), PV1: { 2: 'E' } }, 'emergency-arrived'],
    ['A11', { ...cancel('A04'), PV1: { 2: 'E' } }, 'emergency-arrived'],
    ['A12', cancel('A02'), 'transferred'],
    ['A12', { ZBE: { 4: 'CANCEL', 6: 'A02', 9: 'L' } }, 'bed-moved'],
    ['A13', cancel('A03'), 'discharged'],
    ['A25', cancel('A16'), 'discharge-planned'],
    ['A27', cancel('A14'), 'preadmitted'],
    ['A38', cancel('A05'), 'preadmitted'],
    ['A52', cancel('A21'), 'on-leave'],
    ['A53', cancel('A22'), 'returned'],
    ['A55', cancel('A54'), 'doctors-changed'],
    ['A07', { ...cancel('A06'), PV1: { 2: 'E' } }, 'class-changed'],
    ['A06', cancel('A07'), 'class-changed'],
  ] as [string, Fields, string][])('%s %j takes back %s', (trigger, over, cancels) => {
    const read = intent(trigger, over);
    expect(read).toMatchObject({
      type: 'movement-cancelled',
      cancels,
      movement: { id: 'MV1^CH_VAL', action: 'cancel' },
    });
    expect(warningsOf(trigger, over)).toEqual([]);
  });

  test('A06 and A07 are cancelled by each other, with the id of the first', () => {
    expect(intent('A07', cancel()).movement).toMatchObject({ id: 'MV1^CH_VAL', originalTrigger: 'A06' });
    expect(intent('A06', cancel()).movement.originalTrigger).toBe('A07');
  });

  test('without any ZBE the trigger alone says it', () => {
    expect(intent('A13', { ZBE: null })).toMatchObject({ type: 'movement-cancelled', cancels: 'discharged' });
    expect(intent('A13', { ZBE: null }).movement).toMatchObject({ id: undefined, action: 'cancel' });
  });

  test('A13 uses structure ADT_A01, and a PV1-41 that still says D is no death', () => {
    expect(adt('A13')).toContain('ADT^A13^ADT_A01');
    expect(intent('A13', { ...cancel('A03'), PV1: { 41: 'D' } }).died).toBe(false);
  });

  test('A25 does not plan again the date that it takes back, unless it erases one', () => {
    expect(intent('A25', { ...cancel('A16'), PV2: { 9: '20260115110000' } }).expectedDischarge).toBeUndefined();
    expect(intent('A25', { ...cancel('A16'), PV2: { 9: '""' } }).expectedDischarge).toBe('erased');
  });

  test('a ZBE-6 that the trigger cannot cancel is not believed', () => {
    expect(intent('A13', cancel('A01')).cancels).toBe('discharged');
    expect(warningsOf('A13', cancel('A01'))).toHaveLength(1);
  });
});

describe('updates', () => {
  test('Z99 keeps what it updates in ZBE-6', () => {
    const read = intent('Z99', { ZBE: { 4: 'UPDATE', 6: 'A16' }, EVN: { 3: '20260116140000' } });
    expect(read).toMatchObject({ type: 'movement-updated', movement: { action: 'update', originalTrigger: 'A16' } });
    expect(read.expectedDischarge).toEqual({ set: { at: Date.UTC(2026, 0, 16, 13, 0), precision: 'minute' } });
  });

  test('UPDATE with another trigger than Z99 keeps what the trigger says: whether it is news depends on what is known', () => {
    expect(intent('A03', { ZBE: { 4: 'UPDATE' } })).toMatchObject({
      type: 'movement-updated',
      updates: 'discharged',
      movement: { action: 'update', originalTrigger: 'A03' },
    });
  });

  test('A08 is an A31 and a Z99 without a movement; the planned date is in the second only', () => {
    const [identity, visit, ...others] = intents('A08', { ZBE: { 4: 'UPDATE' }, PV2: { 9: '20260115' } });
    expect(others).toEqual([]);
    expect(identity).toMatchObject({ type: 'identity-updated', expectedDischarge: undefined });
    expect(visit).toMatchObject({ type: 'movement-updated', movement: { id: undefined, action: 'update' } });
    expect(visit?.expectedDischarge).toMatchObject({ set: { precision: 'day' } });
    expect(intents('A08', { PV1: { 19: '' }, PID: { 18: '' } })).toHaveLength(1);
  });
});

describe('identities', () => {
  const none: Fields = { ZBE: null, PV1: { 2: 'N', 3: '', 19: '' } };
  test.each([
    ['A28', 'identity-created'],
    ['A31', 'identity-updated'],
    ['A40', 'patients-merged'],
    ['A44', 'stay-moved'],
    ['A49', 'stay-moved'],
  ])('%s is %s', (trigger, type) => {
    expect(intent(trigger, none).type).toBe(type);
  });

  test('A40 says who is merged, A44 which stay moves', () => {
    expect(intent('A40', { ...none, MRG: { 1: '00700999^^^CH_VAL^PI' } }).from).toEqual({
      ipp: '00700999',
      visit: undefined,
    });
    expect(intent('A44', { ...none, MRG: { 1: '00700999^^^CH_VAL^PI', 3: 'NDA42^^^CH_VAL^AN' } }).from).toEqual({
      ipp: '00700999',
      visit: 'NDA42',
    });
  });

  test('A40 of several patients: each with its own MRG', () => {
    const twice = 'PID|1||B1^^^CH_VAL^PI||DEUX^Bob^^^^^L\rMRG|B2^^^CH_VAL^PI\r';
    const read = readHl7v2(bytes(`${adt('A40', { ...none, PV1: null, MRG: { 1: '00700999^^^CH_VAL^PI' } })}${twice}`));
    expect(read.readable && read.intents.map((one) => [one.patient.ipp, one.from?.ipp])).toEqual([
      ['00700123', '00700999'],
      ['B1', 'B2'],
    ]);
  });
});

describe('what cannot be believed goes to a human', () => {
  test.each([
    ['A11', { ZBE: { 4: 'INSERT' } }, 'bad-movement', 'ZBE-4'],
    ['A01', { ZBE: { 4: 'CANCEL' } }, 'bad-movement', 'ZBE-4'],
    ['Z99', { ZBE: { 4: 'CANCEL' } }, 'bad-movement', 'ZBE-4'],
    ['A01', { ZBE: { 4: 'I' } }, 'bad-movement', 'ZBE-4'],
    ['A01', { ZBE: { 4: '' } }, 'bad-movement', 'ZBE-4'],
    ['A01', { ZBE: { 1: '' } }, 'bad-movement', 'ZBE-1'],
    ['A01', { ZBE: { 1: 'A01' } }, 'bad-movement', 'ZBE-1'],
    ['A01', { EVN: { 2: '20261332' } }, 'bad-date', 'EVN-2'],
    ['A16', { EVN: { 3: '201' } }, 'bad-date', 'EVN-3'],
    ['A01', { PID: { 3: '' } }, 'missing-identity', 'PID-3'],
    ['A01', { PID: null }, 'missing-identity', 'PID-3'],
    ['A31', { PID: { 3: '00700123^^^CH_VAL^NH' } }, 'missing-identity', 'PID-3'],
  ] as [string, Fields, string, string][])('%s %j: %s in %s', (trigger, over, reason, place) => {
    expect(reading(trigger, over)).toMatchObject({
      readable: false,
      verdict: 'quarantined',
      reason,
      place,
      key: 'C0001@20260112090005',
    });
  });

  test('a merge without measure', () => {
    const many = 'PID|1||B1^^^CH_VAL^PI\rMRG|B2^^^CH_VAL^PI\r'.repeat(60);
    const read = readHl7v2(bytes(`${adt('A40', { ZBE: null, PV1: null })}${many}`));
    expect(read).toMatchObject({ readable: false, reason: 'unreadable', place: 'PID' });
  });

  test('two patients in one admission: an MSH was lost between them', () => {
    const read = readHl7v2(bytes(adt('A01') + adt('A01').split('\r').slice(1).join('\r')));
    expect(read).toMatchObject({ readable: false, verdict: 'quarantined', reason: 'unreadable', place: 'PID' });
  });
});

describe('messages of other sorts', () => {
  test('a trigger outside the profile is readable and unknown', () => {
    expect(intent('A60').type).toBe('unknown');
    expect(intent('A60', { PID: null }).type).toBe('unknown');
  });

  test('an acknowledgement gives no intent', () => {
    expect(readHl7v2(bytes('MSH|^~\\&|A|B|C|D|20260112||ACK^A01^ACK|9|P|2.5\rMSA|AA|C0001\r'))).toMatchObject({
      readable: true,
      intents: [],
    });
  });

  test('documents are received, with or without an IPP', () => {
    for (const type of ['MDM^T02^MDM_T02', 'ORU^R01^ORU_R01']) {
      const read = intent('A01', { MSH: { 9: type, 12: '2.6' }, PID: { 3: '' }, ZBE: null });
      expect(read).toMatchObject({ type: 'document-received', visit: 'VEN7001' });
    }
  });

  test.each([
    [{ 9: 'SIU^S12^SIU_S12' }, 'unsupported-type', 'MSH-9'],
    [{ 9: 'ADT' }, 'unsupported-type', 'MSH-9'],
    [{ 9: '' }, 'unsupported-type', 'MSH-9'],
    [{ 12: '3.0' }, 'unsupported-version', 'MSH-12'],
    [{ 12: '2.2' }, 'unsupported-version', 'MSH-12'],
    [{ 10: '' }, 'not-hl7', 'MSH-10'],
  ] as [Record<number, string>, string, string][])('%j is rejected: %s', (msh, reason, place) => {
    expect(reading('A01', { MSH: msh })).toMatchObject({ readable: false, verdict: 'rejected', reason, place });
  });

  test('what is not HL7 at all', () => {
    for (const text of ['', 'hello', '{"key":1}', adt('A01').slice(20), '<?xml version="1.0"?><ADT_A01/>']) {
      expect(readHl7v2(bytes(text))).toMatchObject({
        readable: false,
        verdict: 'rejected',
        reason: 'not-hl7',
        place: 'MSH',
      });
    }
  });
});

describe('MSH-9 and EVN-1 as they come', () => {
  test('a wrong or absent MSH-9.3 is a warning', () => {
    expect(warningsOf('A25', { ...cancel('A16'), MSH: { 9: 'ADT^A25^ADT_A25' } })).toEqual([
      'MSH-9.3 should be ADT_A21 for A25: MSH-9.2 was followed',
    ]);
    expect(warningsOf('A01', { MSH: { 9: 'ADT^A01' } })).toHaveLength(1);
  });

  test('EVN-1 is ignored, except when MSH-9 has no trigger', () => {
    expect(intent('A01', { EVN: { 1: 'A03' } }).type).toBe('admitted');
    expect(intent('A01', { MSH: { 9: 'ADT' }, EVN: { 1: 'A03' } }).type).toBe('discharged');
  });
});
