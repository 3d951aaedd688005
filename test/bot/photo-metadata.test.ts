/** A photo says nothing of who took it, and is the same picture. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutMetadata } from '../../bot/photo-metadata.ts';
import { ICC, JPEG_PICTURE, jpegPhoto, PNG_PICTURE, pngPhoto, TELLS } from './photos.ts';

const EXIF_HEAD = Buffer.from('Exif\0\0MM', 'latin1');
const cleaned = (photo: Uint8Array): Buffer => Buffer.from(withoutMetadata(photo)?.bytes ?? []);

describe.each([
  ['JPEG', 'image/jpeg', jpegPhoto, JPEG_PICTURE],
  ['PNG', 'image/png', pngPhoto, PNG_PICTURE],
] as const)('a %s', (_name, mime, photo, picture) => {
  it('loses who, where and when, and keeps its picture byte for byte', () => {
    const before = photo();
    for (const one of TELLS) expect(before.includes(one)).toBe(true);
    const after = withoutMetadata(before);
    expect(after?.mime).toBe(mime);
    for (const one of TELLS) expect(cleaned(before).includes(one), one).toBe(false);
    expect(cleaned(before).includes(picture)).toBe(true);
    expect(cleaned(before).includes('Exif')).toBe(false);
  });

  it.each([2, 3, 4, 5, 6, 7, 8])('stays turned as it was (%i)', (orientation) => {
    const once = cleaned(photo(orientation));
    expect(once.includes(Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]))).toBe(true);
    expect(cleaned(once).equals(once)).toBe(true);
  });

  it('that is cut short anywhere is not taken for a clean one', () => {
    const whole = cleaned(photo(6));
    for (let length = 0; length < whole.length; length += 1)
      expect(withoutMetadata(whole.subarray(0, length)), String(length)).toBeUndefined();
  });
});

it('a JPEG keeps how its colours are meant; its orientation is read in both byte orders', () => {
  expect(cleaned(jpegPhoto()).includes(ICC)).toBe(true);
  const both = (['II', 'MM'] as const).map((order) => cleaned(jpegPhoto(6, order)));
  expect(both[0]?.equals(both[1] ?? Buffer.alloc(0))).toBe(true);
  expect(both[0]?.subarray(6, 14).equals(EXIF_HEAD)).toBe(true);
});

it('what is neither is not a photo that can be cleaned', () => {
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  for (const other of [heic, Buffer.from('%PDF-1.7 /Author (Claire)'), Buffer.from('GIF89a'), Buffer.alloc(0)])
    expect(withoutMetadata(other)).toBeUndefined();
});

/** Bytes that look like a photo, with anything in the place of what phones add. */
const odd = fc
  .tuple(fc.constantFrom(jpegPhoto(6), pngPhoto(6)), fc.array(fc.tuple(fc.nat(1200), fc.nat(255)), { maxLength: 12 }))
  .map(([photo, changes]) => {
    const bytes = Buffer.from(photo);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

it('never throws, never changes what it is given; doing it twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.oneof(odd, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      const before = Buffer.from(bytes);
      const once = withoutMetadata(bytes);
      expect(Buffer.from(bytes).equals(before)).toBe(true);
      if (once) expect(cleaned(once.bytes).equals(Buffer.from(once.bytes))).toBe(true);
    }),
    { numRuns: 3000 },
  );
});
