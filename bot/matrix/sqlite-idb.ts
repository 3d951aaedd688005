/**
 * A persistent, crash-safe IndexedDB for the crypto library, which knows no other store outside browsers. fake-indexeddb
 * gives the semantics (scheduling, events, cursors, key paths); the records are in SQLite, and "complete" is only said
 * after COMMIT has returned. It reaches into fake-indexeddb's internals: its version is pinned exactly.
 *
 * Refused: node-indexeddb (writes later, everything in memory), indexeddbshim (needs native image libraries to install,
 * and silently lets two processes in), crypto in memory (after a restart "One time key already exists", for ever).
 */
import 'fake-indexeddb/auto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { IDBDatabase, IDBFactory, IDBObjectStore, IDBTransaction } from 'fake-indexeddb';
import { SqliteFile } from './sqlite-file.ts';
import type { Shape } from './sqlite-file.ts';
import { SqliteRecords } from './sqlite-records.ts';

/** The parts of fake-indexeddb 6.2.8 that are replaced. */
type RawIndex = { records: unknown; initialized: boolean };
type RawStore = { records: unknown; rawIndexes: Map<string, RawIndex> };
type RawDatabase = { name: string; version: number; rawObjectStores: Map<string, RawStore> };
type Database = IDBDatabase & { _rawDatabase: RawDatabase };
type Transaction = IDBTransaction & {
  db: Database;
  _state: string;
  _scope: Set<string>;
  _abort(name: string | null): void;
};
type Store = IDBObjectStore & { _rawObjectStore: RawStore; transaction: Transaction };
type Index = IDBIndex & { _rawIndex: RawIndex };
type Factory = IDBFactory & { _databases: Map<string, RawDatabase> };

type Mount = { directory: string; prefix: string; files: Map<string, SqliteFile> };
const mounts = new Set<Mount>();
/** Databases whose schema is being made again from their file: nothing may be written to it meanwhile. */
const rebuilding = new Set<string>();

/** Put in the scope of every writing transaction, so that they run one after the other: SQLite has one writer. */
const WRITER = '\u0000writer';

/**
 * Databases whose name starts with `prefix` are kept in `directory`, one file each, from now on.
 * @param directory holds nothing else: a foreign file would be taken for a database
 * @returns closes the files; the databases must have been closed
 * @throws StoreInUse when another process has them open
 */
export async function mountSqliteIdb(directory: string, prefix: string): Promise<() => void> {
  patch();
  if ([...mounts].some((other) => other.prefix.startsWith(prefix) || prefix.startsWith(other.prefix))) {
    throw new Error(`the crypto store ${prefix} is already open in this process`);
  }
  const mount: Mount = { directory, prefix, files: new Map() };
  const unmount = (): void => {
    mounts.delete(mount);
    for (const [name, file] of mount.files) {
      file.close();
      factory()._databases.delete(name);
    }
  };
  mounts.add(mount);
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.sqlite')) continue;
      await rebuild(mount, decodeURIComponent(entry.name.slice(0, -'.sqlite'.length)));
    }
  } catch (error) {
    unmount();
    throw error;
  }
  return unmount;
}

const factory = (): Factory => globalThis.indexedDB as Factory;

/** Undefined for a database of no mount, and while its schema is rebuilt. */
function fileOf(database: RawDatabase): SqliteFile | undefined {
  if (rebuilding.has(database.name)) return undefined;
  const mount = mountOf(database.name);
  return mount && openFile(mount, database.name);
}

const mountOf = (name: string): Mount | undefined => [...mounts].find(({ prefix }) => name.startsWith(prefix));

function openFile(mount: Mount, name: string): SqliteFile {
  let file = mount.files.get(name);
  if (file === undefined) {
    file = new SqliteFile(join(mount.directory, `${encodeURIComponent(name)}.sqlite`));
    mount.files.set(name, file);
  }
  return file;
}

/** Makes the schema again through the public API, then puts the tables under it. */
async function rebuild(mount: Mount, name: string): Promise<void> {
  const file = openFile(mount, name);
  const { version, stores } = file.shape;
  if (version === 0) return; // killed before its first commit
  rebuilding.add(name);
  try {
    const database = await new Promise<Database>((resolve, reject) => {
      const request = factory().open(name, version);
      request.onerror = () => reject(request.error ?? new Error(`${name} cannot be opened`));
      request.onsuccess = () => resolve(request.result as Database);
      request.onupgradeneeded = () => make(request.result, stores);
    });
    for (const [storeName, { table, indexes }] of Object.entries(stores)) {
      const store = database._rawDatabase.rawObjectStores.get(storeName);
      if (store === undefined) throw new Error(`${storeName} was not made again in ${name}`);
      store.records = new SqliteRecords(file, table, 'store');
      for (const [indexName, shape] of Object.entries(indexes)) {
        const index = store.rawIndexes.get(indexName);
        if (index !== undefined)
          index.records = new SqliteRecords(file, shape.table, shape.unique ? 'unique index' : 'index');
      }
    }
    database.close();
  } finally {
    rebuilding.delete(name);
  }
}

function make(database: IDBDatabase, stores: Shape['stores']): void {
  for (const [name, { keyPath, indexes }] of Object.entries(stores)) {
    const store = database.createObjectStore(name, { keyPath });
    for (const [indexName, { keyPath: path, unique, multiEntry }] of Object.entries(indexes)) {
      store.createIndex(indexName, path, { unique, multiEntry });
    }
  }
}

let patched = false;

/** Databases of no mount keep fake-indexeddb's behaviour, in memory. */
function patch(): void {
  if (patched) return;
  patched = true;
  patchSchema();
  patchTransactions();
}

function patchSchema(): void {
  replace(
    IDBFactory.prototype,
    'deleteDatabase',
    (original) =>
      function (this: IDBFactory, name) {
        if (mountOf(name) !== undefined)
          throw new Error(`${name} is a crypto store: it is deleted with its directory, never alone`);
        return original.call(this, name);
      },
  );

  replace(
    IDBDatabase.prototype as Database,
    'createObjectStore',
    (original) =>
      function (this: Database, name, options) {
        const store = original.call(this, name, options) as Store;
        const file = fileOf(this._rawDatabase);
        if (file === undefined) return store;
        if (options?.autoIncrement === true)
          throw new Error('autoIncrement is not kept by the SQLite store: the crypto library does not use it');
        const table = `s${++file.shape.tables}`;
        file.shape.stores[name] = { table, keyPath: options?.keyPath ?? null, indexes: {} };
        store._rawObjectStore.records = SqliteRecords.create(file, table, 'store');
        return store;
      },
  );

  replace(
    IDBDatabase.prototype as Database,
    'deleteObjectStore',
    (original) =>
      function (this: Database, name) {
        original.call(this, name);
        const file = fileOf(this._rawDatabase);
        const shape = file?.shape.stores[name];
        if (file === undefined || shape === undefined) return;
        for (const { table } of [...Object.values(shape.indexes), shape]) file.define(`DROP TABLE "${table}"`);
        Reflect.deleteProperty(file.shape.stores, name);
      },
  );

  replace(
    IDBObjectStore.prototype as Store,
    'createIndex',
    (original) =>
      function (this: Store, name, keyPath, options) {
        const index = original.call(this, name, keyPath, options) as Index;
        const file = fileOf(this.transaction.db._rawDatabase);
        if (file === undefined) return index;
        const table = `i${++file.shape.tables}`;
        const unique = options?.unique === true;
        const path = typeof keyPath === 'string' ? keyPath : [...keyPath];
        const indexes = file.shape.stores[this.name]?.indexes;
        if (indexes !== undefined)
          indexes[name] = { table, keyPath: path, unique, multiEntry: options?.multiEntry === true };
        // fake-indexeddb fills the index in a request of its own, which runs after this
        index._rawIndex.records = SqliteRecords.create(file, table, unique ? 'unique index' : 'index');
        return index;
      },
  );

  replace(
    IDBObjectStore.prototype as Store,
    'deleteIndex',
    (original) =>
      function (this: Store, name) {
        original.call(this, name);
        const file = fileOf(this.transaction.db._rawDatabase);
        const indexes = file?.shape.stores[this.name]?.indexes;
        const shape = indexes?.[name];
        if (file === undefined || indexes === undefined || shape === undefined) return;
        file.define(`DROP TABLE "${shape.table}"`);
        Reflect.deleteProperty(indexes, name);
      },
  );
}

function patchTransactions(): void {
  replace(
    IDBDatabase.prototype as Database,
    'transaction',
    (original) =>
      function (this: Database, names, mode, options) {
        const transaction = original.call(this, names, mode, options) as Transaction;
        if (transaction.mode === 'readwrite') transaction._scope.add(WRITER);
        return transaction;
      },
  );

  replace(
    IDBTransaction.prototype as Transaction,
    'dispatchEvent',
    (original) =>
      function (this: Transaction, event) {
        const database = this.db._rawDatabase;
        const file = event.type === 'complete' && this.mode !== 'readonly' ? fileOf(database) : undefined;
        if (file !== undefined) {
          file.shape.version = database.version;
          try {
            file.commit();
          } catch (error) {
            // The crypto machine's memory is now ahead of the disk. Going on would use a ratchet index twice after the next
            // start: only a start from what is on the disk is safe.
            console.error('the crypto store could not be written (disk full?): stopping at once', error);
            process.abort();
          }
        }
        return original.call(this, event);
      },
  );

  // Not on the "abort" event: it comes a task later, when the next writing transaction may have begun already, and the
  // ROLLBACK would have taken its first writes with it.
  replace(
    IDBTransaction.prototype as Transaction,
    '_abort',
    (original) =>
      function (this: Transaction, name) {
        if (this._state === 'finished') return; // fake-indexeddb may abort twice after an error event
        original.call(this, name);
        if (this.mode !== 'readonly') fileOf(this.db._rawDatabase)?.rollback();
      },
  );
}

function replace<T extends object, K extends keyof T>(target: T, method: K, by: (original: T[K]) => T[K]): void {
  target[method] = by(target[method]);
}
