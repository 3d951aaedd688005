import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readYamlText } from '../../config/problem.ts';
import { sampleConfig } from '../../config/sample.ts';
import { relaisSchema } from '../../config/schema/relais.ts';

describe('the sample', () => {
  test('is what docs/relais.sample.yaml says, and passes its own schema', () => {
    const sample = readFileSync(new URL('../../docs/relais.sample.yaml', import.meta.url), 'utf8');
    expect(sample).toBe(sampleConfig());
    expect(readYamlText('sample', sample, relaisSchema)).not.toHaveProperty('problems');
  });

  test('passes too when everything that may be left out is there', () => {
    const full = sampleConfig().replace(
      /^( *)# ((?: *- )?(?: *)[a-z_]+:(?: .*)?)$/gm,
      (line, indent: string, rest: string) => (/: [a-z].* [a-z]+ /.test(rest) ? line : `${indent}${rest}`),
    );
    expect(readYamlText('sample', full, relaisSchema)).not.toHaveProperty('problems');
    expect(full).toMatch(/^ +units:/m);
  });
});
