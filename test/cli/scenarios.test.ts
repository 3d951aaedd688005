/** Each pathway and pointer that comes with Relais has a scenario of its own, played offline; and an expectation can fail. */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rehearse } from '../../cli/rehearse.ts';
import { loadShippedPathways } from '../../config/load-pathways.ts';

const FOLDER = resolve(import.meta.dirname, '..', '..', 'config', 'scenarios');
const POINTERS = resolve(import.meta.dirname, '..', '..', 'config', 'pathways', 'pointers');
const CAST = ['people.yaml', 'equipe.yaml'];
const scenarios = readdirSync(FOLDER, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.yaml') && !CAST.includes(name));

describe('scenarios', () => {
  test('every shipped pathway has one', () => {
    const ids = loadShippedPathways().map(({ id }) => `${id}.yaml`);
    expect(ids.filter((id) => !scenarios.includes(id))).toEqual([]);
  });

  test('every pointer has one', () => {
    const pointers = readdirSync(POINTERS).map((name) => `pointers/${name}`);
    expect(pointers).not.toEqual([]);
    expect(pointers.filter((name) => !scenarios.includes(name))).toEqual([]);
  });

  test.each(scenarios)('%s', async (name) => {
    const lines: string[] = [];
    const code = await rehearse(join(FOLDER, name), (line) => lines.push(line));
    expect(code, lines.join('\n')).toBe(0);
  });
});

/** One of them with one line changed. @returns what failed */
async function broken(name: string, change: (text: string) => string): Promise<string> {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  const folder = mkdtempSync(join(tmpdir(), 'relais-scenario-'));
  for (const file of CAST) writeFileSync(join(folder, file), readFileSync(join(FOLDER, file)));
  writeFileSync(join(folder, name), changed);
  const lines: string[] = [];
  expect(await rehearse(join(folder, name), (line) => lines.push(line))).toBe(1);
  return lines.filter((line) => line.startsWith('✗')).join('\n');
}

describe('an expectation that does not hold is said, with its step', () => {
  const ECG = 'teleexpertise-cardiologie.yaml';
  test('a name that the group would read', async () => {
    expect(await broken(ECG, (t) => t.replace("never: 'MODELE'", "never: 'ECG douteux'"))).toContain(
      'step 11: ines has read « ECG douteux »',
    );
  });
  test('what is only in another room', async () => {
    expect(
      await broken(ECG, (t) => t.replace("where: request, reads: 'MODELE'", "where: direct, reads: 'MODELE'")),
    ).toContain('hugo has not read « MODELE » in direct');
  });
  test('somebody who was not rung', async () => {
    expect(await broken(ECG, (t) => t.replace('rung: false', 'rung: true'))).toContain('did not ring bruno');
  });
  test('a minute too early', async () => {
    expect(await broken(ECG, (t) => t.replace('2026-11-24 09:00, who: ines', '2026-11-24 08:59, who: ines'))).toContain(
      'ines has not read « Délai atteint »',
    );
  });
  test('an apostrophe typed otherwise hides nothing', async () => {
    const name = 'entree-directe.yaml';
    expect(
      await broken(name, (t) => t.replace("camille, never: 'Altération'", "bruno, never: 'l’état général'")),
    ).toContain('bruno has read');
  });
});
