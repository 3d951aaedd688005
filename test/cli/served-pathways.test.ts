/** `relais pathway new`, and a folder of pathways that changes under a running server. */
import { mkdtempSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { checkConfig } from '../../cli/check-config.ts';
import { newPathway } from '../../cli/pathway.ts';
import { openStage } from '../../cli/rehearsal.ts';
import { servedPathways } from '../../cli/served-pathways.ts';
import { peopleFrom, type Person } from '../../care/people/person.ts';
import { ENV, good, installation, RELAIS } from '../config/installation.ts';
import { paris, POLICY } from '../flows/stage.ts';

const PERSONS: Person[] = [
  { id: 'idel', matrix: '@idel:test', name: 'Mme Idel', role: 'infirmier', groups: [] },
  { id: 'pret', matrix: '@pret:test', name: 'M. Prêt', role: 'secretariat', groups: ['materiel'] },
];
const FAUTEUIL = `id: fauteuil
title: Prêt de fauteuil roulant
family: fauteuil
about: nobody
ask: { who: [infirmier], consent: not-needed, urgent: accept }
form: [{ key: question, label: Demande, type: text, required: true, share: before }]
to: { group: materiel, dispatch: first-accept }
sla: { clock: calendar, take: { within: 4h, escalate: [{ at: 100%, to: asker }] } }
`;

/** A folder whose only file can be saved again, each time a second later. */
function saved(text: string): { folder: string; save: (text: string) => void } {
  const folder = mkdtempSync(join(tmpdir(), 'relais-served-'));
  let second = 1_000_000;
  const save = (next: string): void => {
    writeFileSync(join(folder, 'fauteuil.yaml'), next);
    second += 1;
    utimesSync(join(folder, 'fauteuil.yaml'), second, second);
  };
  save(text);
  return { folder, save };
}

describe('a folder that changes', () => {
  test('is taken when it is sound; a broken file changes nothing and is said with its line', () => {
    const { folder, save } = saved(FAUTEUIL);
    const said: string[] = [];
    const served = servedPathways({ pathways: [], pathwaysFolder: folder, people: PERSONS }, (_level, line) =>
      said.push(line),
    );
    expect(served.look()).toBe(false); // nothing has changed since the start
    save(FAUTEUIL.replace('roulant', 'roulant ou lit'));
    expect(served.look()).toBe(true);
    expect(served.offered().map((o) => o.title)).toEqual(['Prêt de fauteuil roulant ou lit']);
    save(FAUTEUIL.replace('within: 4h', 'within: bientôt'));
    expect(served.look()).toBe(false);
    expect(said.at(-1)).toMatch(/fauteuil\.yaml:8 sla\.take\.within: "bientôt" is not a span of time → write/);
    save(FAUTEUIL.replace('family: fauteuil', 'family: prendre'));
    expect(served.look()).toBe(false);
    expect(said.at(-1)).toContain('"prendre" is already a command');
    save(FAUTEUIL.replace('group: materiel', 'group: personne'));
    expect(served.look()).toBe(false);
    expect(served.offered().map((o) => o.title)).toEqual(['Prêt de fauteuil roulant ou lit']);
    expect(said).toHaveLength(4);
  });

  test('does not touch the requests that run: they keep their clock, the next ones have the new one', async () => {
    const { folder, save } = saved(FAUTEUIL);
    const served = servedPathways({ pathways: [], pathwaysFolder: folder, people: PERSONS }, () => undefined);
    save(FAUTEUIL.replace('roulant', 'roulant,'));
    served.look();
    const stage = await openStage({
      start: paris(2026, 11, 23, 9),
      source: { id: 'ch', facilities: ['CH'], policy: POLICY },
      people: peopleFrom(PERSONS, [], []),
      get pathways() {
        return served.offered();
      },
      directory: { search: async () => ({ entries: [], total: 0, understood: [], unknown: [] }), size: async () => 0 },
      slots: { offered: async () => [], matches: () => true },
    });
    const last = (): string => String(stage.readBy('@idel:test').at(-1)?.event.content['body']);
    const asks = async (): Promise<void> =>
      stage.says(await stage.direct('@idel:test'), '@idel:test', 'fauteuil Sortie demain');
    await asks();
    expect(last()).toContain('avant lundi 23 novembre à 13h');
    save(FAUTEUIL.replace('within: 4h', 'within: 1h'));
    expect(served.look()).toBe(true);
    await asks();
    expect(last()).toContain('avant lundi 23 novembre à 10h');
    await stage.until(paris(2026, 11, 23, 12, 59));
    const late = (): number =>
      stage.readBy('@idel:test').filter((h) => String(h.event.content['body']).includes('Délai atteint')).length;
    expect(late()).toBe(1);
    await stage.until(paris(2026, 11, 23, 13));
    expect(late()).toBe(2);
    await stage.close();
  });
});

describe('relais pathway new', () => {
  const relais = { 'relais.yaml': `${RELAIS}pathways: pathways\n` };

  test('writes a file that check-config accepts, once', async () => {
    const config = installation(relais);
    const lines: string[] = [];
    expect(newPathway('consultation-memoire', { config }, ENV, (line) => lines.push(line))).toBe(0);
    expect(lines.join('\n')).toContain('relais check-config -c');
    const file = config.replace('relais.yaml', 'pathways/consultation-memoire.yaml');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('id: consultation-memoire #');
    expect(text).not.toContain('modele');
    const checked: string[] = [];
    expect(await checkConfig(config, ENV, (line) => checked.push(line), paris(2026, 11, 20, 17))).toBe(0);
    expect(checked.join('\n')).toContain('!consultation-memoire → avis-cardiologie (1) (first-accept)');
    const complaint = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(newPathway('consultation-memoire', { config }, ENV, () => undefined)).toBe(2);
    expect(newPathway('Consultation mémoire', { config }, ENV, () => undefined)).toBe(2);
    expect(newPathway('snp', { config }, ENV, () => undefined)).toBe(2);
    expect(complaint.mock.calls.flat().join('\n')).toMatch(
      /already there → edit it[\s\S]*not a short name[\s\S]*word of a command/,
    );
    complaint.mockRestore();
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('copies the one of that id that comes with Relais', () => {
    const config = installation(relais);
    expect(newPathway('teleexpertise-cardiologie', { config }, ENV, () => undefined)).toBe(0);
    expect(good(config).pathways.map((p) => p.id)).toEqual(['teleexpertise-cardiologie']);
  });
});
