/** Who asks for which acknowledgement (HL7 2.5 §2.9.2 and §2.9.3, table 0155). */
import { describe, expect, test } from 'vitest';
import { ackCodes, ackMode } from '../../../bridge/formats/hl7v2/ack-mode.ts';
import { adt, bytes } from './fixtures.ts';

const mode = (commit: string, application: string): ReturnType<typeof ackMode> =>
  ackMode(bytes(adt('A01', { MSH: { 15: commit, 16: application } })));
const codes = (commit: string, application: string, code: 'AA' | 'AE' | 'AR'): string =>
  ackCodes(mode(commit, application), code).join(' ');

describe('acknowledgement mode', () => {
  test('both fields empty or null: original mode', () => {
    expect(mode('', '')).toEqual({ mode: 'original' });
    expect(mode('""', '')).toEqual({ mode: 'original' });
    expect((['AA', 'AE', 'AR'] as const).map((code) => codes('', '', code))).toEqual(['AA', 'AE', 'AR']);
  });

  test.each([
    // MSH-15, MSH-16: readable · kept for a human · not usable
    ['AL', 'AL', 'CA AA', 'CA AE', 'CR'],
    ['AL', 'NE', 'CA', 'CA', 'CR'],
    ['AL', '', 'CA', 'CA', 'CR'],
    ['NE', 'AL', 'AA', 'AE', 'AR'],
    ['', 'AL', 'AA', 'AE', 'AR'],
    ['NE', 'NE', '', '', ''],
    ['ER', 'ER', '', 'AE', 'CR'],
    ['SU', 'SU', 'CA AA', 'CA', ''],
    ['al', 'er', 'CA', 'CA AE', 'CR'],
    ['YES', '', 'CA', 'CA', 'CR'],
  ])('MSH-15 %s, MSH-16 %s', (commit, application, readable, held, refused) => {
    expect([
      codes(commit, application, 'AA'),
      codes(commit, application, 'AE'),
      codes(commit, application, 'AR'),
    ]).toEqual([readable, held, refused]);
  });

  test('an acknowledgement is not acknowledged, in any mode', () => {
    const ack = 'MSH|^~\\&|A|B|C|D|20260112090005||ACK^A01^ACK|1|P|2.5|||AL|AL\rMSA|AA|C0001\r';
    expect(ackCodes(ackMode(bytes(ack)), 'AA')).toEqual([]);
  });

  test('other delimiters, framing and blank lines before MSH', () => {
    expect(ackMode(bytes('\x0b\r\nMSH#^~\\&#A#B#C#D#2026##ADT^A01#1#P#2.5###AL#NE\rPID#1\r'))).toEqual({
      mode: 'enhanced',
      commit: 'AL',
      application: 'NE',
    });
    expect(ackMode(bytes('nothing of HL7'))).toEqual({ mode: 'original' });
  });
});
