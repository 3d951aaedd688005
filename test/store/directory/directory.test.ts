/** The port over its thread: it answers, it survives, it is ended. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDirectory } from '../../../store/directory/directory.ts';
import { importInThread } from '../../../store/directory/import-thread.ts';
import { importRpps } from '../../../store/directory/import.ts';

const SOURCE = 'demo/data/rpps-synthetique.txt';
const root = mkdtempSync(join(tmpdir(), 'relais-directory-'));
const folder = join(root, 'indexes');
beforeAll(() => importRpps(SOURCE, folder));
afterAll(() => rmSync(root, { recursive: true }));

/** A thread that answers `dermato` as asked, and does what a real one must never do for other words. */
const script = (): URL => {
  const path = join(root, 'faulty.mjs');
  writeFileSync(
    path,
    `import { parentPort } from 'node:worker_threads';
     parentPort.on('message', ({ n, search, close }) => {
       if (close) { parentPort.close(); return; }
       if (search.words === 'die') throw new Error('out of memory');
       if (search.words === 'exit') process.exit(3);
       if (search.words === 'hang') for (;;);
       parentPort.postMessage({ n, search: { entries: [], total: 1, understood: [], unknown: [] } });
     });
     parentPort.postMessage({ n: 0, done: true });`,
  );
  return pathToFileURL(path);
};

test('answers from its thread, many at once, each its own', async () => {
  const directory = await openDirectory({ folder });
  const found = await Promise.all(
    ['dermato cambrai', 'cardio cambrai', 'essaiderm'].map((words) => directory.search(words, { limit: 1 })),
  );
  expect(found.map(({ entries }) => entries[0]?.name)).toEqual([
    'Dr Alice ESSAIDERM',
    'Dr Bruno ESSAICARDIO',
    'Dr Alice ESSAIDERM',
  ]);
  expect(await directory.size()).toBe(67);
  await directory.close();
});

test('an import in another thread is seen at the next search', async () => {
  const fresh = join(root, 'fresh');
  const directory = await openDirectory({ folder: fresh });
  expect((await directory.search('dermato', { limit: 1 })).away).toBe('no-index');
  const told: number[] = [];
  const result = await importInThread(
    { kind: 'rpps', file: SOURCE, folder: fresh },
    { onProgress: ({ share }) => void told.push(share) },
  );
  expect([result.rows, told.at(-1)]).toEqual([71, 1]);
  expect((await directory.search('dermato', { limit: 1 })).total).toBe(3);
  await directory.close();
});

test('an import that is refused in its thread says why', async () => {
  const file = join(root, 'bad.txt');
  writeFileSync(file, 'nom;prenom\n');
  await expect(importInThread({ kind: 'rpps', file, folder })).rejects.toThrow('not the RPPS open file');
});

test.each([
  ['dies', 'die', 'out of memory'],
  ['leaves', 'exit', 'the thread ended'],
  ['hangs', 'hang', 'no answer within 200 ms'],
])('a thread that %s: its question is answered "late", the next one by a new thread', async (_what, words, why) => {
  const troubles: string[] = [];
  const directory = await openDirectory(
    { folder },
    { script: script(), deadlineMs: 200, onTrouble: (what) => void troubles.push(what) },
  );
  expect((await directory.search(words, { limit: 1 })).away).toBe('late');
  expect(troubles).toEqual([why]);
  expect((await directory.search('dermato', { limit: 1 })).total).toBe(1);
  await directory.close();
});

test('synonyms with faults are told at the start', async () => {
  writeFileSync(join(root, 'annuaire-synonymes.psv'), 'mots|codes|libelle\na1|SM999|A\n');
  await expect(openDirectory({ folder, synonyms: pathToFileURL(`${root}/`).href })).rejects.toThrow(
    'line 2: code sm999 is in no list',
  );
});
