import { describe, expect, it } from 'vitest';
import { b, code, join, lines, outside, say } from '../../config/texts/markup.ts';

describe('what is shown', () => {
  it('is the same in the plain body and in HTML, with only the small subset of tags', () => {
    const said = lines(say`Entrée de ${b('Jeanne')}`, undefined, say`Écrivez ${code('!aide')} & lisez`);
    expect(said.plain).toBe('Entrée de Jeanne\nÉcrivez !aide & lisez');
    expect(said.html).toBe('Entrée de <strong>Jeanne</strong><br>Écrivez <code>!aide</code> &amp; lisez');
    expect(join([say`a`, undefined, say`b`], ', ').plain).toBe('a, b');
  });

  it('keeps outside text as text', () => {
    expect(outside('<img src=x onerror=1>').html).toBe('&lt;img src=x onerror=1&gt;');
    expect(outside('voir https://piege.test et www.piege.test').plain).toBe(
      'voir https:// piege.test et www piege.test',
    );
    expect(outside('@room venez').plain).toBe('@ room venez');
    expect(outside('a\u202eb\u0000c\u200bd').plain).toBe('abcd');
    expect(outside('un\ndeux\r\n trois').plain).toBe('un deux trois');
    expect(outside('un\ndeux', { multiline: true }).plain).toBe('un\ndeux');
    expect(outside('x'.repeat(200)).plain).toHaveLength(80);
  });
});
