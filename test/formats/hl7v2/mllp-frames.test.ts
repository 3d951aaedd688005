/** Whatever the network does to the packets, the same messages come out (FACTS §1.10). */
import { describe, expect, test } from 'vitest';
import { framed, frameReader, type Framed } from '../../../bridge/formats/hl7v2/mllp-frames.ts';
import { adt, bytes, randomly } from './fixtures.ts';

const LIMIT = 2_000;
const show = (found: Framed[]): unknown[] =>
  found.map((one) => (one.kind === 'message' ? new TextDecoder('latin1').decode(one.bytes) : one));
const read = (chunks: readonly Uint8Array[], limit = LIMIT): unknown[] => {
  const reader = frameReader(limit);
  return show([...chunks.flatMap((chunk) => reader.push(chunk)), ...reader.rest()]);
};
const all = (text: string, limit?: number): unknown[] => read([bytes(text)], limit);

describe('frames', () => {
  test('one, several, with line ends and blanks between', () => {
    expect(all('\x0bA\x1c\r')).toEqual(['A']);
    expect(all('\x0bA\x1c\r\x0bB\rC\x1c\r\r\n\x0bD\x1c\r')).toEqual(['A', 'B\rC', 'D']);
  });

  test('without the last CR: at once when another frame follows, else once the line rests', () => {
    expect(all('\x0bA\x1c\x0bB\x1c')).toEqual(['A', 'B']);
    const reader = frameReader(LIMIT);
    expect(reader.push(bytes('\x0bA\x1c'))).toEqual([]);
    expect([reader.ending(), reader.open()]).toEqual([true, true]);
    expect(show(reader.rest())).toEqual(['A']);
    expect(reader.push(bytes('\r'))).toEqual([]); // the CR that came late after all
    expect(reader.open()).toBe(false);
  });

  test('an FS inside is content: half a message is never taken for a whole one', () => {
    expect(all('\x0bMSH|A\x1cPV1|B\x1c\r')).toEqual(['MSH|A\x1cPV1|B']);
  });

  test('a frame that was cut is nobody’s message', () => {
    const reader = frameReader(LIMIT);
    expect(reader.push(bytes('\x0bMSH|half'))).toEqual([]);
    expect(reader.rest()).toEqual([]);
    expect(reader.open()).toBe(true);
  });

  test('junk between frames is counted, never given', () => {
    expect(all('hello\r\n\x0bA\x1c\rGET / HTTP/1.1\r\n\x0bB\x1c\r')).toEqual([
      { kind: 'junk', length: 5 },
      'A',
      { kind: 'junk', length: 14 },
      'B',
    ]);
  });

  test('too large: its beginning and its length, and the next one is read', () => {
    const long = 'MSH|'.padEnd(9_000, 'x');
    const [first, second] = all(`\x0b${long}\x1c\r\x0bB\x1c\r`, 5_000) as [
      Extract<Framed, { kind: 'too-large' }>,
      string,
    ];
    expect([first.kind, first.length, first.head.length, second]).toEqual(['too-large', 9_000, 4_096, 'B']);
    expect(all(`\x0b${'y'.repeat(5_000)}\x1c\r`, 5_000)).toEqual(['y'.repeat(5_000)]); // the limit itself is taken
  });

  test('however the packets are cut, the same comes out', () => {
    const message = adt('A01');
    const text = `noise\x0b${message}\x1c\r\x0bA\x1cB\x1c\x0bshort\x1c\r\n\x0b${'z'.repeat(3_000)}\x1c\r\x0blast\x1c`;
    const stream = bytes(text);
    const whole = read([stream]);
    expect(whole).toHaveLength(6);
    expect(read(Array.from(stream, (byte) => Uint8Array.of(byte)))).toEqual(whole);
    const below = randomly(7);
    for (let round = 0; round < 300; round += 1) {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < stream.length;) {
        const size = 1 + below(round % 2 === 0 ? 7 : 900);
        chunks.push(stream.subarray(at, at + size));
        at += size;
      }
      expect(read(chunks)).toEqual(whole);
    }
  });

  test('what is framed is read again', () => {
    expect(read([framed('A'), framed(bytes('B'))])).toEqual(['A', 'B']);
  });
});
