/** A small installation on disk, all of it sound; tests break one thing at a time. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../config/load.ts';
import type { LoadedConfig } from '../../config/load.ts';

export const RELAIS = `environment: test
account: { homeserver: https://matrix.example.fr, directory: account }
store: { path: var/relais.sqlite }
listen: { port: 8080 }
seal: { key_env: SEAL }
sources:
  - id: ch-modele
    name: CH Modèle
    format: hl7v2
    facility: [CH_MODELE, 0590000000]
    secret_env: SOURCE
    units:
      - { code: 0450, label: Urgences, policy: event }
      - { code: 12e4, label: Médecine A, policy: event+label }
people: people.yaml
equipe: equipe.yaml
territories: [{ id: demo, name: Démonstration }]
`;
export const PEOPLE = `persons:
  - { id: claire, matrix: "@claire:example.fr", name: Dr Claire Modèle, role: medecin-traitant, rpps: 99900000052, territory: demo, groups: [participants-tle-cardio] }
  - { id: bruno, matrix: "@bruno:example.fr", name: Dr Bruno Essai, role: specialiste, groups: [avis-cardiologie, avis-cardiologie-ght] }
duty:
  - { group: avis-cardiologie, person: bruno, from: 2026-11-27 08:00, to: 2026-12-04 08:00 }
`;
export const EQUIPE = `- { facility: CH_MODELE, ipp: 0010001, members: [claire] }
`;
export const ENV = { SEAL: 'a seal key of at least thirty-two characters', SOURCE: 'sixteen characters' };

export function installation(files: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'relais-config-'));
  mkdirSync(join(folder, 'pathways'));
  for (const [name, text] of Object.entries({
    'relais.yaml': RELAIS,
    'people.yaml': PEOPLE,
    'equipe.yaml': EQUIPE,
    ...files,
  }))
    writeFileSync(join(folder, name), text);
  return join(folder, 'relais.yaml');
}
export function good(path: string, env: Record<string, string> = ENV): LoadedConfig {
  const loaded = loadConfig(path, env);
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded;
}
/** `people.yaml:2 persons[0].id: problem → cure` */
export function problems(path: string, env: Record<string, string> = ENV): string[] {
  const loaded = loadConfig(path, env);
  if (!('problems' in loaded)) return [];
  return loaded.problems.map(
    (p) => `${p.file.split('/').at(-1) ?? ''}:${p.line ?? '-'} ${p.key}: ${p.problem} → ${p.cure}`,
  );
}
