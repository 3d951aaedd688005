/**
 * A persistent, crash-safe IndexedDB for the crypto library, which knows no other store outside browsers. fake-indexeddb
 * gives the semantics (scheduling, events, cursors, key paths); the records are in SQLite, and "complete" is only said
 * after COMMIT has returned: a kill loses nothing of it. It reaches into fake-indexeddb's internals
 * (idb-patches.ts): its version is pinned exactly.
 *
 * Refused: node-indexeddb (writes later, everything in memory), indexeddbshim (needs native image libraries to install,
 * and silently lets two processes in), crypto in memory (after a restart "One time key already exists", for ever).
 */
import 'fake-indexeddb/auto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { patchIndexedDb } from './idb-patches.ts';
import type { Database, Factory, RawDatabase } from './idb-patches.ts';
import type { StoreFailure } from '../../care/relay/store-failure.ts';
import { SqliteFile } from './sqlite-file.ts';
import type { OnDisk, Shape } from './sqlite-file.ts';
import { SqliteRecords } from './sqlite-records.ts';

type Mount = {
  directory: string;
  prefix: string;
  onDisk: OnDisk;
  onFailure: (failure: StoreFailure) => void;
  files: Map<string, SqliteFile>;
};
const mounts = new Set<Mount>();
/** Databases whose schema is being made again from their file: nothing may be written to it meanwhile. */
const rebuilding = new Set<string>();

/**
 * Databases whose name starts with `prefix` are kept in `directory`, one file each, from now on.
 * @param directory holds nothing else: a foreign file would be taken for a database
 * @param onFailure told when the disk takes no more; nothing is written from then on, until it is mounted again
 * @returns `unmount` closes the files; the databases must have been closed. `durable`: everything said to be complete so far
 *   would survive a power cut; mounted `when asked`, nothing that the machine has made may leave this process before
 * @throws StoreInUse when another process has them open
 */
export async function mountSqliteIdb(
  directory: string,
  prefix: string,
  onDisk: OnDisk = 'at commit',
  onFailure: (failure: StoreFailure) => void = () => undefined,
): Promise<{ unmount: () => void; durable: () => Promise<void> }> {
  patchIndexedDb({ fileOf, holds: (name) => mountOf(name) !== undefined });
  if ([...mounts].some((other) => other.prefix.startsWith(prefix) || prefix.startsWith(other.prefix))) {
    throw new Error(`the crypto store ${prefix} is already open in this process`);
  }
  const mount: Mount = { directory, prefix, onDisk, onFailure, files: new Map() };
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
  return {
    unmount,
    durable: async () => {
      await Promise.all([...mount.files.values()].map((file) => file.durable()));
    },
  };
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
    const path = join(mount.directory, `${encodeURIComponent(name)}.sqlite`);
    file = new SqliteFile(path, mount.onDisk, mount.onFailure);
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
