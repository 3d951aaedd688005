/**
 * IndexedDB keys as bytes whose order (memcmp, as SQLite compares BLOBs) is the order of the keys:
 * number < Date < string < binary < array.
 */

/** A key after IndexedDB's own conversion: binary is always an ArrayBuffer. */
export type Key = number | Date | string | ArrayBuffer | Key[];

const NUMBER = 0x10;
const DATE = 0x20;
const STRING = 0x30;
const BINARY = 0x40;
const ARRAY = 0x50;
/** Ends strings, binaries and arrays. Lower than any tag and any unit, so that a prefix sorts first. */
const END = 0x00;

/** @throws TypeError for what is not an IndexedDB key (NaN, an invalid date, an object…) */
export function encodeKey(key: unknown): Uint8Array {
  const out: number[] = [];
  write(out, key);
  return Uint8Array.from(out);
}

/** The reverse of `encodeKey`. @throws Error when the bytes are not an encoded key */
export function decodeKey(bytes: Uint8Array): Key {
  return read({ bytes, at: 0 });
}

function write(out: number[], key: unknown): void {
  if (typeof key === 'number' || key instanceof Date) {
    const value = key instanceof Date ? key.getTime() : key;
    if (Number.isNaN(value)) throw new TypeError('not an IndexedDB key: NaN');
    out.push(key instanceof Date ? DATE : NUMBER);
    writeNumber(out, value);
  } else if (typeof key === 'string') {
    out.push(STRING);
    // by UTF-16 code unit, as IndexedDB compares: UTF-8 would order surrogate pairs otherwise, and lose lone ones
    for (let i = 0; i < key.length; i++) writeUnit(out, key.charCodeAt(i));
    out.push(END);
  } else if (key instanceof ArrayBuffer || ArrayBuffer.isView(key)) {
    out.push(BINARY);
    const bytes =
      key instanceof ArrayBuffer ? new Uint8Array(key) : new Uint8Array(key.buffer, key.byteOffset, key.byteLength);
    for (const byte of bytes) writeUnit(out, byte);
    out.push(END);
  } else if (Array.isArray(key)) {
    out.push(ARRAY);
    for (const part of key) write(out, part);
    out.push(END);
  } else {
    throw new TypeError(`not an IndexedDB key: ${typeof key}`);
  }
}

/** IEEE 754 big-endian with the sign flipped (positive) or everything flipped (negative) sorts as numbers do. */
function writeNumber(out: number[], value: number): void {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value + 0); // + 0: IndexedDB holds -0 and 0 for the same key
  const negative = view.getUint8(0) >= 0x80;
  for (let i = 0; i < 8; i++) {
    const byte = view.getUint8(i);
    out.push(negative ? byte ^ 0xff : i === 0 ? byte ^ 0x80 : byte);
  }
}

/** One to three bytes, longer for larger units, never END (the variable length that Firefox uses). */
function writeUnit(out: number[], unit: number): void {
  if (unit <= 0x7e) {
    out.push(unit + 1);
  } else if (unit <= 0x3fff + 0x7f) {
    const shifted = (unit - 0x7f) | 0x8000;
    out.push(shifted >> 8, shifted & 0xff);
  } else {
    const shifted = (unit << 6) | 0xc00000;
    out.push((shifted >> 16) & 0xff, (shifted >> 8) & 0xff, shifted & 0xff);
  }
}

type Cursor = { bytes: Uint8Array; at: number };

function next(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw new Error('an encoded key ends too soon');
  return byte;
}

function read(cursor: Cursor): Key {
  const tag = next(cursor);
  switch (tag) {
    case NUMBER:
      return readNumber(cursor);
    case DATE:
      return new Date(readNumber(cursor));
    case STRING:
      return readUnits(cursor)
        .map((unit) => String.fromCharCode(unit))
        .join('');
    case BINARY:
      return Uint8Array.from(readUnits(cursor)).buffer;
    case ARRAY: {
      const parts: Key[] = [];
      while (cursor.bytes[cursor.at] !== END) parts.push(read(cursor));
      cursor.at++;
      return parts;
    }
    default:
      throw new Error(`not an encoded key: tag ${tag}`);
  }
}

function readNumber(cursor: Cursor): number {
  const view = new DataView(new ArrayBuffer(8));
  const positive = (cursor.bytes[cursor.at] ?? 0) >= 0x80;
  for (let i = 0; i < 8; i++) {
    const byte = next(cursor);
    view.setUint8(i, positive ? (i === 0 ? byte ^ 0x80 : byte) : byte ^ 0xff);
  }
  return view.getFloat64(0);
}

function readUnits(cursor: Cursor): number[] {
  const units: number[] = [];
  for (;;) {
    const first = next(cursor);
    if (first === END) return units;
    if (first < 0x80) units.push(first - 1);
    else if (first < 0xc0) units.push((((first << 8) | next(cursor)) & 0x7fff) + 0x7f);
    else units.push((((first << 16) | (next(cursor) << 8) | next(cursor)) & 0x3fffff) >> 6);
  }
}
