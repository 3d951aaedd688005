import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Store } from '../../care/relay/ports.ts';
import { openStore } from '../../store/open.ts';
import { damagedContract, type Spoiled } from './contract-damaged.ts';
import { clocks, countingIds, sealer } from './fixtures.ts';
import { flipInFile } from './flip.ts';

const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

damagedContract('a SQLite file', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'relais-damaged-')), 'relais.sqlite');
  const said: Spoiled['said'] = [];
  const onDamaged = (row: Spoiled['said'][number]): void => void said.push(row);
  const store = await openStore({ path, sealer, clocks, ids: countingIds(), onDamaged });
  opened.push(store);
  return { store, said, flip: async (...where) => flipInFile(path, ...where) };
});
