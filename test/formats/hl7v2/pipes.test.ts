/** Never throws, never loses a segment, gives back what it was given. */
import { describe, expect, test } from 'vitest';
import { escape, STANDARD, unescape } from '../../../bridge/formats/hl7v2/escapes.ts';
import {
  erased,
  first,
  parseMessage,
  part,
  repetitions,
  segment,
  splitMessages,
  writeSegment,
  type Message,
} from '../../../bridge/formats/hl7v2/pipes.ts';
import { splitHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';
import { adt, bytes, randomly } from './fixtures.ts';

const names = (message: Message): string[] => message.segments.map((one) => one.name);
const written = (message: Message): string => message.segments.map((one) => `${writeSegment(one)}\r`).join('');
const ADT = ['MSH', 'EVN', 'PID', 'PV1', 'ZBE'];

describe('segments', () => {
  test.each([
    ['CR', '\r'],
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['blank lines', '\r\n\r\n \r'],
  ])('%s separates', (_, separator) => {
    expect(names(parseMessage(adt('A01').replaceAll('\r', separator)))).toEqual(ADT);
  });

  test('a byte order mark and MLLP bytes are no part of a message', () => {
    const message = parseMessage(`\u000b\uFEFF${adt('A01')}\u001c\r`);
    expect(names(message)).toEqual(ADT);
    expect(message.warnings).toEqual([]);
  });

  test('a line feed in a text field continues the field', () => {
    const message = parseMessage('MSH|^~\\&|A\rNTE|1||first line\nsecond line\rPV1|1');
    expect(first(segment(message, 'NTE'), 3)).toBe('first line\nsecond line');
    expect(message.warnings).toHaveLength(1);
  });

  test('a cut tail is kept: half a segment, half a name', () => {
    expect(names(parseMessage('MSH|^~\\&|A\rPID|1||0070'))).toEqual(['MSH', 'PID']);
    expect(names(parseMessage('MSH|^~\\&|A\rPID|1||0070\rPV'))).toEqual(['MSH', 'PID', 'PV']);
  });

  test('nothing, blanks and garbage give no MSH, and no exception', () => {
    for (const text of ['', '   ', '\r\r', 'MSH', 'MSHABC', 'bonjour\rà tous', '{"a":1}']) {
      expect(names(parseMessage(text))).not.toContain('PID');
    }
  });
});

describe('glued segments', () => {
  test('a segment that follows without its separator is found', () => {
    const message = parseMessage(adt('A01').replace('PROV\rPV1', 'PROVPV1').replace('VN\rZBE', 'VNZBE'));
    expect(names(message)).toEqual(ADT);
    expect(first(segment(message, 'PID'), 32)).toBe('PROV');
    expect(message.warnings).toHaveLength(2);
  });

  test('a whole message on one line', () => {
    expect(names(parseMessage(adt('A01').replaceAll('\r', '')))).toEqual(ADT);
  });

  test('prudent: a word that ends in PID, or an id that the message has, is text', () => {
    const comment = adt('A01', { NTE: { 3: 'bilan LIPID|1|PV1|1|I|' } });
    expect(names(parseMessage(comment))).toEqual([...ADT, 'NTE']);
    const noPid = adt('A01', { PID: null, NTE: { 3: 'bilan LIPID|normal' } });
    expect(names(parseMessage(noPid))).toEqual(['MSH', 'EVN', 'PV1', 'ZBE', 'NTE']);
  });
});

describe('fields', () => {
  test('custom delimiters', () => {
    const message = parseMessage('MSH#*!%$#SIH\rPID#1##A*B$C!D**E%S%F');
    const [one, two] = repetitions(segment(message, 'PID'), 3);
    expect([part(one, 1), part(one, 2), part(one, 2, 2), part(two, 3)]).toEqual(['A', 'B', 'C', 'E*F']);
  });

  test('MSH is counted as HL7 counts it', () => {
    const message = parseMessage(adt('A01'));
    expect(first(segment(message, 'MSH'), 10)).toBe('C0001');
    expect(first(segment(message, 'MSH'), 2)).toBe('^~\\&');
  });

  test('an MSH-2 that is too short is completed, with a warning', () => {
    const message = parseMessage('MSH|^|SIH\rPID|1||A~B');
    expect(repetitions(segment(message, 'PID'), 3)).toHaveLength(2);
    expect(message.warnings).toHaveLength(1);
  });

  test('null is not empty', () => {
    const pid = segment(parseMessage('MSH|^~\\&|A\rPID|1||""^^X||""|'), 'PID');
    expect(erased(repetitions(pid, 5)[0])).toBe(true);
    expect(first(pid, 5)).toBeUndefined();
    expect(erased(repetitions(pid, 6)[0])).toBe(false);
    expect(erased(repetitions(pid, 3)[0])).toBe(true);
    expect(first(pid, 3, 3)).toBe('X');
  });
});

describe('escapes', () => {
  test.each([
    ['a\\F\\b\\S\\c\\R\\d\\T\\e\\E\\f', 'a|b^c~d&e\\f'],
    ['un\\.br\\deux', 'un\ndeux'],
    ['\\X0D0A\\', '\r\n'],
    ['\\XC3A9\\', 'é'],
    ['\\XE9\\', 'é'],
    ['\\H\\gras\\N\\', 'gras'],
    ['MEDICAL \\\\ SURGICAL', 'MEDICAL \\ SURGICAL'],
    ['C:\\Users\\x', 'C:\\Users\\x'],
    ['seul \\ ici', 'seul \\ ici'],
    ['\\Z1\\F\\', '\\Z1|'],
  ])('%s', (sent, meant) => {
    expect(unescape(sent, STANDARD)).toBe(meant);
  });

  test('what is escaped comes back', () => {
    const random = randomly(7);
    for (let run = 0; run < 500; run++) {
      const text = Array.from({ length: 12 }, () => 'ab|^~\\&EFX.é'.charAt(random(12))).join('');
      expect(unescape(escape(text), STANDARD)).toBe(text);
    }
  });
});

describe('several messages', () => {
  test('a file is cut at each MSH, bytes kept', () => {
    const file = `\uFEFF${adt('A01')}\n${adt('A03')}\u001c\r\u000b${adt('A16')}`;
    expect(splitMessages(file)).toHaveLength(3);
    const pieces = splitHl7v2(bytes(file)).map((one) => new TextDecoder().decode(one));
    expect(pieces).toEqual(['A01', 'A03', 'A16'].map((trigger) => adt(trigger).slice(0, -1)));
  });

  test('glued messages, and files put end to end with their marks', () => {
    expect(splitMessages(adt('A01').trimEnd() + adt('A03'))).toHaveLength(2);
    expect(splitHl7v2(bytes(`\uFEFF${adt('A01')}\uFEFF${adt('A03')}`))).toHaveLength(2);
  });

  test('batch headers are no message; text before the first MSH is one', () => {
    expect(splitHl7v2(bytes(`FHS|^~\\&|A\rBHS|^~\\&|A\r${adt('A01')}BTS|1\r`))).toHaveLength(1);
    expect(splitHl7v2(bytes(`EVN||20260101\r${adt('A01')}`))).toHaveLength(2);
    expect(splitHl7v2(bytes(''))).toHaveLength(1);
  });
});

describe('whatever the message', () => {
  const ALPHABET = ['A', 'é', '1', '|', '|', '^', '~', '&', '\\', '""', ' ', '.br', '€'];
  const IDS = ['PID', 'PV1', 'PV2', 'ZBE', 'NK1', 'ROL', 'OBX', 'NTE', 'ZZ9', 'ZBE'];

  test('no segment is lost and everything comes back', () => {
    const random = randomly(2026);
    for (let run = 0; run < 2_000; run++) {
      const lines = Array.from({ length: 1 + random(8) }, () => {
        const content = Array.from({ length: random(25) }, () => ALPHABET[random(ALPHABET.length)] ?? '').join('');
        return `${IDS[random(IDS.length)] ?? 'PID'}|${content}`;
      });
      const text = ['MSH|^~\\&|A|B', ...lines].map((line) => `${line}\r`).join('');
      const message = parseMessage(text);
      expect(names(message)).toEqual(['MSH', ...lines.map((line) => line.slice(0, 3))]);
      expect(written(message)).toBe(text);
      for (const one of message.segments) one.fields.forEach((_, n) => repetitions(one, n));
    }
  });

  test('no text makes it throw', () => {
    const random = randomly(99);
    for (let run = 0; run < 5_000; run++) {
      const text = Array.from({ length: random(60) }, () =>
        String.fromCharCode(random(3) ? 32 + random(96) : random(256)),
      ).join('');
      const message = parseMessage(random(2) ? `MSH${text}` : text);
      for (const one of message.segments) one.fields.forEach((_, n) => repetitions(one, n));
      expect(splitMessages(text).join('')).toBe(text);
    }
  });

  test('hostile repetition costs no more than its length', () => {
    const long = 200_000;
    for (const text of [
      ' '.repeat(long),
      '\\'.repeat(long),
      `\\X${'41'.repeat(long)}\\`,
      'MSH|'.repeat(long / 4),
      '\r \r'.repeat(long / 3),
    ]) {
      expect(() => parseMessage(`MSH|^~\\&|${text}\rPID|${text}`)).not.toThrow();
      expect(() => splitMessages(`x${text}`)).not.toThrow();
      expect(unescape(text, STANDARD)).toBeTypeOf('string');
    }
  });
});
