/** The words that a newcomer types first, and what holds for every word: eight lines, no error. */
import { expect, it } from 'vitest';
import { demoDirectory, demoRepertory, demoSlots } from '../../cli/demo-data.ts';
import type { Person } from '../../care/people/person.ts';
import { COMMANDS } from '../../commands/table.ts';
import { openWard, paris, type Ward } from './stage.ts';

const persons: Person[] = [
  { id: 'membre', matrix: '@membre:test', name: 'Dr membre', role: 'medecin', groups: [], rpps: '99900000045' },
];
const open = async (): Promise<Ward> =>
  openWard({
    directory: await demoDirectory(),
    slots: demoSlots(),
    repertory: demoRepertory(),
    persons,
    duty: [
      { group: 'avis-cardiologie', person: 'cardio2', from: paris(2026, 1, 12, 8), to: paris(2026, 1, 13, 8) },
      { group: 'avis-cardiologie', person: 'cardio1', from: paris(2026, 1, 13, 8), to: paris(2026, 1, 14, 8) },
    ],
  });
async function asks(on: Ward, who: string, text: string): Promise<string> {
  await on.types(who, text);
  return on.bodies(who).at(-1) ?? '';
}

it('contact: one professional, whole; the line of professionals for members alone with Relais', async () => {
  const on = await open();
  expect(await asks(on, 'mt', 'Contact essaiderm ')).toMatch(
    /^Dr Alice ESSAIDERM, Dermatologie.*\n• .*Cambrai — 03 53 01 00 01/,
  );
  await asks(on, 'coord', 'fiche 99900000011 ligne pro 03 53 01 00 99');
  await asks(on, 'coord', 'fiche 99900000011 horaires lundi au jeudi');
  expect(await asks(on, 'mt', 'contact essaiderm')).toContain('lundi au jeudi');
  expect(on.bodies('mt').at(-1)).not.toContain('00 99');
  await asks(on, 'coord', 'fiche 99900000045 membre oui');
  expect(await asks(on, 'membre', 'contact essaiderm')).toContain('ligne pro 03 53 01 00 99');
  await on.close();
});

it('contact: several, a list where a number shows one; nobody, said so', async () => {
  const on = await open();
  const list = await asks(on, 'mt', 'contact cambrai');
  expect(list).toContain('1. ');
  const name = /2\. ([^,]+),/.exec(list)?.[1] ?? '?';
  expect(await asks(on, 'mt', '2')).toContain(name);
  expect(await asks(on, 'mt', 'contact zzzzzz')).toContain('Personne pour');
  expect(await asks(on, 'mt', 'contact')).toContain('Que cherchez-vous');
  await on.close();
});

it('garde: now, at another moment, of another group, and nobody', async () => {
  const on = await open();
  expect(await asks(on, 'mt', 'garde')).toBe(
    'En ce moment :\n• Téléexpertise cardiologie (ECG) : Dr cardio2, jusqu’au mardi 13 janvier à 8h',
  );
  expect(await asks(on, 'mt', 'Qui est de garde cardio demain matin')).toContain('Dr cardio1');
  expect(await asks(on, 'mt', 'garde cardiologie jeudi 14h')).toContain(
    'les 2 confrères du groupe sont prévenus ensemble',
  );
  expect(await asks(on, 'mt', 'garde plomberie')).toContain('aucun groupe pour « plomberie »');
  await on.close();
});

it('mt: who takes new patients, with the day on which it was checked; then elsewhere; then nobody', async () => {
  const on = await open();
  expect(await asks(on, 'idel', 'mt cambrai')).toContain('Aucun médecin traitant noté');
  const found = await asks(on, 'coord', 'fiche generaliste cambrai');
  const number = /^(\d{11})/m.exec(found)?.[1] ?? '';
  await asks(on, 'coord', `fiche ${number} nouveaux patients oui`);
  const here = await asks(on, 'idel', 'mt Cambrai');
  expect(here).toContain('Prennent de nouveaux patients à Cambrai : 1');
  expect(here).toContain('vérifié le 12/01');
  expect(await asks(on, 'idel', 'mt valenciennes')).toContain('ailleurs sur le territoire');
  await asks(on, 'coord', `fiche ${number} nouveaux patients non`);
  expect(await asks(on, 'idel', 'mt cambrai')).toContain('Aucun médecin traitant noté');
  await on.close();
});

it('aide: one screen of words by what one comes for, then each explained; only what this person may do', async () => {
  const on = await open();
  const first = await asks(on, 'mt', 'Aide');
  expect(first).toContain('Trouver : annuaire, contact, mt, garde, ligne, doc, prevention, actions');
  expect(first).toContain('Demander : avis');
  expect(first).not.toContain('fiche');
  expect(await asks(on, 'coord', 'aide')).toContain('fiche');
  const words = new Set<string>();
  await asks(on, 'mt', 'aide');
  for (let page = await asks(on, 'mt', 'suite'); page !== 'C’est tout.'; page = await asks(on, 'mt', 'suite')) {
    for (const line of page.split('\n')) words.add(line.split(' — ')[0] ?? '');
    expect(words.size).toBeLessThan(60);
  }
  for (const word of ['annuaire', 'contact', 'garde', 'mt', 'snp', 'avis', 'repondre']) expect(words).toContain(word);
  expect(words).not.toContain('fiche');
  expect(await asks(on, 'mt', 'aide Créneau')).toContain('Par exemple : creneau ajouter demain');
  await on.close();
});

it('every word that somebody may type has its example, and belongs to a theme of aide', async () => {
  const on = await open();
  for (const { word, example } of COMMANDS) {
    expect(example.startsWith(word) || example.startsWith(word.replaceAll('-', ' ')), word).toBe(true);
    const said = await asks(on, 'coord', `aide ${word}`);
    expect(said, word).toMatch(/Par exemple|Écrivez-moi/);
  }
  await on.close();
});

it('no answer takes more than eight lines: every word, its example, what follows, on the demo’s data', async () => {
  const on = await open();
  for (const command of COMMANDS)
    for (const who of ['mt', 'coord', 'cardio1'])
      for (const text of [
        command.word,
        command.example,
        ...command.also.slice(0, 1),
        'suite',
        '1',
        `aide ${command.word}`,
      ]) {
        const before = on.bodies(who).length;
        await on.types(who, text);
        const answers = on.bodies(who).slice(before);
        expect(answers.length, `${who} ${text}`).toBeGreaterThan(0);
        for (const answer of answers)
          expect(answer.split('\n').length, `${who} ${text}:\n${answer}`).toBeLessThanOrEqual(8);
      }
  await on.close();
});

it('two hundred words at once: each is answered, nothing fails', async () => {
  const failed: string[] = [];
  const on = await openWard({
    directory: await demoDirectory(),
    slots: demoSlots(),
    repertory: demoRepertory(),
    log: (level, message) => {
      if (level === 'error') failed.push(message);
    },
  });
  const typed = [
    'annuaire dermato cambrai',
    'snp demain',
    'garde',
    'mt cambrai',
    'aide',
    'contact essaiderm',
    'ligne',
    'zzz',
  ];
  const room = await on.direct('@mt:test');
  const before = on.bodies('mt').length;
  for (let n = 0; n < 200; n += 1)
    on.transport.type(room, '@mt:test', { msgtype: 'm.text', body: typed[n % typed.length] ?? '' });
  await on.settle();
  expect(on.bodies('mt').length - before).toBe(200);
  expect(failed).toEqual([]);
  expect(await on.store.inbox.count('undecided')).toBe(0);
  expect(await on.store.inbox.count('quarantined')).toBe(0);
  await on.close();
});
