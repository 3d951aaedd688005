/** The table of a coordination, in the three formats of an office, and every fault of it at once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import writeExcelFile from 'write-excel-file/node';
import { afterAll, describe, expect, test } from 'vitest';
import { fichesTemplate, type FicheFormat, readFichesFile } from '../../config/load-fiches.ts';
import type { ReadFiches } from '../../config/read-fiches.ts';
import { readDay } from '../../config/read-fiches.ts';

const TODAY = '2026-11-22';
const folder = mkdtempSync(join(tmpdir(), 'relais-fiches-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function reads(name: string, content: string | Uint8Array): Promise<ReadFiches> {
  const path = join(folder, name);
  writeFileSync(path, content);
  return readFichesFile(path, TODAY);
}
const said = ({ problems }: ReadFiches): string[] =>
  problems.map((p) => `${p.line ?? '-'} ${p.key}: ${p.problem} → ${p.cure}`);

describe('the template', () => {
  test.each(['csv', 'xlsx', 'yaml'] as FicheFormat[])(
    '%s: is sound, and says the same as the others',
    async (format) => {
      const read = await reads(`modele.${format}`, await fichesTemplate(format));
      expect(said(read)).toEqual([]);
      expect(read.fiches).toEqual([
        {
          id: '99900000011',
          local: {
            member: { value: true, checked: '2026-11-02' },
            line: { value: '03 53 01 00 99', checked: '2026-11-02' },
            hours: { value: 'lundi au vendredi 9 h - 18 h', checked: '2026-11-02' },
            delay: { value: '3 semaines', checked: '2026-11-02' },
            newPatients: { value: true, checked: '2026-11-02' },
            homeVisits: { value: false, checked: '2026-11-02' },
            languages: { value: ['anglais', 'arabe'], checked: '2026-11-02' },
            accessible: { value: 'plain-pied', checked: '2026-11-02' },
            groups: { value: ['plaies', 'diabète'], checked: '2026-11-02' },
          },
        },
        {
          id: 'dac-modele',
          partner: {
            kind: 'DAC',
            name: 'DAC Modèle',
            town: 'Cambrai',
            postcode: '59400',
            street: '1 rue de l’Essai',
            phone: '03 53 01 00 98',
          },
          local: { hours: { value: 'lundi au vendredi 9 h - 17 h', checked: '2026-11-02' } },
        },
      ]);
    },
  );
});

describe('what offices write', () => {
  test('headers in any order, spelling and case; Windows-1252; tabs; a number with spaces, with its 8', async () => {
    const text = 'Délai d’accès\tRPPS\tDATE\r\n3 mois\t999 000 00011\t2/11/26\r\n\t899900000029\t\r\n';
    const bytes = Uint8Array.from(text, (sign) => ({ é: 0xe9, è: 0xe8, '’': 0x92 })[sign] ?? sign.charCodeAt(0));
    const read = await reads('bureau.csv', bytes);
    expect(said(read)).toEqual([]);
    expect(read.fiches).toEqual([
      { id: '99900000011', local: { delay: { value: '3 mois', checked: '2026-11-02' } } },
      { id: '99900000029', local: {} },
    ]);
  });

  test('a spreadsheet with real numbers and real dates', async () => {
    const sheet = writeExcelFile([
      [{ value: 'RPPS' }, { value: 'délai' }, { value: 'vérifié le' }],
      [
        { value: 99_900_000_011, type: Number },
        { value: '3 jours' },
        { value: new Date(Date.UTC(2026, 10, 2)), type: Date, format: 'dd/mm/yyyy' },
      ],
    ]);
    const read = await reads('dates.xlsx', new Uint8Array(await sheet.toBuffer()));
    expect(said(read)).toEqual([]);
    expect(read.fiches).toEqual([{ id: '99900000011', local: { delay: { value: '3 jours', checked: '2026-11-02' } } }]);
  });

  test.each([
    ['02/11/2026', '2026-11-02'],
    ['2/11/26', '2026-11-02'],
    ['2026-11-02', '2026-11-02'],
    ['31/02/2026', undefined],
    ['lundi', undefined],
  ])('the day %s', (typed, day) => {
    expect(readDay(typed)).toBe(day);
  });
});

describe('faults', () => {
  test('all at once, with row, column and cure; nothing is taken then', async () => {
    const read = await reads(
      'faults.csv',
      [
        'numéro;type;nom;code postal;membre;délai;vérifié le',
        '99900000011;;;;peut-être;3 semaines;',
        '10780195;;;;;;',
        'dac-x;DOC;;5940;;;',
        '99900000011;;;;;;30/11/2026',
        ';;;;oui;;',
        'Dr Martin;;;;;;hier',
        `99900000029;;;;;${'x'.repeat(121)};02/11/2026`,
      ].join('\n'),
    );
    expect(read.fiches).toEqual([]);
    expect(said(read).map((line) => line.replace(/ → .*/, ''))).toEqual([
      '2 vérifié le: a delay without the day it was checked',
      '2 membre: "peut-être" is neither yes nor no',
      '3 numéro: 10780195 has 8 digits',
      '4 type: "DOC" is not known',
      '4 nom: missing for a partner',
      '4 code postal: "5940" is no postcode',
      '5 vérifié le: 30/11/2026 has not come yet',
      '5 numéro: "99900000011" is already on row 2',
      '6 numéro: missing',
      '7 numéro: "Dr Martin" is no number and no id',
      '7 vérifié le: "hier" is no date',
      '8 délai: 121 characters',
    ]);
    expect(said(read).every((line) => line.includes(' → ') && !line.endsWith('→ '))).toBe(true);
  });

  test.each([
    ['a.csv', 'numéro;couleur\n1;2\n', /^1 couleur: unknown column → remove it/],
    ['b.csv', 'nom\nx\n', /^1 numéro: no such column/],
    ['c.csv', 'rpps;numéro\n', /^1 numéro: this column is there twice/],
    ['d.txt', 'x', /^- : \.txt says no format → name it/],
    ['e.xlsx', 'x', /^- : cannot be read/],
    ['f.yaml', 'a: b', /^- : cannot be read: not a list/],
    ['g.yaml', '- {a', /^- : cannot be read: not YAML/],
  ])('%s', async (name, content, says) => {
    expect(said(await reads(name, content))[0]).toMatch(says);
  });

  test('the line of a YAML fiche is its own', async () => {
    const read = await reads('h.yaml', '- numéro: "99900000011"\n  membre: oui\n\n- numéro: "999"\n');
    expect(said(read)[0]).toMatch(/^4 numéro: "999" is no number/);
  });
});
