/** What the operator sees of an import. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import { importDirectory, progressLine, progressOn } from '../../cli/import.ts';
import { ENV, installation } from '../config/installation.ts';

const SOURCE = resolve('demo/data/rpps-synthetique.txt');

test('a line of progress: share, rows, speed, time left', () => {
  expect(progressLine({ step: 'read', rows: 500_000, share: 0.125 }, 10_000, 10_000)).toBe(
    '  12 % ███░░░░░░░░░░░░░░░░░░░░░  reading   500 000 rows  50 000 rows/s  1:10 left',
  );
  expect(progressLine({ step: 'index', rows: 10, share: 0.001 }, 5, 0)).toBe(
    '   0 % ░░░░░░░░░░░░░░░░░░░░░░░░  indexing  10 rows',
  );
});

test('on a terminal one line is written over; elsewhere a line each tenth', () => {
  let now = 0;
  const drawn = (isTTY: boolean): string[] => {
    const lines: string[] = [];
    const show = progressOn({ isTTY, write: (text) => void lines.push(text) }, () => (now += 1_000));
    for (let n = 1; n <= 100; n++) show({ step: n < 25 ? 'read' : 'index', rows: n, share: n / 100 });
    return lines;
  };
  expect(drawn(true)).toHaveLength(100);
  expect(drawn(true).at(-1)).toMatch(/^\r 100 % .*\n$/);
  expect(drawn(false)).toHaveLength(10);
  expect(drawn(false).every((line) => !line.includes('\r') && line.endsWith('\n'))).toBe(true);
});

test('imports into the installation, and refuses what is not the file with exit code 1', async () => {
  const config = installation({});
  const said: string[] = [];
  const screen = { isTTY: false, write: () => undefined };
  const run = (file: string): Promise<number> =>
    importDirectory('rpps', file, { config }, ENV, (line) => void said.push(line), screen);
  expect(await run(SOURCE)).toBe(0);
  expect(said[0]).toMatch(/^71 rows, 67 persons by profession, 0 rows left out, \d+ s\. In use now\.$/);
  expect(existsSync(resolve(config, '..', 'var', 'relais.sqlite-directory', 'pointer.sqlite'))).toBe(true);
  const complained = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(await run(resolve('package.json'))).toBe(1);
  expect(await run('/nowhere.txt')).toBe(1);
  expect(complained.mock.calls.join('\n')).toMatch(/not the RPPS open file[^]*nowhere\.txt is not there/);
  complained.mockRestore();
});
