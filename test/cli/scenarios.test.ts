/** Each pathway that comes with Relais has a scenario of its own, played offline; and an expectation can fail. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rehearse } from '../../cli/rehearse.ts';
import { loadShippedPathways } from '../../config/load-pathways.ts';

const FOLDER = resolve(import.meta.dirname, '..', '..', 'config', 'scenarios');
const CAST = ['people.yaml', 'equipe.yaml'];
const scenarios = readdirSync(FOLDER, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.yaml') && !CAST.includes(name));

describe('scenarios', () => {
  test('every shipped pathway has one', () => {
    const ids = loadShippedPathways().map(({ id }) => `${id}.yaml`);
    expect(ids.filter((id) => !scenarios.includes(id))).toEqual([]);
  });

  test.each(scenarios)('%s', async (name) => {
    const lines: string[] = [];
    const code = await rehearse(join(FOLDER, name), (line) => lines.push(line));
    expect(code, lines.join('\n')).toBe(0);
  });
});
