/** The same contract on a real PostgreSQL, and what only several processes and a server that dies can show. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Store } from '../../care/relay/ports.ts';
import { openStore, type StoreOptions } from '../../store/open.ts';
import { sealerFromSecret } from '../../store/seal.ts';
import { usePostgres } from '../support/postgres.ts';
import { acceptOne } from './contract-inbox.ts';
import { damagedContract, type Spoiled } from './contract-damaged.ts';
import { storeContract } from './contract.ts';
import { NOON, SECRET, clocks, countingIds, decision, delivery, envelope, sealer, wanted } from './fixtures.ts';
import { newSchema, raw } from './new-schema.ts';

const closing: Store[] = [];
afterEach(async () => {
  for (const store of closing.splice(0)) await store.close();
});

const server = usePostgres();
const newUrl = (): Promise<string> => newSchema(server.url);
const open = (url: string, options: Partial<StoreOptions> = {}): Promise<Store> =>
  openStore({ url, sealer, clocks, ...options });

storeContract('PostgreSQL', async () => open(await newUrl(), { ids: countingIds(), serving: true }));

damagedContract('PostgreSQL', async () => {
  const url = await newUrl();
  const said: Spoiled['said'] = [];
  const store = await open(url, { ids: countingIds(), onDamaged: (row) => void said.push(row) });
  closing.push(store);
  const flip = async (table: string, column: string, where: string): Promise<void> => {
    await raw(
      url,
      `update ${table} set ${column} = set_byte(${column}, 20, get_byte(${column}, 20) # 1) where ${where}`,
    );
  };
  return { store, said, flip };
});

describe('PostgreSQL', () => {
  test('keeps everything when it is opened again', async () => {
    const url = await newUrl();
    const before = await open(url);
    const id = await acceptOne(before, 'A');
    await before.rooms.want(wanted('patient:p1'));
    await before.set('offset', '7');
    await before.close();
    const after = await open(url);
    expect((await after.inbox.get(id))?.key).toBe('A');
    expect((await after.rooms.get('patient:p1'))?.members).toEqual(['@dr:a']);
    expect(await after.get('offset')).toBe('7');
    await after.close();
  });

  test('compares every text byte by byte, whatever language the server speaks', async () => {
    const url = await newUrl();
    await (await open(url)).close();
    const others = await raw(
      url,
      `select table_name, column_name from information_schema.columns
        where table_schema = current_schema() and data_type = 'text' and collation_name is distinct from 'C'`,
    );
    expect(others, 'a migration writes `text` where it should write the word of the dialect').toEqual([]);
  });

  test('is opened by several processes at once, beside the one that serves', async () => {
    const url = await newUrl();
    const first = await open(url, { serving: true });
    const beside = await Promise.all(Array.from({ length: 4 }, () => open(url)));
    for (const store of beside) expect(await store.inbox.count('undecided')).toBe(0);
    await Promise.all([first, ...beside].map((store) => store.close()));
  });

  test('has one serving process, and readers beside it', async () => {
    const url = await newUrl();
    const serving = await open(url, { serving: true });
    await expect(open(url, { serving: true })).rejects.toThrow(/Another Relais is serving .*stop it first/);
    await acceptOne(serving, 'A');
    const reader = await open(url);
    expect(await reader.inbox.count('undecided')).toBe(1);
    await reader.close();
    const elsewhere = await open(await newUrl(), { serving: true });
    await elsewhere.close();
    await serving.close();
    await (await open(url, { serving: true })).close();
  });

  test('a serving process that lost its lock takes it again, or is told who serves', async () => {
    const url = await newUrl();
    const serving = await open(url, { serving: true });
    const cut = `select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory'
      and objid = hashtext(current_schema())::bigint & 4294967295`;
    expect(await raw(url, cut)).toHaveLength(1);
    await acceptOne(serving, 'A');
    await expect(open(url, { serving: true })).rejects.toThrow('Another Relais is serving');
    // The other takes the place in the moment between: whoever was first writes nothing any more.
    await raw(url, cut);
    const other = await open(url, { serving: true });
    await expect(serving.inbox.accept([envelope('B')])).rejects.toThrow('another process serves this database now');
    await expect(serving.ping()).rejects.toThrow('another process');
    await other.close();
    await acceptOne(serving, 'B');
    await serving.close();
  });

  test('is not migrated under a server that runs', async () => {
    const url = await newUrl();
    const serving = await open(url, { serving: true });
    await raw(url, 'delete from schema_version');
    await expect(open(url)).rejects.toThrow('Another Relais is serving');
    await serving.close();
  });

  test('from a newer Relais, or sealed with another secret, is refused with the cure', async () => {
    const url = await newUrl();
    await (await open(url)).close();
    const other = sealerFromSecret(`${SECRET}, another one`);
    await expect(open(url, { sealer: other })).rejects.toThrow('give Relais the secret');
    await raw(url, "insert into schema_version values (999, 'from the future', 0)");
    await expect(open(url)).rejects.toThrow(/version 999.*run that newer version/);
  });

  test('acknowledged is on disk, whatever the administrator set', async () => {
    const url = await newUrl();
    const store = await open(`${url}${encodeURIComponent(' -c synchronous_commit=off')}`);
    await acceptOne(store, 'A');
    await store.close();
    const role =
      'create role careless superuser login; alter role careless set default_transaction_isolation = serializable';
    await raw(url, role);
    const careless = await open(url.replace('postgres@', 'careless@'));
    await Promise.all(['B', 'C', 'D'].map((key) => acceptOne(careless, key)));
    await careless.close();
  });

  test('a server that does not know us says so at once', async () => {
    await expect(open(server.url.replace('/postgres?', '/nowhere?'))).rejects.toThrow('"nowhere" does not exist');
  });
});

describe('several processes on one PostgreSQL', () => {
  test('two deciders of the same version: one wins, twenty times', async () => {
    const url = await newUrl();
    const [a, b] = [await open(url), await open(url)];
    const file = { kind: 'stay' as const, id: 's1', keys: ['k'] };
    for (let version = 0; version < 20; version++) {
      const both = await Promise.all(
        [a, b].map((store, index) =>
          store.commit(
            decision({
              files: [{ ...file, version, state: `by ${index}` }],
              deliveries: [delivery('group:g')],
              facts: [`fact-${version}`],
            }),
            NOON,
          ),
        ),
      );
      expect(both.sort()).toEqual(['committed', 'stale']);
    }
    expect((await a.files.load('stay', 's1'))?.version).toBe(20);
    expect(await b.outbox.pending()).toBe(20);
    await Promise.all([a.close(), b.close()]);
  });

  test('an envelope is decided once, and a message accepted once, by whoever is first', async () => {
    const url = await newUrl();
    const [a, b] = [await open(url), await open(url)];
    for (let n = 0; n < 10; n++) {
      const answers = (await Promise.all([a, b].map((store) => store.inbox.accept([envelope(`M${n}`)])))).flat();
      expect(answers.map((one) => one.state).sort()).toEqual(['duplicate', 'fresh']);
      const [id = ''] = answers.map((one) => (one.state === 'reused' ? '' : one.id));
      const settle = { envelope: id, state: 'decided', outcome: 'muted', reason: 'bed-move' } as const;
      const ends = await Promise.all([a, b].map((store) => store.commit(decision({ settle }), NOON)));
      expect(ends.sort()).toEqual(['committed', 'stale']);
    }
    expect(await a.counts()).toEqual([{ outcome: 'muted', reason: 'bed-move', n: 10 }]);
    await Promise.all([a.close(), b.close()]);
  });

  test('the order of a lane is the order of the commits', async () => {
    const url = await newUrl();
    const reader = await open(url);
    const stores = await Promise.all([open(url), open(url), open(url)]);
    const writing = Promise.all(
      stores.flatMap((store, index) =>
        Array.from({ length: 15 }, (_, n) =>
          // Opposite orders of rooms: they lock each other out, and none is lost.
          store.commit(
            decision({
              deliveries: ['patient:a', 'patient:b']
                .sort((x, y) => (index === 0 ? x.localeCompare(y) : y.localeCompare(x)))
                .map((room) => delivery(room, { replyTo: `$${index}-${n}` })),
            }),
            NOON,
          ),
        ),
      ),
    );
    // Meanwhile a sender takes heads: a number that appears late, under one already sent, would never be seen.
    const sent = new Map<string, number[]>([
      ['patient:a', []],
      ['patient:b', []],
    ]);
    const written = { all: false };
    void writing.then(() => (written.all = true));
    for (;;) {
      const last = written.all;
      const heads = await reader.outbox.heads(NOON, 10);
      for (const item of heads) {
        sent.get(item.room)?.push(item.seq);
        await reader.outbox.markDone(item.id, { eventId: `$${item.id}` }, NOON);
      }
      if (last && heads.length === 0) break;
    }
    expect(new Set(await writing)).toEqual(new Set(['committed']));
    for (const seqs of sent.values()) expect(seqs).toEqual(Array.from({ length: 45 }, (_, index) => index + 1));
    await Promise.all([...stores, reader].map((store) => store.close()));
  });
});
