/** What the pages say works: their whole examples are sound pathways, and are played. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ROLES } from '../../care/people/person.ts';
import { rehearse } from '../../cli/rehearse.ts';

const DOCS = resolve(import.meta.dirname, '..', '..', 'docs');

const PEOPLE = `persons:
  - { id: sophie, matrix: '@sophie:relais.test', name: Sophie Exemple, role: infirmier, groups: [] }
  - { id: magali, matrix: '@magali:relais.test', name: Magali Matériel, role: secretariat, groups: [materiel, memoire] }
  - { id: camille, matrix: '@camille:relais.test', name: Camille Coord, role: coordinateur, groups: [] }
`;

/** @param steps of a scenario, after somebody has asked. @returns what failed */
async function played(page: string, id: string, steps: string): Promise<string> {
  const text = readFileSync(join(DOCS, page), 'utf8');
  const block = [...text.matchAll(/```yaml\n(.*?)```/gs)]
    .map(([, yaml = '']) => yaml)
    .find((y) => y.startsWith(`id: ${id}\n`));
  const folder = mkdtempSync(join(tmpdir(), 'relais-docs-'));
  writeFileSync(join(folder, `${id}.yaml`), block ?? '');
  const around = mkdtempSync(join(tmpdir(), 'relais-docs-'));
  writeFileSync(join(around, 'people.yaml'), PEOPLE);
  const scenario = `title: ${id}\nstart: 2026-11-23 08:55\npeople: people.yaml\npathways: ${join('..', folder.split('/').at(-1) ?? '')}\nsteps:\n${steps}`;
  writeFileSync(join(around, 'scenario.yaml'), scenario);
  const lines: string[] = [];
  const code = await rehearse(join(around, 'scenario.yaml'), (line) => lines.push(line));
  return code === 0 ? '' : `not played to its end:\n${lines.join('\n')}`;
}

test('docs/pathways.md: a wheelchair is lent, and asked back thirty days later', async () => {
  const failed = await played(
    'pathways.md',
    'pret-de-fauteuil',
    `  - { at: 2026-11-23 09:00, who: sophie, where: direct, says: ['fauteuil', Retour d'hôpital, 26/11/2026, 12 rue des Lilas, MODELE Odile 12/05/1941 F, oui] }
  - { who: magali, reads: Retour d'hôpital, rung: true }
  - { who: magali, never: Lilas }
  - { who: magali, never: MODELE }
  - { at: 2026-11-24 09:00, who: camille, reads: Délai atteint }
  - { who: magali, where: direct, says: 'prendre {code}' }
  - { who: magali, where: request, reads: Lilas }
  - { who: magali, where: request, says: '!repondre prete livré mardi' }
  - { who: sophie, reads: Fauteuil prêté }
  - { at: 2026-12-24 08:59, who: magali, never: Retour — }
  - { at: 2026-12-24 09:00, who: magali, reads: 'Prêt de fauteuil roulant — Retour' }
`,
  );
  expect(failed).toBe('');
});

test('docs/fr/parcours.md: a memory consultation', async () => {
  const failed = await played(
    join('fr', 'parcours.md'),
    'consultation-memoire',
    `  - { at: 2026-11-23 09:00, who: sophie, where: direct, says: ['memoire', Perd ses clés, 79 ans, sa fille, MODELE Odile 12/05/1941 F, oui] }
  - { who: magali, reads: Perd ses clés, rung: false }
  - { who: magali, never: sa fille }
  - { who: magali, where: direct, says: suivante }
  - { at: 2026-11-30 08:59, who: camille, never: Délai atteint }
  - { at: 2026-11-30 09:00, who: camille, reads: Délai atteint }
  - { who: magali, where: request, says: '!repondre rendez-vous le 4 janvier à 10 h' }
  - { who: sophie, where: request, reads: le 4 janvier à 10 h }
`,
  );
  expect(failed).toBe('');
});

test('docs/pathways.md: its pathway, its people and its scenario are one arrangement, played to a green verdict', async () => {
  const text = readFileSync(join(DOCS, 'pathways.md'), 'utf8');
  const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, yaml = '']) => yaml);
  const block = (start: string): string => blocks.find((yaml) => yaml.startsWith(start)) ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'relais-docs-'));
  mkdirSync(join(folder, 'pathways'));
  writeFileSync(join(folder, 'pathways', 'pret-de-fauteuil.yaml'), block('id: pret-de-fauteuil\n'));
  writeFileSync(join(folder, 'people.yaml'), block('persons:\n'));
  writeFileSync(join(folder, 'equipe.yaml'), /`(- \{ facility: .*?\})`/.exec(text)?.[1] ?? '');
  writeFileSync(join(folder, 'scenario.yaml'), block('title: '));
  const lines: string[] = [];
  const code = await rehearse(join(folder, 'scenario.yaml'), (line) => lines.push(line));
  expect(code, lines.join('\n')).toBe(0);
  expect(text).toContain(`\`${lines.at(-1)?.trim() ?? ''}\``);
  const roles = /^Roles: (.*?)\./ms.exec(text)?.[1] ?? '';
  expect([...roles.matchAll(/`([\w-]+)`/g)].map(([, role]) => role)).toEqual([...ROLES]);
});
