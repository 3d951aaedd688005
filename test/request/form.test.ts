/** Answers against their questions: each type takes what suits it and nothing else. */
import { describe, expect, test } from 'vitest';
import { type Answer, asked, faultOf, faultsOf, oneLine } from '../../care/request/form.ts';
import { shownOf } from '../../care/request/shown.ts';
import { answerLine } from '../../config/texts/answers.ts';
import { pathway } from './offers.ts';

const { form } = pathway(`
id: tout
title: Tout
family: tout
ask: { who: [medecin], consent: not-needed, urgent: accept }
to: { group: g, dispatch: queue }
form:
  - { key: texte, type: text, longest: 20, required: true }
  - { key: protocole, type: choice, options: [Bilan de chute, Épistaxis], required: true }
  - { key: signes, type: choices, options: [Fièvre, Douleur] }
  - { key: poids, type: number, unit: kg, min: 0.5, max: 300, decimals: 1 }
  - { key: debut, label: Début, type: date, bound: past }
  - { key: anticoagulant, type: yes-no }
  - { key: photos, type: photo, most: 2 }
  - { key: ecg, type: file, accept: [application/pdf] }
  - { key: traitements, type: table, most: 2, columns: [{ key: nom, type: text, required: true }, { key: dose, type: number, unit: mg }, { key: voie, type: choice, options: [Orale, Injectable] }] }
  - { key: douleur, type: scale, to: 10 }
  - { key: hauteur, type: number, required: true, when: { field: protocole, is: bilan_de_chute } }
`);
const TODAY = '2026-11-23';
const photo = (mime: string) => ({ id: 'a', name: 'p.jpg', mime, size: 1 });
const GOOD: Answer[] = [
  { key: 'texte', type: 'text', value: 'Chute ce matin' },
  { key: 'protocole', type: 'choice', value: 'epistaxis' },
];

function faults(...answers: Answer[]): string[] {
  const kept = GOOD.filter((one) => !answers.some((a) => a.key === one.key));
  return faultsOf(form, [...kept, ...answers], [], TODAY).map((f) => `${f.label}: ${f.fault}`);
}

describe('a form', () => {
  test('what is sound has no fault', () => {
    expect(
      faults(
        { key: 'signes', type: 'choices', value: ['fievre', 'douleur'] },
        { key: 'poids', type: 'number', value: 72.5 },
        { key: 'debut', type: 'date', value: TODAY },
        { key: 'anticoagulant', type: 'yes-no', value: false },
        { key: 'photos', type: 'photo', value: [photo('image/jpeg'), photo('image/heic')] },
        { key: 'ecg', type: 'file', value: [photo('application/pdf')] },
        { key: 'traitements', type: 'table', value: [{ nom: 'Apixaban', dose: 5, voie: 'orale' }, { nom: 'Fer' }] },
        { key: 'douleur', type: 'scale', value: 0 },
      ),
    ).toEqual([]);
  });

  test.each<[Answer, string]>([
    [{ key: 'texte', type: 'text', value: 'x'.repeat(21) }, 'Texte: too-long'],
    [{ key: 'texte', type: 'text', value: '  ' }, 'Texte: missing'],
    [{ key: 'texte', type: 'number', value: 1 }, 'Texte: wrong-type'],
    [{ key: 'protocole', type: 'choice', value: 'autre' }, 'Protocole: not-an-option'],
    [{ key: 'signes', type: 'choices', value: ['fievre', 'toux'] }, 'Signes: not-an-option'],
    [{ key: 'poids', type: 'number', value: 0.4 }, 'Poids: out-of-range'],
    [{ key: 'poids', type: 'number', value: 72.55 }, 'Poids: out-of-range'],
    [{ key: 'poids', type: 'number', value: Number.NaN }, 'Poids: out-of-range'],
    [{ key: 'debut', type: 'date', value: '2026-11-24' }, 'Début: out-of-range'],
    [{ key: 'debut', type: 'date', value: '2026-02-30' }, 'Début: not-a-date'],
    [{ key: 'photos', type: 'photo', value: [1, 2, 3].map(() => photo('image/png')) }, 'Photos: too-many'],
    [{ key: 'photos', type: 'photo', value: [photo('application/pdf')] }, 'Photos: not-accepted'],
    [{ key: 'ecg', type: 'file', value: [photo('application/pdfx')] }, 'Ecg: not-accepted'],
    [{ key: 'traitements', type: 'table', value: [{ dose: 5 }] }, 'Traitements: missing'],
    [{ key: 'traitements', type: 'table', value: [{ nom: 'A', dose: '5' }] }, 'Traitements: wrong-type'],
    [{ key: 'traitements', type: 'table', value: [{ nom: 'A', voie: 'rectale' }] }, 'Traitements: not-an-option'],
    [{ key: 'traitements', type: 'table', value: [{ nom: 'A', autre: 'x' }] }, 'Traitements: wrong-type'],
    [{ key: 'douleur', type: 'scale', value: 11 }, 'Douleur: out-of-range'],
    [{ key: 'douleur', type: 'scale', value: 2.5 }, 'Douleur: out-of-range'],
    [{ key: 'protocole', type: 'choice', value: 'bilan_de_chute' }, 'Hauteur: missing'],
  ])('%j: %s', (answer, fault) => expect(faults(answer)).toEqual([fault]));

  test('a question whose condition is not met is not asked, nor is its answer checked', () => {
    expect(asked(form, GOOD).map((f) => f.key)).not.toContain('hauteur');
    expect(faults({ key: 'hauteur', type: 'text', value: 'x' })).toEqual([]);
  });

  test('a condition may look at an earlier form', () => {
    const [hauteur] = form.filter((f) => f.key === 'hauteur');
    const earlier: Answer[] = [{ key: 'protocole', type: 'choice', value: 'bilan_de_chute' }];
    expect(faultsOf(hauteur ? [hauteur] : [], [], earlier, TODAY)).toHaveLength(1);
  });

  test('one question at a time: emptiness is not its affair', () => {
    const [texte] = form;
    expect(texte && faultOf(texte, { key: 'texte', type: 'text', value: '' }, TODAY)).toBeUndefined();
    expect(texte && faultOf(texte, { key: 'texte', type: 'yes-no', value: true }, TODAY)).toBe('wrong-type');
  });

  test('one line answers the first free question', () => {
    expect(oneLine(form, ' Chute ')).toEqual([{ key: 'texte', type: 'text', value: 'Chute' }]);
    expect(oneLine(form, '  ')).toEqual([]);
  });

  test('is read as a colleague writes it', () => {
    const said = shownOf(form, [
      ...GOOD,
      { key: 'signes', type: 'choices', value: ['fievre', 'douleur'] },
      { key: 'poids', type: 'number', value: 72.5 },
      { key: 'debut', type: 'date', value: '2026-11-03' },
      { key: 'anticoagulant', type: 'yes-no', value: true },
      { key: 'photos', type: 'photo', value: [photo('image/png')] },
      { key: 'traitements', type: 'table', value: [{ nom: 'Apixaban', dose: 5, voie: 'orale' }] },
      { key: 'douleur', type: 'scale', value: 7 },
    ]).map((one) => answerLine(one).plain);
    expect(said).toEqual([
      'Texte : Chute ce matin',
      'Protocole : Épistaxis',
      'Signes : Fièvre, Douleur',
      'Poids : 72,5 kg',
      'Début : 03/11/2026',
      'Anticoagulant : oui',
      'Photos : p.jpg',
      'Traitements :\n• Apixaban ; Dose : 5 mg ; Voie : Orale',
      'Douleur : 7 sur 10',
    ]);
  });
});
