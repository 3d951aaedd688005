/**
 * A photo without what says who took it, where, when and with what. What is kept is listed, not what is dropped: a maker's new
 * segment goes too. The picture itself is not touched, byte for byte, and it stays the right way up. Pure.
 *
 * JPEG: ITU-T T.81 annex B, JFIF 1.02, Exif 2.32 §4.5. PNG: W3C PNG 3rd edition §§5, 11.
 */
import { crc32 } from 'node:zlib';

export type Photo = { mime: 'image/jpeg' | 'image/png'; bytes: Uint8Array<ArrayBuffer> };

/**
 * @param bytes whatever it calls itself
 * @returns the same picture without its metadata; undefined when it is no JPEG or PNG that can be read to its end. Never
 *   throws; doing it twice changes nothing more
 */
export function withoutMetadata(bytes: Uint8Array): Photo | undefined {
  const jpeg = jpegParts(bytes);
  if (jpeg) return { mime: 'image/jpeg', bytes: Uint8Array.from(Buffer.concat(jpeg)) };
  const png = pngParts(bytes);
  return png && { mime: 'image/png', bytes: Uint8Array.from(Buffer.concat(png)) };
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
/** How the picture is decoded: frames (with Huffman and arithmetic tables, SOF0–15), then DQT, DNL, DRI, DHP, EXP. */
const isDecoding = (marker: number): boolean =>
  (marker >= 0xc0 && marker <= 0xcf) || [0xdb, 0xdc, 0xdd, 0xde, 0xdf].includes(marker);

function jpegParts(bytes: Uint8Array): Uint8Array[] | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return undefined;
  const kept: Uint8Array[] = [];
  let upright: number | undefined;
  let isScanned = false;
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1; // fill
      continue;
    }
    if (marker === EOI) {
      if (!isScanned) return undefined;
      // What follows is another picture (a preview, a film), with metadata of its own.
      const turn = upright === undefined ? [] : [jpegSegment(APP1, exif('Exif\0\0', upright))];
      return [Uint8Array.of(0xff, SOI), ...turn, ...kept, Uint8Array.of(0xff, EOI)];
    }
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) return undefined;
    const body = bytes.subarray(at + 4, end);
    if (marker === APP1 && startsWith(body, 'Exif\0\0')) upright ??= orientation(body.subarray(6));
    const segment = isDecoding(marker) || marker === SOS ? bytes.subarray(at, end) : application(marker, body);
    if (segment) kept.push(segment);
    at = end;
    if (marker !== SOS) continue;
    isScanned = true;
    const scanned = scanEnd(bytes, at);
    kept.push(bytes.subarray(at, scanned));
    at = scanned;
  }
  return undefined;
}

/** How its colours are meant, without the small picture that JFIF may carry. */
function application(marker: number, body: Uint8Array): Uint8Array | undefined {
  if (marker === APP0 && startsWith(body, 'JFIF\0') && body.length >= 14)
    return jpegSegment(APP0, Buffer.concat([body.subarray(0, 12), Uint8Array.of(0, 0)]));
  if (marker === APP2 && startsWith(body, 'ICC_PROFILE\0')) return jpegSegment(APP2, body);
  if (marker === APP14 && startsWith(body, 'Adobe') && body.length >= 12)
    return jpegSegment(APP14, body.subarray(0, 12));
  return undefined;
}

function jpegSegment(marker: number, body: Uint8Array): Uint8Array {
  const length = body.length + 2;
  return Buffer.concat([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), body]);
}

/** The compressed picture goes on to the next marker: `FF 00` is a byte of it, `FF D0`–`FF D7` are its own restarts. */
function scanEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at += 1) {
    const next = bytes[at + 1] ?? 0;
    if (bytes[at] === 0xff && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';
/** The picture, its colours, its size on paper, its frames when it moves. */
const PNG_KEPT = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT'.split(' '),
);

function pngParts(bytes: Uint8Array): Uint8Array[] | undefined {
  if (!startsWith(bytes, PNG_SIGNATURE)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [];
  let upright: number | undefined;
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return undefined;
    const type = ascii(bytes.subarray(at + 4, at + 8));
    if (type === 'eXIf') upright ??= orientation(bytes.subarray(at + 8, end - 4));
    if (PNG_KEPT.has(type)) kept.push(bytes.subarray(at, end));
    if (type === 'IEND') {
      const [header, ...rest] = kept;
      if (!header || ascii(header.subarray(4, 8)) !== 'IHDR') return undefined;
      const turn = upright === undefined ? [] : [pngChunk('eXIf', exif('', upright))];
      return [bytes.subarray(0, 8), header, ...turn, ...rest];
    }
    at = end;
  }
  return undefined;
}

function pngChunk(type: string, body: Uint8Array): Uint8Array {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  crc.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, crc]);
}

const ORIENTATION = 0x0112;
const SHORT = 3;

/** @param tiff of an Exif block. @returns 2 to 8: how the picture is turned; undefined when it stands as it is */
function orientation(tiff: Uint8Array): number | undefined {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = ascii(tiff.subarray(0, 2));
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return undefined;
  const little = order === 'II';
  const first = view.getUint32(4, little);
  if (first + 2 > tiff.length) return undefined;
  const entries = view.getUint16(first, little);
  for (let n = 0; n < entries; n += 1) {
    const at = first + 2 + 12 * n;
    if (at + 12 > tiff.length) return undefined;
    if (view.getUint16(at, little) !== ORIENTATION || view.getUint16(at + 2, little) !== SHORT) continue;
    const turn = view.getUint16(at + 8, little);
    return turn >= 2 && turn <= 8 ? turn : undefined;
  }
  return undefined;
}

/** An Exif block that says nothing else than how the picture is turned. */
function exif(head: string, turn: number): Uint8Array {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, SHORT, 0, 0, 0, 1, 0, turn, 0, 0, 0, 0, 0, 0];
  return Buffer.concat([Buffer.from(head, 'latin1'), Uint8Array.from(tiff)]);
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return ascii(bytes.subarray(0, text.length)) === text;
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
