import { describe, expect, it } from 'vitest';
import { parse } from '../../commands/parse.ts';
import { COMMANDS } from '../../commands/table.ts';
import { looksUrgent } from '../../config/texts/urgent.ts';

const NAMES = ['relais', 'Relais ville-hôpital'];
const said = (body: string, bare = false): string => {
  const parsed = parse(body, bare, NAMES, COMMANDS);
  if (parsed.kind === 'follow') {
    const { said: follow } = parsed;
    if ('next' in follow) return '+';
    return 'pick' in follow ? `#${follow.pick}` : `${follow.yes ? 'oui' : 'non'}|${follow.words}`;
  }
  if (parsed.kind === 'command') return `${parsed.command.word}|${parsed.args}`;
  return parsed.kind === 'unknown' ? `?${parsed.word}|${parsed.nearest ?? ''}` : 'talk';
};

describe('what a hurried thumb types', () => {
  it.each([
    ['!aide', 'aide|'],
    ['! aide', 'aide|'],
    ['/annuaire dermato', 'annuaire|dermato'],
    ['//snp demain', 'snp|demain'],
    ['@relais annuaire cardio', 'annuaire|cardio'],
    ['@relais:example.org: annuaire cardio', 'annuaire|cardio'],
    ['Relais, snp ce soir', 'snp|ce soir'],
    ['!Répondre D-4K7 Rien d’anormal', "repondre|D-4K7 Rien d'anormal"],
    ['!PRENDRE d 4k7 ', 'prendre|d 4k7'],
    ['!je prends D-4K7', 'prendre|D-4K7'],
    ['!repondre ligne 1\nligne 2', 'repondre|ligne 1\nligne 2'],
    ['!aide.', 'aide|'],
    ['!anuaire dermato', '?anuaire|annuaire'],
    ['!avi cardio', '?avi|avis'],
    ['!xyzzy', '?xyzzy|'],
    ['bonjour à tous', 'talk'],
    ['je prends la garde de demain', 'talk'],
    ['relaisons', 'talk'],
    ['2', 'talk'],
    ['!2', '#2'],
    ['@relais suite', '+'],
    ['', 'talk'],
  ])('%j in a room is %s', (body, expected) => expect(said(body)).toBe(expected));

  it.each([
    ['Aide', 'aide|'],
    ['annuaire Cambrai', 'annuaire|Cambrai'],
    ['annuaire  cambrai', 'annuaire|cambrai'],
    ['Snp', 'snp|'],
    ['!aide', 'aide|'],
    ['merci', 'cloturer|'],
    ['Suite ', '+'],
    ['2', '#2'],
    ['le 2.', '#2'],
    ['n° 12', '#12'],
    ['Oui', 'oui|'],
    ['ok, patiente vue hier', 'oui|patiente vue hier'],
    ['d’accord', 'oui|'],
    ['Non merci', 'non|'],
    ['nonobstant', '?nonobstant|'],
  ])('%j in a direct room is %s', (body, expected) => expect(said(body, true)).toBe(expected));

  it('offers the nearest word and never runs it', () => {
    for (const typo of ['!prnedre D-4K7', '!repodnre oui', '!annuler1']) expect(said(typo)).toMatch(/^\?/);
  });
});

it('no word answers to two commands', () => {
  const all = COMMANDS.flatMap(({ word, also }) => [word, ...also]);
  expect(all.filter((word, n) => all.indexOf(word) !== n)).toEqual([]);
});

describe('an emergency in a question', () => {
  it.each(['Douleur thoracique depuis 1 h', 'Patient en détresse respiratoire', 'URGENT: ECG', 'suspicion d’AVC'])(
    '%s',
    (q) => expect(looksUrgent(q)).toBe(true),
  );
  it.each([
    'ECG de repos avant sport',
    'pas urgent : douleur thoracique ancienne',
    'suite à son passage aux urgences, avis sur le traitement',
  ])('%s is not one', (q) => expect(looksUrgent(q)).toBe(false));

  describe('of a pathway that adds its signs', () => {
    const signs = ['fièvre', 'rougeur qui s’étend'];
    it.each([
      'Fièvre à 39 depuis hier',
      'rougeur qui s’étend',
      'plaie, FIEVRES',
      'pas de rougeur qui s’étend mais fièvre',
    ])('%s', (q) => {
      expect(looksUrgent(q, signs)).toBe(true);
      expect(looksUrgent(q)).toBe(false);
    });
    it.each([
      'pas de fièvre',
      'sans fièvre ni rougeur qui s’étend',
      'aucune fièvre',
      'non urgent, fièvre ancienne',
      'fiévreux',
    ])('%s is not one', (q) => expect(looksUrgent(q, signs)).toBe(false));
  });
});
