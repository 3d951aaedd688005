/** What one engine brings. Everything else in this folder is one code path. */
import type { Db, Transaction } from './ground.ts';
import type { SqlWords } from './migrations.ts';

export type Engine = {
  db: Db;
  transaction: Transaction;
  /**
   * The same, in the same order, but it resolves before the disk has the commit: nothing may leave this process because of
   * it before `durable()`. It survives a kill; after a power cut it may be missing, with all that came after it.
   */
  soon: Transaction;
  /** Resolves when everything committed before this call is on disk. @throws StoreFailure when the disk refuses */
  durable(): Promise<void>;
  /** What was committed `soon` is on disk when it resolves. */
  close(): Promise<void>;
  words: SqlWords;
  /**
   * One process serves a database: two would send every message twice. Dies with its process, kill -9 included.
   *
   * @returns what gives the place back. @throws Error with the cure when another process serves
   */
  takeServingLock(): Promise<() => Promise<void>>;
};
