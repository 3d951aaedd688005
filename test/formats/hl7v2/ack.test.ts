/** Acknowledgements in original mode (FACTS §1.10). */
import { describe, expect, test } from 'vitest';
import { acknowledgement, acknowledgementCode, acknowledgementError } from '../../../bridge/formats/hl7v2/ack.ts';
import { readHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';
import { adt, bytes, latin1, type Fields } from './fixtures.ts';

const AT = Date.UTC(2026, 0, 12, 8, 0, 6);

function answer(over: Fields = {}, trigger = 'A01'): string[] {
  const received = bytes(adt(trigger, over));
  const read = readHl7v2(received);
  const error = acknowledgementError(read);
  const text = acknowledgement({
    received,
    code: acknowledgementCode(read),
    at: AT,
    id: 'R1',
    ...(error === undefined ? {} : { error }),
  });
  return text.split('\r');
}

test('AA: swapped, numbered, French, in local time with its offset', () => {
  expect(answer()).toEqual([
    'MSH|^~\\&|RELAIS|CPTS|SIH|CH_VAL|20260112090006+0100||ACK^A01^ACK|R1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8',
    'MSA|AA|C0001',
    '',
  ]);
});

test('both autumn hours, and summer', () => {
  const time = (at: number): string | undefined =>
    acknowledgement({ received: undefined, code: 'AA', at, id: 'R1' }).split('|')[6];
  expect(time(Date.UTC(2026, 9, 25, 0, 30))).toBe('20261025023000+0200');
  expect(time(Date.UTC(2026, 9, 25, 1, 30))).toBe('20261025023000+0100');
  expect(time(Date.UTC(2026, 6, 1, 22, 0))).toBe('20260702000000+0200');
});

describe('AE and AR', () => {
  test.each([
    [{ PID: { 3: '' } }, 'A01', 'AE', 'PID^1^3', '101^Required field missing^HL70357'],
    [{ ZBE: { 4: 'X' } }, 'A01', 'AE', 'ZBE^1^4', '103^Table value not found^HL70357'],
    [{ EVN: { 2: '201' } }, 'A01', 'AE', 'EVN^1^2', '102^Data type error^HL70357'],
    [{ MSH: { 9: 'SIU^S12' } }, 'A01', 'AR', 'MSH^1^9', '200^Unsupported message type^HL70357'],
    [{ MSH: { 12: '3' } }, 'A01', 'AR', 'MSH^1^12', '203^Unsupported version id^HL70357'],
  ] as [Fields, string, string, string, string][])('%j', (over, trigger, code, place, error) => {
    const [, msa, err] = answer(over, trigger);
    expect(msa).toBe(`MSA|${code}|C0001`);
    expect(err?.split('|').slice(0, 5)).toEqual(['ERR', '', place, error, 'E']);
    expect(err?.split('|')[8]).toBeTruthy();
  });

  test('nothing usable was received', () => {
    for (const received of [undefined, bytes(''), bytes('bonjour')]) {
      const lines = acknowledgement({ received, code: 'AR', at: AT, id: 'R1' }).split('\r');
      expect(lines[0]).toBe('MSH|^~\\&|||||20260112090006+0100||ACK|R1|P|2.5^FRA^2.11|||||FRA');
      expect(lines[1]).toBe('MSA|AR');
    }
  });
});

describe('what comes back of what was received', () => {
  test('whatever the delimiters, standard ones go out, and what looks like one is escaped', () => {
    const received = bytes('MSH#*!%$#S|H#CH*1.2.3*ISO#RELAIS#CPTS#20260116##ADT*A01#N^7#P#2.5\rPID#1##7***CH*PI');
    const [msh, msa] = acknowledgement({ received, code: 'AA', at: AT, id: 'R1' }).split('\r');
    expect(msh).toContain('|RELAIS|CPTS|S\\F\\H|CH^1.2.3^ISO|');
    expect(msa).toBe('MSA|AA|N\\S\\7');
  });

  test('never a field of the patient, never a control character, ASCII whatever MSH-18 says', () => {
    for (const over of [{}, { PID: { 3: '' } }, { ZBE: { 4: 'LUCIE' } }, { EVN: { 2: 'FICTIVE' } }] as Fields[]) {
      const text = answer(over).join('\r');
      for (const secret of [
        'FICTIVE',
        'INVENTEE',
        'Lucie',
        'LUCIE',
        '00700123',
        '19610704',
        'VEN7001',
        'NDA7001',
        'Pneumologie',
      ]) {
        expect(text).not.toContain(secret);
      }
    }
    const received = latin1(adt('A01', { MSH: { 3: 'H\u00d4PITAL\u0007', 18: '8859/1' } }));
    const text = acknowledgement({ received, code: 'AA', at: AT, id: 'R1' });
    expect(text).toMatch(/^[\x20-\x7e\r]*$/);
    expect(text).toContain('|8859/1\r');
  });
});
