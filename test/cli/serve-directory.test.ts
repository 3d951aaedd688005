/** The directory of a server: imported by itself, searched meanwhile. */
import { copyFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { serveDirectory } from '../../cli/serve-directory.ts';
import type { ServedDirectory } from '../../cli/serve-directory.ts';
import { wallClocks } from '../../bridge/wall-clock.ts';
import { ENV, good, installation, RELAIS } from '../config/installation.ts';

const SOURCE = resolve('demo/data/rpps-synthetique.txt');

async function served(directory: string): Promise<{ opened: ServedDirectory; folder: string; logged: string[] }> {
  const config = installation({ 'relais.yaml': `${RELAIS}directory: ${directory}\n` });
  const folder = dirname(config);
  mkdirSync(join(folder, 'data'));
  mkdirSync(join(folder, 'var'));
  copyFileSync(SOURCE, join(folder, 'data', 'PS_LibreAcces_Personne_activite_202611010000.txt'));
  const logged: string[] = [];
  const opened = await serveDirectory(
    good(config, ENV),
    wallClocks(),
    (level, message) => void logged.push(`${level} ${message}`),
  );
  return { opened, folder, logged };
}

test('a search that comes before the first import waits for it; the next night takes what is newer, in one file', async () => {
  const { opened, folder, logged } = await served('{ folder: data }');
  expect((await opened.directory.search('dermato cambrai', { limit: 1 })).entries[0]?.name).toBe('Dr Alice ESSAIDERM');
  const [job] = opened.jobs;
  expect(job?.every).toBe('30 3 * * *');
  await job?.run();
  expect(logged).toEqual(['info directory import', 'info directory ready']);
  const next = join(folder, 'data', 'PS_LibreAcces_Personne_activite_202611020000.txt');
  copyFileSync(SOURCE, next);
  utimesSync(next, new Date(), new Date(Date.now() + 60_000));
  await job?.run();
  expect(logged).toHaveLength(4);
  await opened.close();
});

test('a file that is refused is told, and the index in use stays', async () => {
  const { opened, folder, logged } = await served('{ folder: data }');
  await opened.directory.search('dermato', { limit: 1 });
  const broken = join(folder, 'data', 'PS_LibreAcces_Personne_activite_202611030000.txt');
  writeFileSync(broken, 'nom;prenom\n');
  utimesSync(broken, new Date(), new Date(Date.now() + 60_000));
  await opened.jobs[0]?.run();
  expect(logged.at(-1)).toMatch(/^error directory import: not the RPPS open file/);
  expect((await opened.directory.search('dermato', { limit: 1 })).total).toBe(3);
  await opened.close();
});

test('without a file nothing is imported, and the answer says so', async () => {
  const { opened, logged } = await served('{ max_shrink: 5% }');
  expect((await opened.directory.search('dermato', { limit: 1 })).away).toBe('no-index');
  expect(logged).toEqual([]);
  await opened.close();
});
