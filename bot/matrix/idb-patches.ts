/**
 * What is replaced in fake-indexeddb 6.2.8 so that a mounted database lives in SQLite (sqlite-idb.ts). The databases of
 * no mount keep its behaviour, in memory.
 */
import { IDBDatabase, IDBFactory, IDBObjectStore, IDBTransaction } from 'fake-indexeddb';
import type { SqliteFile } from './sqlite-file.ts';
import { SqliteRecords } from './sqlite-records.ts';

/** Its internals, as far as they are touched. */
type RawIndex = { records: unknown; initialized: boolean };
type RawStore = { records: unknown; rawIndexes: Map<string, RawIndex> };
export type RawDatabase = { name: string; version: number; rawObjectStores: Map<string, RawStore> };
export type Database = IDBDatabase & { _rawDatabase: RawDatabase };
type Transaction = IDBTransaction & {
  db: Database;
  _state: string;
  error: DOMException | null;
  _scope: Set<string>;
  _abort(name: string | null): void;
};
type Store = IDBObjectStore & { _rawObjectStore: RawStore; transaction: Transaction };
type Index = IDBIndex & { _rawIndex: RawIndex };
export type Factory = IDBFactory & { _databases: Map<string, RawDatabase> };

export type Mounted = {
  /** Undefined for a database of no mount, and while its schema is rebuilt. */
  fileOf: (database: RawDatabase) => SqliteFile | undefined;
  holds: (name: string) => boolean;
};

/** Put in the scope of every writing transaction, so that they run one after the other: SQLite has one writer. */
const WRITER = '\u0000writer';

let patched = false;

/** Once per process. */
export function patchIndexedDb(mounted: Mounted): void {
  if (patched) return;
  patched = true;
  patchSchema(mounted);
  patchTransactions(mounted);
}

function patchSchema({ fileOf, holds }: Mounted): void {
  replace(
    IDBFactory.prototype,
    'deleteDatabase',
    (original) =>
      function (this: IDBFactory, name) {
        if (holds(name)) throw new Error(`${name} is a crypto store: it is deleted with its directory, never alone`);
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

function patchTransactions({ fileOf }: Mounted): void {
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
          } catch {
            // Not on the disk, so not complete. The crypto machine's memory is now ahead of the disk: the file takes nothing
            // more, and whoever mounted it was told to open it again (SqliteFile.watched).
            file.rollback();
            this.error = new DOMException('the crypto store could not be written', 'QuotaExceededError');
            const aborted = new (event.constructor as typeof Event)('abort', { bubbles: true });
            return original.call(this, Object.assign(aborted, { eventPath: [this.db] }));
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
