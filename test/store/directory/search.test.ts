/** What a professional types after !annuaire, and the first answer they get. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DirectorySearch } from '../../../care/people/directory.ts';
import { importRpps } from '../../../store/directory/import.ts';
import { openReader } from '../../../store/directory/search.ts';
import type { Reader } from '../../../store/directory/search.ts';

const SOURCE = 'demo/data/rpps-synthetique.txt';
const folder = mkdtempSync(join(tmpdir(), 'relais-annuaire-'));
const index = join(folder, 'annuaire');
let directory: Reader;

beforeAll(async () => {
  await importRpps(SOURCE, index);
  directory = openReader({ folder: index });
});

afterAll(() => {
  directory.close();
  rmSync(folder, { recursive: true });
});

const search = async (words: string): Promise<DirectorySearch> => directory.search(words, { limit: 5 });

describe('the first answer', () => {
  test.each([
    // a specialty and a town, in any order, however they are written
    ['dermato cambrai', 'Dr Alice ESSAIDERM'],
    ['cambrai dermato', 'Dr Alice ESSAIDERM'],
    ['DERMATOLOGUE à Cambrai', 'Dr Alice ESSAIDERM'],
    ['dermatologues valenciennes', 'Dr Marc MODELDERM'],
    ['derma caudry', 'Dr Sophie EXEMPLEDERM'],
    ['peau 59540', 'Dr Sophie EXEMPLEDERM'],
    ['cardio cambrai', 'Dr Bruno ESSAICARDIO'],
    ['cardiologue le cateau', 'Dr Nadia EXEMPLECARDIO'],
    ['Le Cateau-Cambrésis cardiologie', 'Dr Nadia EXEMPLECARDIO'],
    ['cœur valenciennes', 'Dr Yves MODELCARDIO'],
    ['rythmologue', 'Pr Paul FICTICARDIO'],
    ['pneumo caudry', 'Dr Denis ESSAIPNEUMO'],
    ['diabète douai', 'Dr Rachel ESSAIDIABETO'],
    ['endocrino', 'Dr Rachel ESSAIDIABETO'],
    ['infectiologue', 'Dr Omar MODELINFECTIO'],
    ['gériatre cambrai', 'Dr Thérèse EXEMPLEGERIA'],
    ['ophtalmo 59400', 'Dr Hugo ESSAIOPHTALMO'],
    ['orl 59', 'Dr Anaïs MODELORL'],
    ['psychiatre maubeuge', 'Dr Rémi MODELPSY'],
    ['médecine vasculaire cambrai', 'Dr Maïa EXEMPLEVASCU'],
    ['chirurgien orthopédique', 'Dr Judith EXEMPLEORTHO'],
    ['irm cambrai', 'Dr Adrien ESSAIRADIO'],
    // general practice, by its many names
    ['médecin traitant caudry', 'Dr Jean-François EXEMPLAIRE'],
    ['mg solesmes', 'Dr Pierre SPECIMENT'],
    ['généraliste St Amand', "Dr Bérénice D'EXEMPLE"],
    ['médecin généraliste à Saint-Amand-les-Eaux', "Dr Bérénice D'EXEMPLE"],
    ["généraliste villeneuve d'ascq", 'Dr Mehdi MODELISTE'],
    ['medecin escaudoeuvres', 'Dr Lucie ESSAYEUR'],
    // other professions
    ['infirmière caudry', 'Fatima MODELSOIN'],
    ['idel iwuy', 'Yasmine SPECISOIN'],
    ['ipa cambrai', 'Noémie ESSAIPRATIQUE'],
    ['sage-femme cambrai', 'Inès ESSAINAISSANCE'],
    ['sages femmes caudry', 'Maëlle MODELNAISSANCE'],
    ['kiné solesmes', 'Basile EXEMPLEKINE'],
    ['dentiste valenciennes', 'Aïcha MODELDENT'],
    ['orthodontiste', 'Roxane EXEMPLEDENT'],
    ['pharmacie le cateau', 'Ingrid EXEMPLEPHARM'],
    ["pharmacie de l'essai", 'Jean-François ESSAIPHARM'],
    ['orthophoniste maubeuge', 'Ulysse MODELPHONIE'],
    ['podologue', 'Lise ESSAIPODO'],
    ['psychologue cambrai', 'Félix ESSAIPSYCHO'],
    // a name, whole, begun, or with a title
    ['essaiderm', 'Dr Alice ESSAIDERM'],
    ['Dr Bruno Essaicardio', 'Dr Bruno ESSAICARDIO'],
    ['claire essaicardio', 'Dr Claire ESSAICARDIO'],
    ['prototyp', 'Dr Antoine PROTOTYPE'],
    ['jean-françois pharmacien', 'Jean-François ESSAIPHARM'],
    ["d'exemple", "Dr Bérénice D'EXEMPLE"],
    ['99900000011', 'Dr Alice ESSAIDERM'],
    ['8 99900000011', 'Dr Alice ESSAIDERM'],
    // typing faults
    ['dermatlogue cambrai', 'Dr Alice ESSAIDERM'],
    ['cardiolgue cambray', 'Dr Bruno ESSAICARDIO'],
    ['infirmeire caudry', 'Fatima MODELSOIN'],
    ['pnemo caudri', 'Dr Denis ESSAIPNEUMO'],
    ['pharmasie valencienne', 'Simon FICTIPHARM'],
    ['esaiderm', 'Dr Alice ESSAIDERM'],
    ['protoytpe', 'Dr Antoine PROTOTYPE'],
  ])('%s → %s', async (words, first) => {
    expect((await search(words)).entries[0]?.name).toBe(first);
  });
});

describe('how words were understood', () => {
  test.each([
    ['dermato', { words: 'dermato', as: 'specialty', label: 'Dermatologie' }],
    ['idel', { words: 'idel', as: 'profession', label: 'Infirmier' }],
    ['st amand', { words: 'saint amand', as: 'town', label: 'Saint-Amand-les-Eaux' }],
    ['cambray', { words: 'cambray', as: 'town', label: 'Cambrai' }],
    ['essaiderm', { words: 'essaiderm', as: 'name', label: 'ESSAIDERM' }],
  ])('%s', async (words, understood) => {
    expect((await search(words)).understood).toEqual([understood]);
  });

  test('a word that means nothing is told with the nearest one, and the others still count', async () => {
    const found = await search('dermato qwkzx');
    expect(found.unknown).toEqual([{ word: 'qwkzx', nearest: undefined }]);
    expect(found.entries).toHaveLength(3);
    expect((await search('orthophonokste')).unknown).toEqual([]);
    expect((await search('valanciannis')).unknown).toEqual([{ word: 'valanciannis', nearest: 'valenciennes' }]);
  });

  test.each(['', '   ', 'me', 'dr', '"', 'NEAR(', '* OR', "'; drop table person"])(
    '%j finds nobody, and breaks nothing',
    async (words) => {
      const found = await search(words);
      expect([found.entries, found.total]).toEqual([[], 0]);
    },
  );

  test('who works elsewhere is not given for a town', async () => {
    expect((await search('psychiatre caudry')).total).toBe(0);
  });

  test('limit and total', () => {
    const found = directory.search('médecin', { limit: 2 });
    expect(found.entries).toHaveLength(2);
    expect(found.total).toBeGreaterThan(35);
    expect(directory.search('59', { limit: 1 }).total).toBeGreaterThan(60);
  });
});

describe('an entry', () => {
  test('all places of a person, the one asked for first; phones as people read them', async () => {
    const [denis] = (await search('pneumologue caudry')).entries;
    expect(denis).toEqual({
      id: '99900000094',
      kind: 'person',
      name: 'Dr Denis ESSAIPNEUMO',
      profession: 'Médecin',
      professionCode: '10',
      specialties: [{ code: 'SM41', label: 'Pneumologie' }],
      places: [
        { street: '1 Rue DES DEUX SITES', postcode: '59540', town: 'Caudry', phone: '03 53 01 00 10' },
        { street: '9 Rue DE L ESSAI', postcode: '59400', town: 'Cambrai', phone: '01 99 00 00 09' },
      ],
    });
  });

  test('several skills at one place are one place', async () => {
    const [nadia] = (await search('nadia exemplecardio')).entries;
    expect(nadia?.specialties.map((s) => s.code)).toEqual(['SM04', 'SM61']);
    expect(nadia?.places).toHaveLength(1);
  });

  test('a town that is only in a CEDEX line, and an address abroad', async () => {
    expect((await search('dialyse specimen')).entries[0]?.places[0]).toMatchObject({
      postcode: '59407',
      town: 'Cambrai',
    });
    expect((await search('essaietranger')).entries[0]?.places[0]?.phone).toBeUndefined();
  });

  test('every phone of the synthetic file reads aloud', () => {
    const { entries } = directory.search('59', { limit: 100 });
    const phones = entries.flatMap((e) => e.places).flatMap((place) => place.phone ?? []);
    expect(phones.length).toBeGreaterThan(60);
    for (const phone of phones) expect(phone).toMatch(/^0[13] (?:53 01|99 00) \d\d \d\d$/); // ranges kept for fiction
  });
});

describe('the synonyms that a clinician edits', () => {
  const withSynonyms = (name: string, lines: string[]): URL => {
    writeFileSync(join(folder, 'annuaire-synonymes.psv'), ['# essai', 'mots|codes|libelle', ...lines].join('\n'));
    return pathToFileURL(`${folder}/`);
  };

  test('a new word counts without another import', () => {
    const open = openReader({
      folder: index,
      synonyms: withSynonyms('ok', ['toubib,docteur des os|SM48|Rhumatologie']).href,
    });
    expect(open.search('toubib', { limit: 1 }).entries[0]?.name).toBe('Dr Véronique FICTIRHUMATO');
    expect(open.search('docteur des os cambrai', { limit: 1 }).entries[0]?.name).toBe('Dr Véronique FICTIRHUMATO');
    open.close();
  });

  test('every fault at once, with its line and its cure', () => {
    const faulty = withSynonyms('faults', ['a1,b1|SM15|A', 'B1|SM04|B', 'c1||C', 'd1|SM999|D']);
    expect(() => openReader({ folder: index, synonyms: faulty.href })).toThrow(
      /line 4: "b1" is already on line 3[^]*line 5: write[^]*line 6: code sm999/,
    );
  });
});
