/** What rooms say of an arrangement that a territory has written: what each one needs to act, in plain words. */
import { expect, test } from 'vitest';
import { played } from '../cli/small-scenario.ts';

const PEOPLE = `persons:
  - { id: vero, matrix: '@vero:relais.test', name: Véro Service, role: infirmier, groups: [] }
  - { id: ines, matrix: '@ines:relais.test', name: Inès Essai, role: infirmier, groups: [plaies] }
  - { id: dora, matrix: '@dora:relais.test', name: Dr Dora Derm, role: specialiste, groups: [dermatologues] }
  - { id: renfort, matrix: '@renfort:relais.test', name: Taxi Renfort, role: secretariat, groups: [renfort] }
  - { id: camille, matrix: '@camille:relais.test', name: Camille Coord, role: coordinateur, groups: [] }
`;

async function failures(pathway: string, steps: string[], head = ''): Promise<string> {
  const { code, lines, error } = await played(steps, { pathway, people: PEOPLE, head });
  return code === 0 ? '' : `${lines.join('\n')}${error}`;
}

const HEAD = 'id: fauteuil\ntitle: Transport\nfamily: transport\nabout: nobody\n';

test('a backup group that reads of a request for the first time reads how to take it, and can', async () => {
  const pathway = `${HEAD}ask: { who: [infirmier], consent: not-needed, urgent: accept }
form: [{ key: quoi, label: Quoi, type: text, required: true, share: before }]
to: { group: plaies, dispatch: first-accept, backup: [renfort] }
sla: { clock: calendar, take: { within: 2h, escalate: [{ at: 100%, to: backup }] } }
`;
  const failed = await failures(pathway, [
    "{ at: 2026-11-23 09:00, who: vero, where: direct, says: ['transport VSL demain'] }",
    '{ at: 2026-11-23 11:00, who: renfort, reads: "Pour la prendre : !prendre {code}", rung: true }',
    "{ who: renfort, where: direct, says: 'prendre {code}' }",
    '{ who: vero, reads: Taxi Renfort prend votre demande }',
  ]);
  expect(failed).toBe('');
});

test('a form says what it awaits in words: files, a day to come, the lines of a table', async () => {
  const pathway = `${HEAD}ask: { who: [infirmier], consent: not-needed, urgent: accept }
form:
  - { key: dossier, label: Dossier, type: file, most: 2, accept: [application/pdf, image/jpeg, image/png] }
  - { key: le, label: Pour le, type: date, bound: future, required: true }
  - { key: trajet, label: Trajet, type: table, most: 2, columns: [{ key: heure, label: Heure, type: text }, { key: vers, label: Vers, type: text }] }
to: { group: plaies, dispatch: first-accept }
`;
  const failed = await failures(pathway, [
    '{ at: 2026-11-23 09:00, who: vero, where: direct, says: [transport, passer, demain, 9h30 ; domicile, oui] }',
    '{ who: vero, reads: (PDF ou image) }',
    "{ who: vero, reads: '(aujourd’hui ou plus tard, par exemple demain)' }",
    "{ who: vero, reads: 'Écrivez ainsi : Heure ; Vers. Une ligne pour chacun, 2 au plus.' }",
    "{ who: vero, reads: 'envoyée : Transport' }",
  ]);
  expect(failed).toBe('');
});

const FOLLOWED = `id: fauteuil
title: Suivi de plaie
family: plaie
on: { discharge: { unit-tag: plaies }, at: [J+3, J+30] }
stages:
  - id: photo
    title: Regard infirmier
    done: regardée
    to: { group: plaies, dispatch: first-accept }
    outcomes: [{ word: stable, label: Plaie stable, next: end }, { word: aggravee, label: Plaie aggravée }]
    sla: { clock: working-days, take: { within: 24h, escalate: [{ at: 100%, to: coordinator }] } }
  - { id: avis, title: Avis, done: rendu, to: { group: dermatologues, dispatch: first-accept } }
`;
const SOURCE =
  "source: { id: ch, facility: CH_MODELE, units: [{ code: '4521', label: Vasculaire, tags: [plaies] }] }\n";
const LEFT = [
  "{ at: 2026-11-23 10:00, event: { type: admission, ipp: '10001', unit: '4521' } }",
  "{ at: 2026-11-24 15:00, event: { type: discharge, ipp: '10001', unit: '4521', destination: home } }",
];

test('who takes the next stage reads the conclusion of the one before; its group does not', async () => {
  const failed = await failures(
    FOLLOWED,
    [
      ...LEFT,
      "{ at: 2026-11-27 09:00, who: ines, where: direct, says: 'prendre {code}' }",
      "{ who: ines, where: request, says: '!repondre aggravee fibrine' }",
      '{ who: dora, reads: Avis, rung: true }',
      '{ who: dora, never: aggravée }',
      "{ who: dora, where: direct, says: 'prendre {code}' }",
      "{ who: dora, where: request, reads: 'Regard infirmier : Plaie aggravée' }",
    ],
    SOURCE,
  );
  expect(failed).toBe('');
});

test('a form with several questions is begun by one word, and the room says no more than that', async () => {
  const form =
    '{ form: [{ key: taille, label: Taille, type: number, unit: cm, required: true }, { key: mot, label: Mot, type: text }] }';
  const failed = await failures(
    FOLLOWED.replace('    outcomes: [{ word: stable', `    answer: ${form}\n    outcomes: [{ word: stable`),
    [
      ...LEFT,
      "{ at: 2026-11-27 09:00, who: ines, where: direct, says: 'prendre {code}' }",
      "{ who: ines, where: request, reads: '!repondre pour répondre' }",
      "{ who: ines, where: request, says: '!repondre' }",
      '{ who: ines, where: direct, reads: Votre conclusion }',
    ],
    SOURCE,
  );
  expect(failed).toBe('');
});

test('what a discharge asks thirty days later is said to be asked on that day', async () => {
  const failed = await failures(
    FOLLOWED,
    [
      ...LEFT,
      '{ at: 2026-12-28 12:00, who: camille, reads: le jeudi 24 décembre à 9h }',
      '{ who: camille, never: Demandée par CH_MODELE le mardi 24 novembre }',
    ],
    SOURCE,
  );
  expect(failed).toBe('');
});

test.each([
  ['trace: { to: [asker] }', 'trace.to\n  there is no report to send\n  → name it: trace: { report:'],
  ['trace: { report: bilan, to: [medecin-traitant] }', 'trace.to\n  nobody’s médecin traitant'],
])('a trace that would reach nobody is a mistake of the file: %s', async (trace, said) => {
  const ask = 'ask: { who: [infirmier], consent: not-needed, urgent: accept }';
  const pathway = `${HEAD}${ask}\nto: { group: plaies, dispatch: first-accept }\n${trace}\n`;
  expect(await failures(pathway, ['{ at: 2026-11-23 09:00 }'])).toContain(said);
});
