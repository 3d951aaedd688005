import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from 'vitest';
import type { Store } from '../../care/relay/ports.ts';
import { openStore } from '../../store/open.ts';
import { sealerFromSecret } from '../../store/seal.ts';
import { acceptOne } from './contract-inbox.ts';
import { storeContract } from './contract.ts';
import { NOON, SECRET, clocks, countingIds, decision, delivery, envelope, sealer, wanted } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'relais-store-'));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const newPath = () => join(folder, `${++made}`, 'relais.sqlite');
const open = (path: string, serving = false): Promise<Store> =>
  openStore({ path, sealer, clocks, ids: countingIds(), serving });

storeContract('a SQLite file', () => open(newPath(), true));
storeContract('SQLite in memory', () => open(':memory:'));

describe('a SQLite file', () => {
  test('keeps everything when it is opened again', async () => {
    const path = newPath();
    const before = await openStore({ path, sealer, clocks });
    const id = await acceptOne(before, 'A');
    await before.rooms.want(wanted('patient:p1'));
    await before.commit(
      decision({
        files: [{ kind: 'stay', id: 's1', version: 0, state: { unit: '3210' } }],
        deliveries: [delivery('patient:p1')],
        timers: [{ do: 'set', kind: 'stay-notice', ref: 's1', step: 'j-1', dueAt: NOON }],
      }),
      NOON,
    );
    await before.set('offset', '7');
    await before.close();
    const after = await openStore({ path, sealer, clocks });
    expect((await after.inbox.get(id))?.key).toBe('A');
    expect((await after.files.load('stay', 's1'))?.state).toEqual({ unit: '3210' });
    expect((await after.outbox.heads(NOON, 9)).map((item) => item.seq)).toEqual([1]);
    expect(await after.timers.next()).toBe(NOON);
    expect(await after.get('offset')).toBe('7');
    await acceptOne(after, 'B');
    expect((await after.inbox.list({ limit: 1 }))[0]?.seq).toBe(2);
    await after.close();
  });

  test('what was accepted without waiting is kept by close', async () => {
    const path = newPath();
    const store = await open(path);
    const accepting = store.inbox.accept([envelope('A')]);
    await store.close();
    expect((await accepting)[0]?.state).toBe('fresh');
  });

  test('has one serving process, and readers beside it', async () => {
    const path = newPath();
    const serving = await open(path, true);
    await expect(open(path, true)).rejects.toThrow(/Another Relais is serving .*stop it first/);
    await acceptOne(serving, 'A');
    const reader = await open(path);
    expect(await reader.inbox.count('undecided')).toBe(1);
    await reader.close();
    await serving.close();
    await (await open(path, true)).close();
  });

  test('is not migrated under a server that runs', async () => {
    const path = newPath();
    const serving = await open(path, true);
    raw(path, (database) => database.exec('delete from schema_version'));
    await expect(open(path)).rejects.toThrow('Another Relais is serving');
    await serving.close();
  });

  test('from a newer Relais is refused with the cure', async () => {
    const path = newPath();
    await (await open(path)).close();
    raw(path, (database) => database.exec("insert into schema_version values (999, 'from the future', 0)"));
    await expect(open(path)).rejects.toThrow(/version 999.*run that newer version/);
  });

  test('sealed with another secret is refused with the cure', async () => {
    const path = newPath();
    await (await open(path)).close();
    const other = sealerFromSecret(`${SECRET}, another one`);
    await expect(openStore({ path, sealer: other, clocks })).rejects.toThrow('give Relais the secret');
    await (await open(path)).close();
  });

  test('a body moved to another row does not open', async () => {
    const path = newPath();
    const store = await open(path);
    const [first, second] = [await acceptOne(store, 'A'), await acceptOne(store, 'B')];
    await store.commit(decision({ deliveries: [delivery('patient:a'), delivery('patient:b')] }), NOON);
    const files = ['s1', 's2'].map((id) => ({ kind: 'stay' as const, id, version: 0, state: id }));
    await store.commit(decision({ files }), NOON);
    raw(path, (database) => {
      database.exec(`update inbox set body = (select body from inbox where id = '${first}') where id = '${second}'`);
      database.exec("update outbox set body = (select body from outbox where lane = 'patient:a')");
      database.exec("update file set state = (select state from file where id = 's1')");
    });
    expect((await store.inbox.get(first))?.key).toBe('A');
    expect(await store.inbox.get(second)).toMatchObject({ key: '', body: new Uint8Array(0) });
    expect((await store.outbox.heads(NOON, 9)).map(({ room }) => room)).toEqual(['patient:a']);
    await expect(store.files.load('stay', 's2')).rejects.toThrow('does not open');
    expect((await store.damaged.list()).map(({ what }) => what)).toEqual(['inbox', 'outbox', 'file:stay']);
    await store.close();
  });

  test('holds no name in clear, in any of its files', async () => {
    const path = newPath();
    const store = await open(path);
    const name = 'MARTINEAU';
    const refused = { state: 'quarantined', outcome: 'quarantined', reason: 'unreadable', detail: name } as const;
    await acceptOne(store, name, { text: `PID|||${name}`, note: name, acknowledgement: name, settled: refused });
    const id = await acceptOne(store, 'A');
    const settle = { envelope: id, state: 'quarantined', outcome: 'quarantined', reason: 'unreadable', detail: name };
    await store.commit(
      decision({
        settle: settle as NonNullable<ReturnType<typeof decision>['settle']>,
        files: [{ kind: 'patient', id: 'p1', version: 0, state: { name }, keys: [sealer.blind(name)] }],
        events: [{ kind: 'patient', id: 'p1', type: 'opened', at: NOON, body: { name } }],
        rooms: [wanted('patient:p1', { subject: name, name, members: [name] })],
        deliveries: Array.from({ length: 3 }, () =>
          delivery('patient:p1', { announcement: { kind: 'welcome', name }, ring: [name] }),
        ),
        audit: [{ actor: name, action: name, subject: name, outcome: 'posted', reason: 'announced' }],
      }),
      NOON,
    );
    const [head] = await store.outbox.heads(NOON, 1);
    await store.outbox.postpone(head?.id ?? '', 0, name);
    await store.outbox.quarantine(head?.id ?? '', name);
    await store.outbox.pauseLane('patient:p1', name);
    await store.set('desk', name);
    expect(bytesOf(path)).toContain('patient:p1'); // what is looked for would be seen
    expect(bytesOf(path)).not.toContain(name);
    await store.close();
    expect(bytesOf(path)).toContain('patient:p1');
    expect(bytesOf(path)).not.toContain(name);
  });

  test('is readable by its owner only', async () => {
    const path = newPath();
    const store = await open(path, true);
    await acceptOne(store, 'A');
    const beside = join(path, '..');
    const readableByOthers = readdirSync(beside).filter((file) => (statSync(join(beside, file)).mode & 0o077) !== 0);
    expect(readableByOthers).toEqual([]);
    expect(readdirSync(beside)).toContain('relais.sqlite-wal');
    await store.close();
  });
});

/** The database as another program would open it, beside the store. */
function raw<T>(path: string, use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(path);
  try {
    return use(database);
  } finally {
    database.close();
  }
}

/** Every byte beside and in the database: the file, its WAL, its lock. */
function bytesOf(path: string): string {
  const beside = join(path, '..');
  return readdirSync(beside)
    .map((file) => readFileSync(join(beside, file), 'latin1'))
    .join('\n');
}
