/** What a professional types after !annuaire, and the first answer they get. */
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DirectorySearch } from '../../care/people/directory.ts';
import { importRpps } from '../../store/directory-import.ts';
import type { ImportResult } from '../../store/directory-import.ts';
import { openDirectory } from '../../store/directory.ts';
import type { OpenDirectory } from '../../store/directory.ts';

const SOURCE = 'demo/data/rpps-synthetique.txt';
const folder = mkdtempSync(join(tmpdir(), 'relais-annuaire-'));
const index = join(folder, 'annuaire.sqlite');
let imported: ImportResult;
let directory: OpenDirectory;

beforeAll(async () => {
  imported = await importRpps(SOURCE, index);
  directory = openDirectory(index);
});

afterAll(() => {
  directory.close();
  rmSync(folder, { recursive: true });
});

const search = async (words: string): Promise<DirectorySearch> => directory.search(words, 5);

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

  test('limit and total', async () => {
    const found = await directory.search('médecin', 2);
    expect(found.entries).toHaveLength(2);
    expect(found.total).toBeGreaterThan(35);
    expect((await directory.search('59', 1)).total).toBeGreaterThan(60);
  });
});

describe('an entry', () => {
  test('all places of a person, the one asked for first; phones as people read them', async () => {
    const [denis] = (await search('pneumologue caudry')).entries;
    expect(denis).toEqual({
      rpps: '99900000094',
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

  test('every phone of the synthetic file reads aloud', async () => {
    const { entries } = await directory.search('59', 100);
    const phones = entries.flatMap((e) => e.places).flatMap((place) => place.phone ?? []);
    expect(phones.length).toBeGreaterThan(60);
    for (const phone of phones) expect(phone).toMatch(/^0[13] (?:53 01|99 00) \d\d \d\d$/); // ranges kept for fiction
  });
});

describe('the import', () => {
  const header = readFileSync(SOURCE, 'utf8').split('\n')[0] ?? '';
  const rowOf = (name: string): string =>
    (readFileSync(SOURCE, 'utf8').split('\n')[1] ?? '').replace('ESSAIDERM', name);
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  test('counts rows and people', async () => {
    expect(imported).toEqual({ rows: 71, people: 67, skipped: 0 });
    expect(await directory.size()).toBe(67);
  });

  test('matches columns by name: another order, the older layout, a mark and CRLF', async () => {
    const lines = readFileSync(SOURCE, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('|').slice(0, 56));
    const turned = lines.map((cells) => `${cells.slice(0, 52).reverse().join('|')}|`);
    const file = write('turned.txt', `\uFEFF${turned.join('\r\n')}`);
    const path = join(folder, 'turned.sqlite');
    expect((await importRpps(file, path)).people).toBe(67);
    const other = openDirectory(path);
    expect((await other.search('dermato cambrai', 1)).entries).toEqual(
      (await directory.search('dermato cambrai', 1)).entries,
    );
    other.close();
  });

  test('cut lines are counted and left out', async () => {
    const file = write('cut.txt', `${header}\n${rowOf('UN')}\n8|999\n\n${rowOf('')}\n`);
    expect(await importRpps(file, join(folder, 'cut.sqlite'))).toEqual({ rows: 3, people: 1, skipped: 2 });
  });

  test('a search that is open sees the new file, and nothing is left beside it', async () => {
    const path = join(folder, 'switch.sqlite');
    await importRpps(write('one.txt', `${header}\n${rowOf('PREMIERE')}\n`), path);
    const open = openDirectory(path);
    expect((await open.search('premiere', 1)).total).toBe(1);
    await importRpps(write('two.txt', `${header}\n${rowOf('SECONDE')}\n`), path);
    expect((await open.search('seconde', 1)).entries[0]?.name).toBe('Dr Alice SECONDE');
    expect((await open.search('premiere', 1)).total).toBe(0);
    open.close();
    expect(readdirSync(folder).filter((name) => name.startsWith('switch'))).toEqual(['switch.sqlite']);
  });

  test.each([
    ['empty', '', 'is empty'],
    ['another file', 'nom;prenom\nA;B\n', '"identification nationale pp", "identifiant pp"'],
    ['nobody', `${header}\n`, 'names nobody'],
    ['no lines', 'x'.repeat(200_000), 'longer than'],
  ])('%s: refused, the index in place untouched', async (what, text, says) => {
    const path = join(folder, 'kept.sqlite');
    copyFileSync(index, path);
    await expect(importRpps(write(`bad-${what}.txt`, text), path)).rejects.toThrow(says);
    const kept = openDirectory(path);
    expect(await kept.size()).toBe(67);
    kept.close();
    expect(readdirSync(folder).filter((name) => name.includes('building'))).toEqual([]);
  });

  test('progress is told', async () => {
    const told: number[] = [];
    await importRpps(SOURCE, join(folder, 'told.sqlite'), { onProgress: (rows) => told.push(rows) });
    expect(told.at(-1)).toBe(71);
  });

  test('no index yet: the cure is said', () => {
    expect(() => openDirectory(join(folder, 'absent.sqlite'))).toThrow('import the RPPS open file first');
  });
});

describe('the synonyms that a clinician edits', () => {
  const withSynonyms = (name: string, lines: string[]): URL => {
    writeFileSync(join(folder, 'annuaire-synonymes.psv'), ['# essai', 'mots|codes|libelle', ...lines].join('\n'));
    return pathToFileURL(`${folder}/`);
  };

  test('a new word counts without another import', async () => {
    const open = openDirectory(index, withSynonyms('ok', ['toubib,docteur des os|SM48|Rhumatologie']));
    expect((await open.search('toubib', 1)).entries[0]?.name).toBe('Dr Véronique FICTIRHUMATO');
    expect((await open.search('docteur des os cambrai', 1)).entries[0]?.name).toBe('Dr Véronique FICTIRHUMATO');
    open.close();
  });

  test('every fault at once, with its line and its cure', () => {
    const faulty = withSynonyms('faults', ['a1,b1|SM15|A', 'B1|SM04|B', 'c1||C', 'd1|SM999|D']);
    expect(() => openDirectory(index, faulty)).toThrow(
      /line 4: "b1" is already on line 3[^]*line 5: write[^]*line 6: code sm999/,
    );
  });
});

test('the synthetic file is what it says: 56 columns, fictional RPPS numbers with a right Luhn key', () => {
  const [, ...rows] = readFileSync(SOURCE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split('|'));
  for (const cells of rows) {
    expect(cells).toHaveLength(57);
    const [type, number = '', national] = cells;
    expect(national).toBe(`${type ?? ''}${number}`);
    if (type !== '8') continue;
    expect(number).toMatch(/^999\d{8}$/);
    const digits = number.split('').reverse().map(Number);
    const sum = digits.reduce((total, d, i) => total + (i % 2 === 0 ? d : d * 2 > 9 ? d * 2 - 9 : d * 2), 0);
    expect(sum % 10).toBe(0);
  }
});
