/** Photos as phones make them: a small real picture, and around it what phones add. */
import { crc32, deflateSync } from 'node:zlib';

/** A real JPEG of 24 by 16 pixels (red above, blue below), with no metadata. */
const PLAIN = Buffer.from(
  [
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYV',
    'pQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQ',
    'ABgDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAQG/8QAFhABAQEAAAAAAAAAAAAAAAAAABNh/8QAFQEBAQAAAAAAAAAAAAAAAAAAAA',
    'X/xAAWEQADAAAAAAAAAAAAAAAAAAAAFWH/2gAMAwEAAhEDEQA/AMxbS2oLFlhDC+6pfbRBYEMDqn//2Q==',
  ].join(''),
  'base64',
);

/** Who, where, when: none of it may be left. */
export const TELLS = [
  'GPS 50.1732N 3.2356E',
  'iPhone de Claire',
  '2026:01:12 09:05:00',
  'Cabinet Essai',
  'MOTION PHOTO',
];
const [gps = '', device = '', at = '', author = '', film = ''] = TELLS;

function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

/** An Exif block with an orientation (1 to 8) and words, in either byte order. */
function tiff(orientation: number, order: 'II' | 'MM', words: string): Buffer {
  const block = Buffer.alloc(38);
  const u16 = (n: number, to: number): unknown =>
    order === 'II' ? block.writeUInt16LE(n, to) : block.writeUInt16BE(n, to);
  const u32 = (n: number, to: number): unknown =>
    order === 'II' ? block.writeUInt32LE(n, to) : block.writeUInt32BE(n, to);
  block.write(order, 0, 'latin1');
  u16(42, 2);
  u32(8, 4);
  u16(2, 8);
  for (const [n, [tag, type, count]] of [[0x010f, 2, words.length] as const, [0x0112, 3, 1] as const].entries()) {
    u16(tag, 10 + 12 * n);
    u16(type, 12 + 12 * n);
    u32(count, 14 + 12 * n);
  }
  u32(38, 18);
  u16(orientation, 30);
  return Buffer.concat([block, Buffer.from(words)]);
}

const text = (head: string, words: string): Buffer => Buffer.from(`${head}${words}`, 'latin1');
export const ICC = text('ICC_PROFILE\0', '\x01\x01Display P3');

/** As a phone makes it: Exif with its small picture, XMP, IPTC, a comment, a second picture and a film behind. */
export function jpegPhoto(orientation = 1, order: 'II' | 'MM' = 'II'): Buffer {
  return Buffer.concat([
    PLAIN.subarray(0, 2),
    segment(0xe1, Buffer.concat([text('Exif\0\0', ''), tiff(orientation, order, `${gps} ${device} ${at}`), PLAIN])),
    PLAIN.subarray(2, 20),
    segment(0xe1, text('http://ns.adobe.com/xap/1.0/\0', `<x:xmpmeta>${author}</x:xmpmeta>`)),
    segment(0xe2, ICC),
    segment(0xe2, text('MPF\0', film)),
    segment(0xed, text('Photoshop 3.0\0', author)),
    segment(0xeb, text('JP', gps)),
    segment(0xfe, text('', device)),
    PLAIN.subarray(20),
    PLAIN,
    Buffer.from(film),
  ]);
}

/** From the first quantisation table to the end of the picture. */
export const JPEG_PICTURE = PLAIN.subarray(20);

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const out = Buffer.concat([Buffer.alloc(4), named, Buffer.alloc(4)]);
  out.writeUInt32BE(body.length, 0);
  out.writeUInt32BE(crc32(named), out.length - 4);
  return out;
}

/** One grey pixel. */
const PNG_HEADER = chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
export const PNG_PICTURE = chunk('IDAT', deflateSync(Buffer.from([0, 128])));

export function pngPhoto(orientation = 1): Buffer {
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    PNG_HEADER,
    chunk('eXIf', tiff(orientation, 'MM', gps)),
    chunk('tEXt', text('Author\0', author)),
    chunk('zTXt', text('Device\0\0', device)),
    chunk('iTXt', text('XML:com.adobe.xmp\0\0\0\0\0', gps)),
    chunk('tIME', text('', at)),
    chunk('caBX', text('', device)),
    PNG_PICTURE,
    chunk('IEND', Buffer.alloc(0)),
    Buffer.from(film),
  ]);
}
