import { describe, expect, test } from 'vitest';
import { sealerFromSecret } from '../../store/seal.ts';
import { SECRET, sealer } from './fixtures.ts';

describe('seal and open', () => {
  test.each(['', 'Mme MARTINEAU Éloïse, née le 03/02/1948', '🫀'.repeat(1_000)])('give the text back', (text) => {
    expect(sealer.open(sealer.seal(text, 'inbox:1'), 'inbox:1')).toBe(text);
  });

  test('the same text is never sealed into the same bytes', () => {
    expect(sealer.seal('a', 'c')).not.toEqual(sealer.seal('a', 'c'));
  });

  test('another context, another secret, changed or shortened bytes do not open', () => {
    const sealed = sealer.seal('a', 'inbox:1');
    expect(() => sealer.open(sealed, 'inbox:2')).toThrow('inbox:2 cannot be opened');
    const other = sealerFromSecret(`${SECRET}, another one`);
    expect(() => other.open(sealed, 'inbox:1')).toThrow('cannot be opened');
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(() => sealer.open(changed, 'inbox:1')).toThrow('inbox:1');
      expect(() => sealer.open(sealed.subarray(0, at), 'inbox:1')).toThrow('inbox:1');
    }
  });

  test('the error says which row, never what was in it', () => {
    const sealed = sealer.seal('MARTINEAU', 'inbox:1');
    expect(() => sealer.open(sealed, 'inbox:2')).not.toThrow('MARTINEAU');
  });
});

describe('blind', () => {
  test('is the same for the same text, and short enough for a file name', () => {
    expect(sealer.blind('1480275123456')).toBe(sealer.blind('1480275123456'));
    expect(sealer.blind('a')).toMatch(/^[a-z2-7]{26}$/);
    expect(sealer.blind('a')).not.toBe(sealer.blind('b'));
  });

  test('depends on the secret', () => {
    expect(sealerFromSecret(`${SECRET}, another one`).blind('a')).not.toBe(sealer.blind('a'));
  });
});

test('a short secret is refused with the cure', () => {
  expect(() => sealerFromSecret('too short')).toThrow('openssl rand -base64 48');
});
