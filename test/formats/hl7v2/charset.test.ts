/** MSH-18 against the bytes (FACTS §1.4, §9.6). */
import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../../../bridge/formats/hl7v2/charset.ts';
import { readHl7v2 } from '../../../bridge/formats/hl7v2/pam-fr.ts';
import { adt, bytes, latin1 } from './fixtures.ts';

const named = (charset: string, name: string): string =>
  adt('A01', { MSH: { 18: charset }, PID: { 5: `${name}^Zoé^^^^^L` } });

/** Characters of 8859/15 that are elsewhere in Unicode. */
const latin9 = (text: string): Uint8Array =>
  latin1(text.replaceAll('Œ', '\u00bc').replaceAll('œ', '\u00bd').replaceAll('€', '\u00a4'));

function birthName(message: Uint8Array): { name: string | undefined; warnings: string[] } {
  const read = readHl7v2(message);
  return { name: read.readable ? read.intents[0]?.patient.birthName : undefined, warnings: read.warnings };
}

describe('declared and true', () => {
  test.each(['UNICODE UTF-8', 'UTF-8', 'utf8', ''])('UTF-8 said %s', (said) => {
    expect(birthName(bytes(named(said, 'NOËL-SŒUR')))).toEqual({ name: 'NOËL-SŒUR', warnings: [] });
  });

  test.each(['8859/15', 'ISO-8859-15', ''])('8859/15 said %s', (said) => {
    expect(birthName(latin9(named(said, 'NOËL-SŒUR')))).toEqual({ name: 'NOËL-SŒUR', warnings: [] });
  });

  test.each(['8859/1', 'ISO 8859-1'])('8859/1 said %s', (said) => {
    expect(birthName(latin1(named(said, 'NOËL')))).toEqual({ name: 'NOËL', warnings: [] });
  });

  test('pure ASCII agrees with anything', () => {
    for (const said of ['8859/1', '8859/15', 'UNICODE UTF-8', '', 'KANJI']) {
      expect(birthName(bytes(named(said, 'NOEL').replace('Zoé', 'Zoe'))).warnings).toEqual([]);
    }
  });
});

describe('declared and false: read rightly, with a warning', () => {
  test('8859/15 said, UTF-8 sent', () => {
    const { name, warnings } = birthName(bytes(named('8859/15', 'LÉVÊQUE')));
    expect(name).toBe('LÉVÊQUE');
    expect(warnings).toEqual(['MSH-18 says iso-8859-15 and the bytes are utf-8: read as utf-8']);
  });

  test('UTF-8 said, 8859/15 sent', () => {
    const { name, warnings } = birthName(latin9(named('UNICODE UTF-8', 'LÉVÊQUE-CŒUR')));
    expect(name).toBe('LÉVÊQUE-CŒUR');
    expect(warnings).toHaveLength(1);
  });

  test('8859/1 said, a œ of 8859/15 inside a word', () => {
    const { name, warnings } = birthName(latin9(named('8859/1', 'CŒUR')));
    expect(name).toBe('CŒUR');
    expect(warnings).toHaveLength(1);
  });

  test('8859/1 said, windows-1252 sent: the bytes between 0x80 and 0x9F', () => {
    const message = latin1(named('8859/1', 'C\u008cUR\u0092')); // Œ and the typographic apostrophe
    expect(birthName(message).name).toBe('CŒUR’');
  });

  test('a character set that nobody knows', () => {
    expect(birthName(latin1(named('BIG-5', 'NOËL'))).warnings).toHaveLength(1);
  });
});

test('the mark of UTF-8 is not in the text, and every byte has a character', () => {
  const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...bytes(adt('A01'))]);
  expect(decodeMessage(marked).text.startsWith('MSH|')).toBe(true);
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(decodeMessage(all).text).toHaveLength(256);
  expect(decodeMessage(new Uint8Array()).text).toBe('');
});
