/** What French editors really write, beside what PAM.fr asks for: one invented case per habit. */
import { describe, expect, test } from 'vitest';
import { readHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';
import { type SourcePolicy, strongest, verdict } from '../../../care/stay/verdict.ts';
import { adt, bytes, intent, reading, type Fields } from './fixtures.ts';

const POLICY: SourcePolicy = {
  units: undefined,
  unknownUnit: 'event',
  acceptTraining: true,
  acceptFictional: false,
  production: false,
};

function said(text: string): string {
  const read = readHl7v2(bytes(text));
  if (!read.readable) return `${read.verdict} ${read.reason} ${read.place ?? ''}`;
  const judged = strongest(read.intents.map((one) => verdict(one, POLICY)));
  return `${read.intents.map((one) => one.type).join('+')} ${judged?.outcome ?? ''} ${judged?.reason ?? ''}`;
}

const at = (instant: string): number => Date.parse(instant);

describe('dates', () => {
  test('EVN-3 that copies EVN-2 (all triggers of one editor) gives way to PV2-9 and PV2-8', () => {
    const copied = { EVN: { 2: '20260112090000', 3: '20260112090000' } };
    const planned = intent('A16', { ...copied, PV2: { 9: '20260115110000' } });
    expect(planned.expectedDischarge).toEqual({ set: { at: at('2026-01-15T10:00:00Z'), precision: 'minute' } });
    const admission = intent('A05', { ...copied, PV2: { 8: '20260120080000' } });
    expect(admission.expectedAdmission).toEqual({ at: at('2026-01-20T07:00:00Z'), precision: 'minute' });
  });

  test('EVN-3 of A16 at the instant of typing, and nothing else, is a discharge now', () => {
    const now = intent('A16', { EVN: { 2: '20260112090000', 3: '20260112090000' } });
    expect(now.expectedDischarge).toEqual({ set: { at: at('2026-01-12T08:00:00Z'), precision: 'minute' } });
  });

  test.each([
    ['20260115', 'day'],
    ['20260115000000', 'day'],
    ['202601152359', 'day'],
    ['20260115235959', 'day'],
    ['20260115000000+0100', 'day'],
    ['2026011510', 'minute'],
    ['202601151000+01', 'minute'],
    ['20260115100000.000000+01:00', 'minute'],
    ['20260115100000.', 'minute'],
  ])('PV2-9 %s has the precision of a %s', (text, precision) => {
    const { expectedDischarge } = intent('A02', { PV2: { 9: text } });
    const day = at(precision === 'day' ? '2026-01-14T23:00:00Z' : '2026-01-15T09:00:00Z');
    expect(expectedDischarge).toEqual({ set: { at: day, precision } });
  });
});

describe('separators', () => {
  const whole = 'admitted posted announced';
  test('the characters \\r or \\n instead of a carriage return, and nothing is lost at the end of a segment', () => {
    for (const mark of ['\\r', '\\n', '\\r\\n']) {
      expect(said(adt('A01').replaceAll('\r', mark))).toBe(whole);
      expect(said(adt('A01', { PID: { 32: 'CACH' } }).replaceAll('\r', mark))).toBe('admitted blocked anonymous');
    }
  });

  test('an escape mark that was escaped in MSH-2', () => {
    const text = adt('A01', { PID: { 3: '00700123^^^CH_VAL&1.2.250.1.999.1&ISO^PI' } });
    expect(said(text.replace('|^~\\&|', '|^~\\\\&|'))).toBe(whole);
    expect(readHl7v2(bytes(text.replace('|^~\\&|', '|^~\\\\&|')))).toMatchObject({ warnings: [] });
  });

  test('glued segments, no carriage return at the end, a byte order mark, MLLP around it', () => {
    expect(said(adt('A01').replace('\rPV1', 'PV1').replace('\rZBE', 'ZBE').trimEnd())).toBe(whole);
    expect(said(`\uFEFF\u000b${adt('A01')}\u001c\r`)).toBe(whole);
  });
});

describe('what is missing', () => {
  const cut = (trigger: string, over: Fields, end: string): string => {
    const text = adt(trigger, over);
    return text.slice(0, text.indexOf(end));
  };
  test.each([
    ['A03', 'PV1|', 'quarantined unreadable PV1'],
    ['A01', '|INSERT', 'quarantined bad-movement ZBE-4'],
    ['A01', '2210^12', 'quarantined unreadable PV1'],
  ])('%s cut before %s', (trigger, end, expected) => {
    const text = cut(trigger, {}, end);
    expect(said(end === '2210^12' ? text.slice(0, text.lastIndexOf('\r') + 1) : text)).toBe(expected);
  });

  test('an identity message needs no PV1', () => {
    expect(said(adt('A31', { PV1: null, ZBE: null }))).toBe('identity-updated muted identity-only');
  });
});

describe('protection in other words', () => {
  test.each(['Y', 'y', 'O', 'OUI', 'yes'])('%s', (word) => {
    expect(intent('A01', { PD1: { 12: word } }).protections).toEqual(['protected-patient']);
    expect(intent('A01', { PV1: { 16: word } }).protections).toEqual(['vip']);
    expect(intent('A01', { PV2: { 22: word } }).protections).toEqual(['protected-visit']);
  });

  test('an empty psychiatric segment forbids nothing, a filled one everything', () => {
    expect(intent('A01', { ZFS: { 1: '', 2: '' } }).protections).toEqual([]);
    expect(intent('A01', { ZFS: { 1: '1', 2: '99^CH_VAL', 6: 'SDREP', 7: '3' } }).protections).toEqual([
      'psychiatric-care',
    ]);
  });
});

describe('people', () => {
  test('a new-born is themself: the mother’s number (PID-21) is not looked at', () => {
    const read = intent('A01', {
      PID: { 3: 'BB900^^^CH_VAL^PI', 5: 'FICTIVE^^^^^^L', 7: '20260112052000', 21: '00700123^^^CH_VAL^PI', 24: 'N' },
      PV1: { 4: 'N' },
    });
    expect(read.patient).toMatchObject({ ipp: 'BB900', birthDate: '2026-01-12' });
    expect(JSON.stringify(read)).not.toContain('00700123');
  });

  test('contact persons and the reason of admission are nowhere', () => {
    const read = reading('A01', {
      NK1: { 1: '1', 2: 'DUCONTACT^Odile' },
      PV2: { 3: 'CODE^FRACTURE' },
      PID: { 19: '2610' },
    });
    expect(JSON.stringify(read)).not.toMatch(/DUCONTACT|FRACTURE|2610/);
  });

  test('a fictional identity is silent wherever it is not expected', () => {
    expect(said(adt('A01', { PID: { 32: 'PROV~FICT' } }))).toBe('admitted muted fictional-identity');
  });
});

describe('movements', () => {
  test.each([
    ['A26', { ZBE: { 4: 'CANCEL', 6: 'A15' } }, 'movement-cancelled muted recorded'],
    ['A07', { ZBE: { 4: 'CANCEL', 6: 'A06' }, PV1: { 2: 'E' } }, 'movement-cancelled posted retracted'],
    ['A22', {}, 'returned posted announced'],
    ['A52', { ZBE: { 4: 'CANCEL', 6: 'A21' } }, 'movement-cancelled posted retracted'],
    ['A53', { ZBE: { 4: 'CANCEL', 6: 'A22' } }, 'movement-cancelled posted retracted'],
    ['A03', { PV1: { 36: 'PSA', 2: 'E' } }, 'left-without-being-seen posted announced'],
    ['A03', { PV1: { 36: 'F' } }, 'discharged posted announced'],
    ['A03', { ZFM: { 2: '9' } }, 'died posted announced'],
    ['A02', { ZBE: { 9: 'HM' } }, 'transferred posted announced'],
    ['A02', { ZBE: { 9: 'MC' } }, 'transferred posted announced'],
    ['A02', { ZBE: { 9: 'H' } }, 'bed-moved muted bed-move'],
    ['A02', { ZBE: { 9: 'LD' } }, 'bed-moved muted bed-move'],
    ['A04', { PV1: { 2: 'V' } }, 'admitted muted class-not-applicable'],
    ['A44', { ZBE: null }, 'stay-moved quarantined merge-needs-human'],
    ['A49', { ZBE: null }, 'stay-moved quarantined merge-needs-human'],
  ] as [string, Fields, string][])('%s %j: %s', (trigger, over, expected) => {
    expect(said(adt(trigger, over))).toBe(expected);
  });
});
