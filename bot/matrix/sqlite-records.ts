/**
 * The records of one IndexedDB store or index in a SQLite table. `SqliteRecords` has the methods of fake-indexeddb's
 * lib/RecordStore, which it replaces (sqlite-idb.ts).
 */
import type { SQLInputValue } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import { IDBKeyRange } from 'fake-indexeddb';
import { decodeKey, encodeKey } from './key-codec.ts';
import type { Key } from './key-codec.ts';
import type { SqliteFile } from './sqlite-file.ts';

type Range = Pick<IDBKeyRange, 'lower' | 'upper' | 'lowerOpen' | 'upperOpen'>;
type Row = { k: Uint8Array; v: Uint8Array };
/** In a store `value` is the stored object; in an index it is the primary key. */
type IdbRecord = { key: Key; value: unknown };
type Direction = 'next' | 'nextunique' | 'prev' | 'prevunique';

/** Largest page read at once: the rows are held in memory while a cursor walks. */
const PAGE = 256;

export class SqliteRecords {
  readonly #file: SqliteFile;
  readonly #table: string;
  readonly #kind: 'store' | 'index' | 'unique index';

  constructor(file: SqliteFile, table: string, kind: 'store' | 'index' | 'unique index') {
    this.#file = file;
    this.#table = `"${table}"`;
    this.#kind = kind;
  }

  /** Makes the table. */
  static create(file: SqliteFile, table: string, kind: 'store' | 'index' | 'unique index'): SqliteRecords {
    const columns =
      kind === 'store'
        ? 'k BLOB PRIMARY KEY NOT NULL, v BLOB NOT NULL'
        : 'k BLOB NOT NULL, v BLOB NOT NULL, PRIMARY KEY(k, v)';
    file.define(`CREATE TABLE "${table}"(${columns})${kind === 'store' ? '' : ' WITHOUT ROWID'}`);
    return new SqliteRecords(file, table, kind);
  }

  get(key: unknown): IdbRecord | undefined {
    const { where, values } = this.#where(rangeOf(key));
    const [row] = this.#select(`${where} ORDER BY k, v LIMIT 1`, values);
    return row && this.#record(row);
  }

  /** @returns the record that was replaced. @throws ConstraintError when there is one and `noOverwrite` */
  put(record: IdbRecord, noOverwrite = false): IdbRecord | undefined {
    const k = encodeKey(record.key);
    const old = this.#kind === 'index' ? undefined : this.get(record.key);
    if (old !== undefined && noOverwrite)
      throw new DOMException('a record with this key exists already', 'ConstraintError');
    this.#file.begin();
    if (old !== undefined) this.#run(`DELETE FROM ${this.#table} WHERE k = ?`, [k]);
    const v = this.#kind === 'store' ? serialize(record.value) : encodeKey(record.value);
    this.#run(`INSERT OR REPLACE INTO ${this.#table} VALUES(?, ?)`, [k, v]);
    return old;
  }

  /** @returns the records that are gone */
  delete(key: unknown): IdbRecord[] {
    const { where, values } = this.#where(rangeOf(key));
    const rows = this.#select(where, values);
    if (rows.length === 0) return [];
    this.#file.begin();
    this.#run(`DELETE FROM ${this.#table}${where}`, values);
    return rows.map((row) => this.#record(row));
  }

  deleteByKeyAndValue(key: unknown, value: unknown): void {
    this.#file.begin();
    this.#run(`DELETE FROM ${this.#table} WHERE k = ? AND v = ?`, [encodeKey(key), encodeKey(value)]);
  }

  clear(): IdbRecord[] {
    const rows = this.#select('', []);
    this.#file.begin();
    this.#run(`DELETE FROM ${this.#table}`, []);
    return rows.map((row) => this.#record(row));
  }

  size(): number {
    return (this.#file.statement(`SELECT count(*) AS n FROM ${this.#table}`).get() as { n: number }).n;
  }

  *values(range?: Range, direction: Direction = 'next'): Generator<IdbRecord> {
    const backwards = direction.startsWith('prev');
    let before: string | undefined;
    for (const row of this.#pages(range, backwards)) {
      if (direction.endsWith('unique')) {
        const key = Buffer.from(row.k).toString('latin1');
        if (key === before) continue;
        before = key;
      }
      const record = this.#record(row);
      // prevunique visits what nextunique does, so the lowest value of each key, in the reverse order
      yield direction === 'prevunique' ? (this.get(record.key) ?? record) : record;
    }
  }

  /** Page by page from the last key: a statement left open across an IndexedDB event would see later writes, or block them. */
  *#pages(range: Range | undefined, backwards: boolean): Generator<Row> {
    const order = backwards ? 'k DESC, v DESC' : 'k, v';
    for (let size = 1, last: Row | undefined; ; size = Math.min(size * 4, PAGE)) {
      const { where, values } = this.#where(range, last && { ...last, backwards });
      const rows = this.#select(`${where} ORDER BY ${order} LIMIT ${size}`, values);
      yield* rows;
      if (rows.length < size) return;
      last = rows.at(-1);
    }
  }

  #where(range: Range | undefined, after?: Row & { backwards: boolean }): { where: string; values: SQLInputValue[] } {
    const terms: string[] = [];
    const values: SQLInputValue[] = [];
    const term = (sql: string, ...bound: Uint8Array[]): void => {
      terms.push(sql);
      values.push(...bound);
    };
    if (range?.lower !== undefined) term(range.lowerOpen ? 'k > ?' : 'k >= ?', encodeKey(range.lower));
    if (range?.upper !== undefined) term(range.upperOpen ? 'k < ?' : 'k <= ?', encodeKey(range.upper));
    if (after !== undefined) {
      const beyond = after.backwards ? '<' : '>';
      if (this.#kind === 'store') term(`k ${beyond} ?`, after.k);
      else term(`(k, v) ${beyond} (?, ?)`, after.k, after.v);
    }
    return { where: terms.length === 0 ? '' : ` WHERE ${terms.join(' AND ')}`, values };
  }

  #select(rest: string, values: SQLInputValue[]): Row[] {
    return this.#file.statement(`SELECT k, v FROM ${this.#table}${rest}`).all(...values) as Row[];
  }

  #run(sql: string, values: SQLInputValue[]): void {
    this.#file.watched(() => this.#file.statement(sql).run(...values));
  }

  #record(row: Row): IdbRecord {
    return { key: decodeKey(row.k), value: this.#kind === 'store' ? deserialize(row.v) : decodeKey(row.v) };
  }
}

function rangeOf(key: unknown): Range {
  return key instanceof IDBKeyRange ? key : IDBKeyRange.only(key);
}
