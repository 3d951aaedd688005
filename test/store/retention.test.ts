/** Retention on a SQLite file: found by age without walking the table, nothing left in the file, nobody waits behind it. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../store/open.ts';
import { acceptOne, settled } from './contract-inbox.ts';
import { NOON, clocks, countingIds, decision, delivery, sealer } from './fixtures.ts';

const newPath = (): string => join(mkdtempSync(join(tmpdir(), 'relais-retention-')), 'relais.sqlite');
const LATER = NOON + 60 * 86_400_000;

describe('a SQLite file', () => {
  test('finds what is due by its age, whatever is emptied already', async () => {
    const path = newPath();
    await (await openStore({ path, sealer, clocks })).close();
    const db = new DatabaseSync(path);
    const plan = (query: string): string => JSON.stringify(db.prepare(`explain query plan ${query}`).all());
    // As store/retention.ts writes them.
    const messages = plan(
      'select id from inbox where emptied = ? and received_at < ? and state = ? order by received_at limit ?',
    );
    expect(messages).toContain('inbox_by_emptied (emptied=? AND received_at<?)');
    expect(plan('update inbox set emptied = ?, body = ?, detail = ?, sender_key = ? where id in (?, ?)')).toContain(
      '(id=?)',
    );
    const announcements = plan(
      `select id, body from outbox where emptied = ? and decided_at < ? and state in (?, ?, ?, ?, ?, ?, ?)
        and (ended_at is null or ended_at < ?) order by decided_at limit ?`,
    );
    expect(announcements).toContain('outbox_by_emptied (emptied=? AND decided_at<?)');
    const files = plan('select * from file where kind = ? and idle_since < ? order by idle_since, id limit ?');
    expect(files).toContain('file_by_idle (kind=? AND idle_since<?)');
    for (const one of [messages, announcements, files]) expect(one).not.toContain('TEMP B-TREE');
    db.close();
  });

  test('holds no byte of what was emptied, sealed as it was', async () => {
    const path = newPath();
    const store = await openStore({ path, sealer, clocks, ids: countingIds() });
    const id = await acceptOne(store, 'A', { text: 'a body that is long enough to be looked for' });
    await store.commit(decision({ ...settled(id), deliveries: [delivery('patient:a')] }), NOON);
    const [item] = await store.outbox.heads(NOON, 1);
    await store.outbox.markDone(item?.id ?? '', { eventId: '$a' }, NOON);
    const db = new DatabaseSync(path);
    const sealed = ['inbox', 'outbox'].map(
      (table) => db.prepare(`select body from ${table}`).get()?.body as Uint8Array,
    );
    const inFile = (): boolean[] => {
      db.exec('pragma wal_checkpoint(truncate)');
      return sealed.map((body) => readFileSync(path).includes(Buffer.from(body)));
    };
    expect(inFile()).toEqual([true, true]);
    expect(await store.retention.empty('messages', LATER, 9)).toBe(1);
    expect(await store.retention.empty('announcements', LATER, 9)).toBe(1);
    expect(inFile()).toEqual([false, false]);
    db.close();
    await store.close();
  });

  test('a base from before is looked at from its first night on', async () => {
    const path = newPath();
    const before = await openStore({ path, sealer, clocks, ids: countingIds() });
    await before.commit(decision({ files: [{ kind: 'patient', id: 'p1', version: 0, state: 'as it was' }] }), NOON);
    await before.close();
    const db = new DatabaseSync(path);
    for (const index of ['inbox_by_emptied', 'outbox_by_emptied', 'file_by_idle']) db.exec(`drop index ${index}`);
    db.exec('alter table inbox drop column emptied; alter table outbox drop column emptied');
    db.exec(
      'drop table damaged; alter table file drop column idle_since; delete from schema_version where version > 2',
    );
    db.close();
    const after = await openStore({ path, sealer, clocks });
    expect(await after.retention.idle('patient', LATER, 9)).toMatchObject([{ id: 'p1', idleSince: 0 }]);
    await after.close();
  });
});
