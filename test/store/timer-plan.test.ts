/** A deadline is armed, listed and fired by its file: the cost must not grow with what waits elsewhere. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import { sealerFromSecret } from '../../store/seal.ts';
import { systemClocks } from '../support/system-clocks.ts';

test('SQLite finds the timers of a file without walking those of the others', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'relais-timers-')), 'relais.sqlite');
  const sealer = sealerFromSecret('a secret that protects nothing: everything here is synthetic');
  await (await openStore({ path, sealer, clocks: systemClocks })).close();
  const db = new DatabaseSync(path);
  const plan = (query: string): string => JSON.stringify(db.prepare(`explain query plan ${query}`).all());
  // As store/timers.ts writes them.
  expect(plan('update timer set state = ? where kind = ? and ref = ? and state = ?')).toContain('(kind=? AND ref=?');
  expect(
    plan('select * from timer where state = ? and kind = ? and ref = ? order by due_at, kind, ref, step'),
  ).toContain('(kind=? AND ref=?');
  expect(plan('select * from timer where state = ? and due_at <= ? order by due_at, kind, ref, step')).toContain(
    '(state=? AND due_at<?)',
  );
  db.close();
});
