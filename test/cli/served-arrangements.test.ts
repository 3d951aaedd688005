/** `relais pathway new`, and people, équipes and pathways that change under a running server. */
import { BARE_HOUSE } from '../support/bare-house.ts';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { checkConfig } from '../../cli/check-config.ts';
import { newPathway } from '../../cli/pathway.ts';
import { openStage } from '../../cli/rehearsal.ts';
import { servedArrangements } from '../../cli/served-arrangements.ts';
import { COMMAND_WORDS } from '../../commands/table.ts';
import { loadConfig } from '../../config/load.ts';
import { ENV, good, installation, RELAIS } from '../config/installation.ts';
import { paris, POLICY } from '../flows/stage.ts';

const PEOPLE = `persons:
  - { id: idel, matrix: "@idel:test", name: Mme Idel, role: infirmier }
  - { id: pret, matrix: "@pret:test", name: M. Prêt, role: secretariat, groups: [materiel] }
`;
const REMPLACANT = `  - { id: rempl, matrix: "@rempl:test", name: Mme Rempl, role: infirmier, groups: [materiel] }
`;
const EQUIPE = `- { facility: CH_MODELE, ipp: 0010001, members: [idel] }
- { facility: CH_MODELE, ipp: 0010002, members: [idel] }
- { facility: CH_MODELE, ipp: 0010003, members: [idel] }
`;
const FAUTEUIL = `id: fauteuil
title: Prêt de fauteuil roulant
family: fauteuil
about: nobody
ask: { who: [infirmier], consent: not-needed, urgent: accept }
form: [{ key: question, label: Demande, type: text, required: true, share: before }]
to: { group: materiel, dispatch: first-accept }
sla: { clock: calendar, take: { within: 4h, escalate: [{ at: 100%, to: asker }] } }
`;

/** An installation whose files can be saved again, each time a second later, and what a server that runs on it says. */
function running() {
  const config = installation({
    'relais.yaml': `${RELAIS}pathways: pathways\n`,
    'people.yaml': PEOPLE,
    'equipe.yaml': EQUIPE,
    'pathways/fauteuil.yaml': FAUTEUIL,
  });
  const said: string[] = [];
  let second = 1_000_000;
  const save = (name: string, text: string): void => {
    const file = join(dirname(config), name);
    writeFileSync(file, text);
    second += 1;
    utimesSync(file, second, second);
  };
  const read = () => loadConfig(config, ENV, COMMAND_WORDS);
  const served = servedArrangements(good(config), read, (_level, line) => said.push(line));
  /** Saved, seen, and seen again at rest. */
  const saved = (name: string, text: string): boolean => {
    save(name, text);
    return served.look() || served.look();
  };
  const titles = (): string[] => served.offered().map((o) => o.title);
  return { served, said, save, saved, titles };
}

describe('files that change under a running server', () => {
  test('a pathway is taken when it is sound; a broken one changes nothing and is said with its line', () => {
    const { served, said, saved, titles } = running();
    expect(served.look()).toBe(false); // nothing has changed since the start
    expect(saved('pathways/fauteuil.yaml', FAUTEUIL.replace('roulant', 'roulant ou lit'))).toBe(true);
    expect(titles()).toEqual(['Prêt de fauteuil roulant ou lit']);
    expect(saved('pathways/fauteuil.yaml', FAUTEUIL.replace('within: 4h', 'within: bientôt'))).toBe(false);
    expect(said.at(-1)).toMatch(/fauteuil\.yaml:8 sla\.take\.within: "bientôt" is not a span of time → write/);
    expect(saved('pathways/fauteuil.yaml', FAUTEUIL.replace('family: fauteuil', 'family: prendre'))).toBe(false);
    expect(said.at(-1)).toContain('"prendre" is already a command');
    expect(saved('pathways/fauteuil.yaml', FAUTEUIL.replace('group: materiel', 'group: personne'))).toBe(false);
    expect(titles()).toEqual(['Prêt de fauteuil roulant ou lit']);
    expect(said).toHaveLength(4);
  });

  test('a person, an équipe and a duty hold from then on, for whoever asked before', () => {
    const { served, saved } = running();
    const { people } = served;
    expect(saved('people.yaml', PEOPLE + REMPLACANT)).toBe(true);
    expect(people.byMatrix('@rempl:test')?.name).toBe('Mme Rempl');
    const duty = 'duty:\n  - { group: materiel, person: rempl, from: 2026-11-23 08:00, to: 2026-11-30 08:00 }\n';
    expect(saved('people.yaml', PEOPLE + REMPLACANT + duty)).toBe(true);
    expect(people.onDuty('materiel', paris(2026, 11, 24, 9))?.id).toBe('rempl');
    expect(saved('equipe.yaml', EQUIPE.replace('0010002, members: [idel]', '0010002, members: [rempl]'))).toBe(true);
    expect(people.team('CH_MODELE', '0010002').map(({ id }) => id)).toEqual(['rempl']);
  });

  test('files that contradict each other change nothing, and the log quotes neither a number nor a name', () => {
    const { served, said, saved } = running();
    expect(saved('equipe.yaml', EQUIPE.replaceAll('[idel]', '[rempl]'))).toBe(false);
    expect(said.at(-1)).toBe('not taken, all stays as it was: equipe.yaml:3 → relais check-config says what and why');
    expect(said.join('\n')).not.toMatch(/00100|rempl/);
    expect(served.people.team('CH_MODELE', '0010001').map(({ id }) => id)).toEqual(['idel']);
    // Whoever is missing comes after: both files are read again.
    expect(saved('people.yaml', PEOPLE + REMPLACANT)).toBe(true);
    expect(served.people.team('CH_MODELE', '0010001').map(({ id }) => id)).toEqual(['rempl']);
  });

  test('half of a file is not taken while it is being written, nor équipes that are suddenly gone', () => {
    const { served, said, save } = running();
    const team = (): number => served.people.team('CH_MODELE', '0010003').length;
    save('equipe.yaml', EQUIPE.split('\n').slice(0, 2).join('\n'));
    expect(served.look()).toBe(false);
    save('equipe.yaml', `${EQUIPE}- { facility: CH_MODELE, ipp: 0010004, members: [idel] }\n`);
    expect(served.look()).toBe(false);
    expect(said).toEqual([]);
    expect(served.look()).toBe(true);
    save('equipe.yaml', EQUIPE.split('\n')[0] ?? '');
    expect([served.look(), served.look()]).toEqual([false, false]);
    expect(said.at(-1)).toMatch(/has 1 équipes, and had 4 → restart Relais if that is meant/);
    expect(team()).toBe(1);
  });

  test('does not touch the requests that run: they keep their clock, the next ones have the new one', async () => {
    const { served, saved } = running();
    const stage = await openStage({
      start: paris(2026, 11, 23, 9),
      source: { id: 'ch', facilities: ['CH'], policy: POLICY },
      people: served.people,
      get pathways() {
        return served.offered();
      },
      directory: BARE_HOUSE.directory,
      slots: BARE_HOUSE.slots,
    });
    const last = (): string => String(stage.readBy('@idel:test').at(-1)?.event.content['body']);
    const asks = async (): Promise<void> =>
      stage.says(await stage.direct('@idel:test'), '@idel:test', 'fauteuil Sortie demain');
    await asks();
    expect(last()).toContain('avant lundi 23 novembre à 13h');
    expect(saved('pathways/fauteuil.yaml', FAUTEUIL.replace('within: 4h', 'within: 1h'))).toBe(true);
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
    expect(lines[0]).toBe(`${file} written.`);
    expect(lines.join('\n')).toContain(`relais sla ${file} `);
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
