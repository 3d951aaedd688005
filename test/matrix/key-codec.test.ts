import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { decodeKey, encodeKey } from '../../bot/matrix/key-codec.ts';
import type { Key } from '../../bot/matrix/key-codec.ts';

/** A seeded generator: a failure can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function anyKey(next: () => number, depth = 0): Key {
  const pick = Math.floor(next() * (depth < 3 ? 5 : 4));
  const size = Math.floor(next() * 5);
  switch (pick) {
    case 0:
      return (next() - 0.5) * 10 ** Math.floor(next() * 40 - 20);
    case 1:
      return new Date(Math.floor((next() - 0.5) * 4e12));
    case 2:
      return String.fromCharCode(
        ...Array.from({ length: size }, () => Math.floor(next() * (next() < 0.5 ? 0x80 : 0x10000))),
      );
    case 3:
      return Uint8Array.from({ length: size }, () => Math.floor(next() * 256)).buffer;
    default:
      return Array.from({ length: size }, () => anyKey(next, depth + 1));
  }
}

const sign = (n: number): number => Math.sign(n);

describe('the bytes of an IndexedDB key', () => {
  it('give the key back', () => {
    const next = random(7);
    for (let i = 0; i < 2_000; i++) {
      const key = anyKey(next);
      expect(decodeKey(encodeKey(key))).toEqual(key);
    }
    for (const key of [
      0,
      Infinity,
      -Infinity,
      Number.MIN_VALUE,
      Number.MAX_VALUE,
      '',
      '\u0000',
      '\ud800',
      '\uffff',
      [],
    ]) {
      expect(decodeKey(encodeKey(key))).toEqual(key);
    }
  });

  it('sort as IndexedDB sorts the keys', () => {
    const next = random(11);
    const factory = new IDBFactory();
    for (let i = 0; i < 5_000; i++) {
      const [a, b] = [anyKey(next), anyKey(next)];
      expect(sign(Buffer.compare(encodeKey(a), encodeKey(b)))).toBe(factory.cmp(a, b));
    }
  });

  it('sort a prefix before what it begins, and units by code unit', () => {
    const inOrder: Key[] = [
      -Infinity,
      -1,
      0,
      1,
      Infinity,
      new Date(0),
      '',
      'a',
      'a\u0000',
      'a\u007e',
      'a\u007f',
      'aé',
      'a\ud83d\ude00',
      'a\uffee',
      'b',
    ];
    inOrder.push(
      new Uint8Array([]).buffer,
      new Uint8Array([0]).buffer,
      new Uint8Array([255]).buffer,
      [],
      ['a'],
      ['a', 0],
      ['b'],
      [[]],
    );
    const bytes = inOrder.map((key) => encodeKey(key));
    for (let i = 1; i < bytes.length; i++)
      expect(Buffer.compare(bytes[i - 1] ?? new Uint8Array(), bytes[i] ?? new Uint8Array()), String(i)).toBe(-1);
  });

  it('hold -0 and 0, and a view and its bytes, for the same key', () => {
    expect(encodeKey(-0)).toEqual(encodeKey(0));
    expect(encodeKey(new Uint8Array([9, 1, 2, 9]).subarray(1, 3))).toEqual(encodeKey(new Uint8Array([1, 2]).buffer));
  });

  it('refuse what is not a key', () => {
    for (const bad of [Number.NaN, new Date(Number.NaN), {}, null, undefined, true, [{}]])
      expect(() => encodeKey(bad)).toThrow(TypeError);
    expect(() => decodeKey(Uint8Array.of(0x10, 1))).toThrow('too soon');
    expect(() => decodeKey(Uint8Array.of(0x77))).toThrow('tag');
  });
});
