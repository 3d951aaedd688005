/** The promise: what IndexedDB said is complete is on the disk, what it aborted is not, and one process at a time. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mountSqliteIdb } from '../../bot/matrix/sqlite-idb.ts';

let directory: string;
let unmount: () => void;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'relais-idb-'));
  ({ unmount } = await mountSqliteIdb(directory, 'kept'));
});
afterEach(() => {
  unmount();
  rmSync(directory, { recursive: true });
});

async function remount(): Promise<void> {
  unmount();
  ({ unmount } = await mountSqliteIdb(directory, 'kept'));
}

type Upgrade = (database: IDBDatabase, request: IDBOpenDBRequest) => void;

function open(name: string, version?: number, upgrade?: Upgrade): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade?.(request.result, request);
  return result(request);
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('failed'));
  });
}

function ended(transaction: IDBTransaction): Promise<'complete' | 'abort'> {
  return new Promise((resolve) => {
    transaction.oncomplete = () => resolve('complete');
    transaction.onabort = () => resolve('abort');
  });
}

const people: Upgrade = (database) => {
  const store = database.createObjectStore('people', { keyPath: 'id' });
  store.createIndex('town', 'town');
  store.createIndex('card', 'card', { unique: true });
  store.createIndex('tags', 'tags', { multiEntry: true });
  database.createObjectStore('loose');
};

const rows = [
  { id: 3, town: 'Lyon', card: 'c', tags: ['x'] },
  { id: 1, town: 'Paris', card: 'a', tags: ['x', 'y'] },
  { id: 2, town: 'Lyon', card: 'b', tags: [], bytes: new Uint8Array([1, 2, 3]), at: new Date(5) },
];

async function filled(name: string): Promise<IDBDatabase> {
  const database = await open(name, 1, people);
  const transaction = database.transaction(['people', 'loose'], 'readwrite');
  for (const row of rows) transaction.objectStore('people').put(row);
  for (let i = 0; i < 600; i++) transaction.objectStore('loose').put({ i }, ['session', i]);
  await ended(transaction);
  return database;
}

async function walk(
  source: IDBObjectStore | IDBIndex,
  range?: IDBKeyRange,
  direction?: IDBCursorDirection,
): Promise<IDBValidKey[]> {
  const keys: IDBValidKey[] = [];
  const request = source.openCursor(range, direction);
  return new Promise((resolve) => {
    request.onsuccess = () => {
      if (request.result === null) {
        resolve(keys);
        return;
      }
      keys.push(request.result.primaryKey);
      request.result.continue();
    };
  });
}

/** `memory` is of no mount: plain fake-indexeddb, the reference. */
describe.each(['kept people', 'memory'])('the semantics of IndexedDB in %s', (name) => {
  it('reads by key, range, index and cursor', async () => {
    const database = await filled(`${name} ${Math.random()}`);
    const store = database.transaction('people').objectStore('people');
    expect(await result(store.get(2))).toEqual(rows[2]);
    expect(await result(store.get(9))).toBeUndefined();
    expect(await result(store.getAllKeys())).toEqual([1, 2, 3]);
    expect(await result(store.index('town').getAllKeys('Lyon'))).toEqual([2, 3]);
    expect(await result(store.index('card').getKey('b'))).toBe(2);
    expect(await result(store.index('tags').getAllKeys('x'))).toEqual([1, 3]);
    expect(await walk(store, IDBKeyRange.bound(1, 3, true))).toEqual([2, 3]);
    expect(await walk(store.index('town'), undefined, 'nextunique')).toEqual([2, 1]);
    expect(await walk(store.index('town'), undefined, 'prevunique')).toEqual([1, 2]);
    expect(await walk(store.index('town'), undefined, 'prev')).toEqual([1, 3, 2]);
    const loose = database.transaction('loose').objectStore('loose');
    expect(await result(loose.count())).toBe(600);
    expect(await result(loose.count(IDBKeyRange.bound(['session', 100], ['session', 199])))).toBe(100);
    expect((await walk(loose, undefined, 'prev')).slice(0, 2)).toEqual([
      ['session', 599],
      ['session', 598],
    ]);
    database.close();
  });

  it('changes and deletes, in the indexes too', async () => {
    const database = await filled(`${name} ${Math.random()}`);
    const writing = database.transaction('people', 'readwrite').objectStore('people');
    writing.put({ id: 3, town: 'Brest', card: 'c', tags: ['z'] });
    writing.delete(1);
    await ended(writing.transaction);
    const store = database.transaction('people').objectStore('people');
    expect(await result(store.index('town').getAllKeys())).toEqual([3, 2]);
    expect(await result(store.index('tags').getAllKeys())).toEqual([3]);
    const clearing = database.transaction('people', 'readwrite').objectStore('people');
    clearing.clear();
    await ended(clearing.transaction);
    expect(await result(database.transaction('people').objectStore('people').index('card').count())).toBe(0);
    database.close();
  });

  it('takes an aborted transaction back, and a refused one, without touching the next', async () => {
    const database = await filled(`${name} ${Math.random()}`);
    const aborted = database.transaction('people', 'readwrite');
    const next = database.transaction('people', 'readwrite'); // waits for the first one
    aborted.objectStore('people').delete(1);
    const second = aborted.objectStore('people').put({ id: 7, town: 'Nice', card: 'g', tags: [] });
    second.onsuccess = () => aborted.abort();
    next.objectStore('people').put({ id: 8, town: 'Nice', card: 'h', tags: [] });
    expect(await Promise.all([ended(aborted), ended(next)])).toEqual(['abort', 'complete']);
    const refused = database.transaction('people', 'readwrite');
    refused.objectStore('people').put({ id: 9, town: 'Nice', card: 'i', tags: [] });
    refused.objectStore('people').put({ id: 10, town: 'Nice', card: 'a', tags: [] }); // the card is unique
    expect(await ended(refused)).toBe('abort');
    expect(await result(database.transaction('people').objectStore('people').getAllKeys())).toEqual([1, 2, 3, 8]);
    database.close();
  });
});

describe('on the disk', () => {
  it('everything is there after a new start: records, indexes, versions', async () => {
    (await filled('kept')).close();
    await remount();
    const database = await open('kept');
    expect(database.version).toBe(1);
    const store = database.transaction('people').objectStore('people');
    expect(await result(store.getAll())).toEqual([rows[1], rows[2], rows[0]]);
    expect(await result(store.index('tags').getAllKeys('x'))).toEqual([1, 3]);
    database.close();

    const upgraded = await open('kept', 2, (db, request) => {
      db.deleteObjectStore('loose');
      request.transaction?.objectStore('people').deleteIndex('card');
      request.transaction?.objectStore('people').createIndex('again', ['town', 'id']);
    });
    upgraded.close();
    await remount();
    const after = await open('kept');
    expect([after.version, [...after.objectStoreNames]]).toEqual([2, ['people']]);
    const people = after.transaction('people').objectStore('people');
    expect([...people.indexNames].sort()).toEqual(['again', 'tags', 'town']);
    expect(await result(people.index('again').getAllKeys())).toEqual([2, 3, 1]);
    after.close();
  });

  it('"complete" comes after COMMIT, and an upgrade that fails leaves the former schema', async () => {
    const database = await filled('kept');
    database.close();
    const failed = indexedDB.open('kept', 2);
    failed.onupgradeneeded = () => {
      failed.result.createObjectStore('never');
      failed.transaction?.abort();
    };
    await expect(result(failed)).rejects.toThrow();
    unmount();
    const file = new DatabaseSync(join(directory, 'kept.sqlite'));
    const shape = JSON.parse(String(file.prepare('SELECT json FROM idb_shape').get()?.['json'])) as {
      version: number;
      stores: object;
    };
    expect([shape.version, Object.keys(shape.stores)]).toEqual([1, ['people', 'loose']]);
    file.close();
    ({ unmount } = await mountSqliteIdb(directory, 'kept'));
  });

  it('a second process is refused, with the reason', async () => {
    (await filled('kept')).close();
    const module = join(import.meta.dirname, '../../bot/matrix/sqlite-idb.ts');
    const script = `const { mountSqliteIdb } = await import(${JSON.stringify(module)}); await mountSqliteIdb(${JSON.stringify(directory)}, 'kept');`;
    const other = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await expect(other).rejects.toThrow(/in use by another process/);
  });

  it('the same store twice in one process is refused', async () => {
    await expect(mountSqliteIdb(directory, 'kept')).rejects.toThrow('already open');
  });

  it('autoIncrement is refused rather than forgotten', async () => {
    const request = indexedDB.open('kept counter', 1);
    let refusal: unknown;
    request.onupgradeneeded = () => {
      try {
        request.result.createObjectStore('n', { autoIncrement: true });
      } catch (error) {
        refusal = error;
        request.transaction?.abort();
      }
    };
    await expect(result(request)).rejects.toThrow();
    expect(String(refusal)).toContain('autoIncrement');
  });
});
