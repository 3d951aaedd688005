/** An arrangement written in a test as a territory writes it, and its scenario, played by `relais rehearse`. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { rehearse } from '../../cli/rehearse.ts';

export const PEOPLE = `persons:
  - { id: sophie, matrix: '@sophie:relais.test', name: Sophie Exemple, role: infirmier, groups: [] }
  - { id: magali, matrix: '@magali:relais.test', name: Magali Matériel, role: secretariat, groups: [materiel] }
`;
export const PATHWAY = `id: fauteuil
title: Prêt de fauteuil
family: fauteuil
about: nobody
ask: { who: [infirmier], consent: not-needed, urgent: accept }
form: [{ key: besoin, label: Besoin, type: text, required: true, share: before }]
to: { group: materiel, dispatch: first-accept }
`;

/** @param steps one a line. @returns all that is printed, errors apart */
export async function played(
  steps: string[],
  { head = '', pathway = PATHWAY, people = PEOPLE }: { head?: string; pathway?: string; people?: string } = {},
): Promise<{ code: number; lines: string[]; error: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'relais-rehearse-'));
  mkdirSync(join(folder, 'pathways'));
  writeFileSync(join(folder, 'people.yaml'), people);
  writeFileSync(join(folder, 'pathways', 'fauteuil.yaml'), pathway);
  const top = `title: Prêt\nstart: 2026-11-23 09:00\npeople: people.yaml\npathways: pathways\n${head}steps:\n`;
  writeFileSync(join(folder, 'scenario.yaml'), `${top}${steps.map((step) => `  - ${step}\n`).join('')}`);
  const lines: string[] = [];
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  const code = await rehearse(join(folder, 'scenario.yaml'), (line) => lines.push(line));
  return { code, lines, error: errors.mock.calls.join('\n').replaceAll(`${folder}/`, '') };
}
