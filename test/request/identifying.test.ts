/** What says who somebody is, in what a whole group would read. Everybody is invented. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identifies, type Known, type Sign } from '../../care/request/identifying.ts';

const known = (usedName: string, givenName = 'Odile', birthName?: string): Known => ({
  view: { usedName, birthName, givenName, birthDate: '1948-03-15', sex: 'F' },
  ipp: '00700123',
});
const ODILE = known('MODELE', 'Odile', 'D’ESSAI-FICTIF');
const NOBODY: Known = { view: undefined, ipp: undefined };
const signs = (text: string, who: Known): Sign[] => identifies(text, who).map(({ sign }) => sign);

describe('the name of the patient', () => {
  it.each([
    'ECG de Mme MODELE Odile, 76 ans',
    'ecg de modele',
    'Modèle, 76 ans',
    'patiente modelle',
    'M0DELE Odile',
    'MODE1E',
    'scan_modele_odile.jpg',
    'ModeleOdile.jpg',
    'la fille de Mme d’Essai Fictif',
    'dessai-fictif',
    'Mme Fictif va bien',
    'MO\u0301DELE',
  ])('is found in « %s »', (text) => expect(signs(text, ODILE)).toContain('name'));

  it.each(['ECG douteux chez une femme de 76 ans', 'modelage du plâtre', 'Odile a été prévenue', 'remodelé'])(
    'is not in « %s »',
    (text) => expect(signs(text, ODILE)).toEqual([]),
  );

  it('in two words or one, with its particle or without', () => {
    for (const text of ['M. Le Gall', 'le-gall', 'LEGALL', 'gall'])
      expect(signs(text, known('LE GALL')), text).toEqual(['name']);
    expect(signs('mme le gall', known('LEGALL'))).toEqual(['name']);
  });

  it('that is a word of every sentence is only one beside a civility or the given name', () => {
    expect(signs('le bras droit', known('LE', 'Van'))).toEqual([]);
    expect(signs('vu ce matin', known('VU', 'An'))).toEqual([]);
    expect(signs('mme le, 40 ans', known('LE', 'Van'))).toEqual(['name']);
    expect(signs('Vu An, 40 ans', known('VU', 'An'))).toEqual(['name']);
  });

  it('that is a common word is found: who wrote it says what it is', () => {
    expect(identifies('un petit ulcère', known('PETIT'))).toEqual([{ sign: 'name', said: 'petit' }]);
    expect(signs('appétit conservé', known('PETIT'))).toEqual([]);
  });
});

describe('whoever the patient is', () => {
  it.each<[string, Sign]>([
    ['2 48 03 59 350 123 45', 'nir'],
    ['INS 248035935012345, ECG', 'nir'],
    ['1 85 05 2A 004 123', 'nir'],
    ['rappeler au 06 12 34 56 78', 'phone'],
    ['tel:0327000000', 'phone'],
    ['+33 (0)6.12.34.56.78', 'phone'],
    ['Mme Lefebvre, 76 ans', 'name'],
    ['M. D’ALMEIDA', 'name'],
    ['née le 15/03/1948', 'birth-date'],
    ['DDN : 15 mars 1948', 'birth-date'],
    ['né(e) le 15.03.48', 'birth-date'],
  ])('« %s » says who it is', (text, sign) => expect(signs(text, NOBODY)).toEqual([sign]));

  it.each([
    'Mme de 76 ans, HTA',
    'Mme HTA, diabète',
    'M. 76 ans',
    'ECG du 15/03/2026, vu le 16/03/2026',
    'PA 120/80, FC 72, plaquettes 150000',
    'créatinine 120 µmol/l, DFG 45, HbA1c 7,5 %',
    'https://visio.example.org/j/9876543210',
    'avis du Dr Martin',
  ])('« %s » does not', (text) => expect(signs(text, NOBODY)).toEqual([]));
});

describe('what is known of the patient', () => {
  it.each(['15/03/1948', '15-03-48', '15 mars 1948', '1948-03-15', '15031948', '15 3 1948'])(
    'their birth date as « %s »',
    (text) => expect(signs(`depuis ${text}`, ODILE)).toEqual(['birth-date']),
  );
  it('another day is no birth date', () => expect(signs('depuis le 15/04/1948', ODILE)).toEqual([]));
  it.each(['00700123', '700123'])('their number %s', (text) =>
    expect(signs(`dossier ${text}`, ODILE)).toEqual(['ipp']),
  );
});

it('a NIR is found with any gaps, anywhere, and nothing ever throws', () => {
  const digits = fc.tuple(
    fc.constantFrom('1', '2'),
    fc.integer({ min: 0, max: 99 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 95 }),
    fc.integer({ min: 1, max: 999 }),
    fc.integer({ min: 1, max: 999 }),
    fc.integer({ min: 1, max: 97 }),
  );
  const two = (n: number): string => String(n).padStart(2, '0');
  const three = (n: number): string => String(n).padStart(3, '0');
  fc.assert(
    fc.property(digits, fc.constantFrom('', ' ', '.', '-', '\u00a0'), ([sex, y, m, dep, town, order, key], gap) => {
      const nir = [sex, two(y), two(m), two(dep), three(town), three(order), two(key)].join(gap);
      expect(signs(`avis (${nir}) merci`, NOBODY)).toContain('nir');
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (text, name) => {
      identifies(text, known(name, name, name));
    }),
  );
});
