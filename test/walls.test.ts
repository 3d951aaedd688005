/** The house stands (DESIGN §3); and the checker can fail, which is checked first. */
import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MOST_LINES, faultsOf, importsOf, readFiles } from './walls.ts';

const file = (path: string, ...lines: string[]): { path: string; text: string } => ({ path, text: lines.join('\n') });
const faults = (path: string, ...lines: string[]): string[] => faultsOf([file(path, ...lines)]);

describe('the checker sees a fault', () => {
  test.each([
    ['care/stay/stay.ts', "import { z } from 'zod';", 'care knows no package'],
    ['care/stay/stay.ts', "import { readFileSync } from 'node:fs';", 'care knows no package'],
    ['care/stay/stay.ts', "import type { Store } from '../../store/open.ts';", 'care sees only itself'],
    ['config/schema/a.ts', "import { x } from '../../commands/snp.ts';", 'config sees only itself, care'],
    ['commands/snp.ts', "import { x } from '../config/load.ts';", 'commands sees only itself, care, config/texts'],
    ['commands/snp.ts', "import { x } from '../config/texts-old.ts';", 'commands sees only'],
    ['store/open.ts', "import { x } from '../bridge/app.ts';", 'store sees only'],
    ['bridge/mllp.ts', "import type { x } from '../bot/announce.ts';", 'bridge sees only'],
    ['bot/announce.ts', "import { x } from '../bridge/app.ts';", 'bot sees only'],
    ['bot/announce.ts', "export * from '../store/open.ts';", 'bot sees only'],
    ['bot/announce.ts', "type X = import('../store/open.ts').X;", 'bot sees only'],
    ['bot/announce.ts', "const x = await import('../store/open.ts');", 'bot sees only'],
    ['bot/announce.ts', "import { x } from '../demo/day.ts';", 'bot sees only'],
    ['bot/announce.ts', "import { x } from '../test/walls.ts';", 'bot sees only'],
    ['bridge/schedules.ts', "import cron from 'node-cron';", 'only door is bridge/schedule.ts'],
    ['bot/announce.ts', "import { x } from 'matrix-js-sdk/lib/client.js';", 'only door is bot/matrix/'],
    ['bot/announce.ts', "import 'fake-indexeddb/auto';", 'only door is bot/matrix/'],
    ['bridge/app.ts', "import { x } from '@matrix-org/matrix-sdk-crypto-wasm';", 'only door is bot/matrix/'],
    ['bridge/drain.ts', "import { sql } from 'kysely';", 'only door is store/'],
    ['main.ts', "import pg from 'pg';", 'only door is store/'],
    ['cli/serve.ts', "import { serve } from '@hono/node-server';", 'only door is bridge/'],
    ['bridge/app.ts', "import { Buffer } from 'node:buffer';", 'not at the edge'],
    ['bridge/edge.ts', "import { serve } from '@hono/node-server';", 'not at the edge'],
    ['config/load-fiches.ts', "import { parse } from 'csv-parse/sync';", 'only door is config/csv.ts'],
    ['bridge/mllp.ts', 'export default function mllp() {}', 'named exports only'],
    ['bridge/mllp.ts', 'const mllp = 1;\nexport { mllp as default };', 'named exports only'],
    ['bridge/mllp.ts', 'export default 3;', 'named exports only'],
    ['bridge/mllpServer.ts', '', 'kebab-case'],
    ['bridge/mllp_server.ts', '', 'kebab-case'],
  ])('%s: %s', (path, text, says) => {
    expect(faults(path, text).join('\n')).toContain(says);
  });

  test('a file too long', () => {
    const long = '//\n'.repeat(MOST_LINES + 1);
    expect(faults('bridge/mllp.ts', long)).toEqual([
      `bridge/mllp.ts has ${MOST_LINES + 1} lines: at most ${MOST_LINES} (aim at 220), cut it by noun`,
    ]);
    expect(faults('bridge/mllp.ts', '//\n'.repeat(MOST_LINES))).toEqual([]);
  });

  test('far from the edge’s entry, with the way there', () => {
    const files = [
      file('bridge/edge.ts', "import { a } from './formats/a.ts';"),
      file('bridge/formats/a.ts', "export { b } from '../../care/b.ts';"),
      file('care/b.ts', "import { createHash } from 'node:crypto';"),
    ];
    expect(faultsOf(files)).toContain(
      'bridge/edge.ts → bridge/formats/a.ts → care/b.ts imports node:crypto: not at the edge',
    );
  });
});

describe('the checker lets stand what may', () => {
  test.each([
    ['care/stay/stay.ts', "import type { Room } from '../relay/room.ts';"],
    ['config/load.ts', "import { z } from 'zod';\nimport { x } from '../care/relay/room.ts';"],
    ['commands/snp.ts', "import { say } from '../config/texts/markup.ts';"],
    ['bot/matrix/crypto.ts', "import 'fake-indexeddb/auto';\nimport { x } from '../../commands/table.ts';"],
    ['demo/persona.ts', "import { createClient } from 'matrix-js-sdk';\nimport { compose } from '../main.ts';"],
    ['main.ts', "import { x } from './bot/listen.ts';\nimport { y } from './bridge/app.ts';"],
    ['cli/serve.ts', "import { compose } from '../main.ts';"],
    ['bridge/node.ts', "import { serve } from '@hono/node-server';\nimport type { Server } from 'node:http';"],
    ['bridge/mllp.ts', "// import x from '../bot/a.ts';\nconst text = \"import x from '../bot/a.ts'\";"],
    ['vitest.config.ts', "import { defineConfig } from 'vitest/config';\nexport default defineConfig({});"],
    ['test/store/kill.e2e.test.ts', ''],
  ])('%s: %s', (path, text) => {
    expect(faults(path, text)).toEqual([]);
  });

  test('every way of importing is read', () => {
    const text =
      "import a from 'a'; import type b from 'b'; export * from 'c'; import 'd'; type E = import('e').E; await import('f');";
    expect(importsOf({ path: 'x.ts', text })).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });
});

describe('the house', () => {
  const root = new URL('..', import.meta.url).pathname;
  const paths = globSync('**/*.ts', {
    cwd: root,
    exclude: ['node_modules', '.relais', '.wrangler', '.venv', 'dist', '.git'],
  }).sort();

  test('is read whole', () => {
    for (const path of ['care/relay/ports.ts', 'bridge/app.ts', 'test/walls.ts']) expect(paths).toContain(path);
    expect(paths.some((path) => path.includes('node_modules'))).toBe(false);
  });

  test('stands', () => {
    expect(faultsOf(readFiles(root, paths))).toEqual([]);
  });
});
