/** Building the directory's index: any layout of the national file, and the old index until the new one is whole. */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importRpps } from '../../../store/directory/import.ts';
import { MOST_CANDIDATES } from '../../../store/directory/rank.ts';
import { normalisePhone } from '../../../store/directory/rpps-rows.ts';
import { openReader } from '../../../store/directory/search.ts';
import { newerSources } from '../../../store/directory/sources.ts';

const SOURCE = 'demo/data/rpps-synthetique.txt';
const folder = mkdtempSync(join(tmpdir(), 'relais-import-'));
const index = join(folder, 'annuaire');
beforeAll(() => importRpps(SOURCE, index));
afterAll(() => rmSync(folder, { recursive: true }));

describe('phones', () => {
  test.each([
    ['0300000001', '03 00 00 00 01'],
    ['03.00.00.00.01', '03 00 00 00 01'],
    ['03-00-00-00-01', '03 00 00 00 01'],
    ['+33300000001', '03 00 00 00 01'],
    ['+33 (0)3 00 00 00 01', '03 00 00 00 01'],
    ['0033300000001', '03 00 00 00 01'],
    ['300000001', '03 00 00 00 01'],
    ['+32 65 00 00 01', '+32 65 00 00 01'],
    ['0000', '0000'],
    ['néant', ''],
    ['', ''],
  ])('%j → %j', (found, shown) => {
    expect(normalisePhone(found)).toBe(shown);
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
    expect(await importRpps(SOURCE, index)).toEqual({ rows: 71, entries: 67, skipped: 0 });
    const open = openReader({ folder: index });
    expect(open.size()).toBe(67);
    open.close();
  });

  test('matches columns by name: another order, the older layout, a mark and CRLF', async () => {
    const lines = readFileSync(SOURCE, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('|').slice(0, 56));
    const turned = lines.map((cells) => `${cells.slice(0, 52).reverse().join('|')}|`);
    const file = write('turned.txt', `\uFEFF${turned.join('\r\n')}`);
    const path = join(folder, 'turned');
    expect((await importRpps(file, path)).entries).toBe(67);
    const [other, whole] = [openReader({ folder: path }), openReader({ folder: index })];
    expect(other.search('dermato cambrai', { limit: 1 }).entries).toEqual(
      whole.search('dermato cambrai', { limit: 1 }).entries,
    );
    other.close();
    whole.close();
  });

  test('cut lines are counted and left out', async () => {
    const file = write('cut.txt', `${header}\n${rowOf('UN')}\n8|999\n\n${rowOf('')}\n`);
    expect(await importRpps(file, join(folder, 'cut'))).toEqual({ rows: 3, entries: 1, skipped: 2 });
  });

  test('a search that is open sees the new file, and nothing is left beside it', async () => {
    const path = join(folder, 'switch');
    await importRpps(write('one.txt', `${header}\n${rowOf('PREMIERE')}\n`), path);
    const open = openReader({ folder: path });
    expect(open.search('premiere', { limit: 1 }).total).toBe(1);
    await importRpps(write('two.txt', `${header}\n${rowOf('SECONDE')}\n`), path);
    expect(open.search('seconde', { limit: 1 }).entries[0]?.name).toBe('Dr Alice SECONDE');
    expect(open.search('premiere', { limit: 1 }).total).toBe(0);
    open.close();
    expect(readdirSync(folder).filter((name) => name.startsWith('switch'))).toEqual(['switch']);
  });

  test.each([
    ['empty', '', 'is empty'],
    ['another file', 'nom;prenom\nA;B\n', '"identification nationale pp", "identifiant pp"'],
    ['nobody', `${header}\n`, 'names nobody'],
    ['no lines', 'x'.repeat(200_000), 'longer than'],
  ])('%s: refused, the index in place untouched', async (what, text, says) => {
    const path = join(folder, 'kept');
    cpSync(index, path, { recursive: true });
    await expect(importRpps(write(`bad-${what}.txt`, text), path)).rejects.toThrow(says);
    const kept = openReader({ folder: path });
    expect(kept.size()).toBe(67);
    kept.close();
    expect(readdirSync(path)).toEqual(readdirSync(index));
  });

  test('a broad word looks at a bounded number of rows, those of the exact name first', async () => {
    const many = Array.from({ length: MOST_CANDIDATES + 100 }, (_, i) =>
      rowOf(i === MOST_CANDIDATES + 50 ? 'ZEBRE' : `ZEBREAU${String.fromCharCode(65 + (i % 26))}`).replaceAll(
        '99900000011',
        `${90_000_000_000 + i}`,
      ),
    );
    const path = join(folder, 'many');
    await importRpps(write('many.txt', [header, ...many].join('\n')), path);
    const open = openReader({ folder: path });
    const found = open.search('zebre', { limit: 1 });
    expect([found.total, found.entries[0]?.name]).toEqual([MOST_CANDIDATES, 'Dr Alice ZEBRE']);
    open.close();
  });

  test('progress is told, and never goes back', async () => {
    const told: { rows: number; share: number }[] = [];
    await importRpps(SOURCE, join(folder, 'told'), { onProgress: (progress) => void told.push(progress) });
    expect(told.at(-1)).toEqual({ step: 'index', rows: 71, share: 1 });
    expect(told.map(({ share }) => share)).toEqual(told.map(({ share }) => share).sort((a, b) => a - b));
  });

  test('no index yet: it is said, and the first import is seen without a restart', async () => {
    const path = join(folder, 'absent');
    const open = openReader({ folder: path });
    expect(open.search('dermato', { limit: 1 }).away).toBe('no-index');
    await importRpps(SOURCE, path);
    expect(open.search('dermato cambrai', { limit: 1 }).entries[0]?.name).toBe('Dr Alice ESSAIDERM');
    open.close();
  });

  test('a file that has shrunk is refused with its cure, unless it is accepted', async () => {
    const path = join(folder, 'shrunk');
    const all = readFileSync(SOURCE, 'utf8').split('\n');
    await importRpps(SOURCE, path);
    const half = write('half.txt', all.slice(0, 40).join('\n'));
    await expect(importRpps(half, path)).rejects.toThrow(/39 rows.*made from 71: 45 % fewer.*--accept-shrunk/);
    const few = write('few.txt', all.slice(0, 67).join('\n'));
    expect((await importRpps(few, path)).rows).toBe(66);
    expect((await importRpps(half, path, { maxShrink: 1 })).rows).toBe(39);
  });

  test('an index of another version is as good as none, until the next import', async () => {
    const path = join(folder, 'version');
    await importRpps(SOURCE, path);
    const pointer = new DatabaseSync(join(path, 'pointer.sqlite'));
    pointer.exec("update pointer set file = 'rpps-v0-00000000.sqlite'");
    pointer.close();
    const open = openReader({ folder: path });
    expect(open.search('dermato', { limit: 1 }).away).toBe('no-index');
    expect(newerSources({ rpps: SOURCE }, path)).toEqual([{ kind: 'rpps', file: SOURCE }]);
    await importRpps(SOURCE, path);
    expect(open.search('dermato', { limit: 1 }).total).toBe(3);
    expect(newerSources({ rpps: SOURCE }, path)).toEqual([]);
    open.close();
  });

  test('two imports at once: the second is refused, the first goes on', async () => {
    const path = join(folder, 'twice');
    const first = importRpps(SOURCE, path);
    await expect(importRpps(SOURCE, path)).rejects.toThrow('another import of the directory is running');
    expect((await first).rows).toBe(71);
    expect((await importRpps(SOURCE, path)).rows).toBe(71);
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
