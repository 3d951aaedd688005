/**
 * Bytes to text. MSH-18 says a character set and the bytes say another often enough that both are looked at
 * (FACTS §1.4: `8859/1` in the specification's own examples, `8859/15` the French default, UTF-8 with and without
 * "UNICODE"). Tables by hand: not every runtime's TextDecoder knows more than UTF-8.
 */
type Charset = 'utf-8' | 'windows-1252' | 'iso-8859-15';
export type Decoded = { text: string; charset: Charset; warnings: string[] };

const BOM = [0xef, 0xbb, 0xbf];

/** 0x80 to 0x9F of windows-1252; the five unassigned places stay control characters, as on the web. */
const CP1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** The eight places where 8859/15 differs from 8859/1. */
const LATIN9 = new Map([
  [0xa4, '€'],
  [0xa6, 'Š'],
  [0xa8, 'š'],
  [0xb4, 'Ž'],
  [0xb8, 'ž'],
  [0xbc, 'Œ'],
  [0xbd, 'œ'],
  [0xbe, 'Ÿ'],
]);

/**
 * Decodes one message by MSH-18, checked against the bytes: valid UTF-8 with at least one accent is UTF-8 whatever is
 * declared (by chance it does not happen in French text); bytes that are not UTF-8 are 8859/15 or windows-1252.
 * A mismatch gives a warning, never a refusal.
 */
export function decodeMessage(bytes: Uint8Array): Decoded {
  const body = BOM.every((byte, index) => bytes[index] === byte) ? bytes.subarray(3) : bytes;
  const said = declared(body);
  if (isAscii(body)) {
    return {
      text: singleByte(body, 'windows-1252'),
      charset: said === 'unknown' ? 'utf-8' : (said ?? 'utf-8'),
      warnings: [],
    };
  }
  const utf8 = strictUtf8(body);
  if (utf8 !== undefined) {
    const warnings = said === 'utf-8' || said === undefined ? [] : [mismatch(said, 'utf-8')];
    return { text: utf8, charset: 'utf-8', warnings };
  }
  const found = guessSingleByte(body, said);
  const agrees = said === found || said === undefined;
  return { text: singleByte(body, found), charset: found, warnings: agrees ? [] : [mismatch(said, found)] };
}

/** One character per byte, so that an index in the text is an index in the bytes. */
export function byteText(bytes: Uint8Array): string {
  return singleByte(bytes, 'windows-1252');
}

function mismatch(said: Charset | 'unknown', found: Charset): string {
  return said === 'unknown'
    ? `MSH-18 names a character set that is not known here: read as ${found}`
    : `MSH-18 says ${said} and the bytes are ${found}: read as ${found}`;
}

function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function guessSingleByte(bytes: Uint8Array, said: Charset | 'unknown' | undefined): Charset {
  if (bytes.some((byte) => byte >= 0x80 && byte < 0xa0)) return 'windows-1252';
  if (said !== 'windows-1252') return 'iso-8859-15';
  // Declared 8859/1, and a "½" inside a word: it is the œ of 8859/15 (C½UR), a fraction never stands there.
  return /[A-Za-z][¼½][A-Za-z]/.test(byteText(bytes)) ? 'iso-8859-15' : 'windows-1252';
}

function singleByte(bytes: Uint8Array, charset: Charset): string {
  if (isAscii(bytes)) return new TextDecoder().decode(bytes);
  const codes = Uint16Array.from(bytes, (byte) => {
    if (charset === 'iso-8859-15') return LATIN9.get(byte)?.charCodeAt(0) ?? byte;
    return charset === 'windows-1252' && byte >= 0x80 && byte < 0xa0 ? CP1252.charCodeAt(byte - 0x80) : byte;
  });
  let text = '';
  for (let at = 0; at < codes.length; at += 8192) text += String.fromCharCode(...codes.subarray(at, at + 8192));
  return text;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) if ((bytes[at] ?? 0) >= 0x80) return false;
  return true;
}

/** The line of MSH, within the first 4096 bytes. */
function headerLine(bytes: Uint8Array): Uint8Array {
  const head = bytes.subarray(0, 4096);
  const msh = head.findIndex((byte, at) => byte === 0x4d && head[at + 1] === 0x53 && head[at + 2] === 0x48);
  const line = head.subarray(Math.max(0, msh));
  const end = line.findIndex((byte) => byte === 0x0d || byte === 0x0a);
  return line.subarray(0, end < 0 ? undefined : end);
}

/** MSH-18, first repetition. 8859/1 is read as windows-1252, which contains it. */
function declared(bytes: Uint8Array): Charset | 'unknown' | undefined {
  const line = byteText(headerLine(bytes));
  const header = line.startsWith('MSH') ? line : '';
  const field = header.charAt(3);
  if (field === '') return undefined;
  const name = (header.split(field)[17] ?? '').split(header.charAt(5))[0]?.trim().toUpperCase() ?? '';
  if (name === '') return undefined;
  if (/^(?:UNICODE[ _-]?)?UTF-?8$|^UNICODE$/.test(name)) return 'utf-8';
  if (/8859[/_ -]?15$|^LATIN-?9$/.test(name)) return 'iso-8859-15';
  if (/8859[/_ -]?1$|1252$|^LATIN-?1$|^ISO[_ -]?IR[_ -]?100$|^ANSI$/.test(name)) return 'windows-1252';
  return name === 'ASCII' ? undefined : 'unknown';
}
