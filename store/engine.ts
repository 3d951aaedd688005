/** What one engine brings. Everything else in this folder is one code path. */
import type { Db, Transaction } from './ground.ts';
import type { SqlWords } from './migrations.ts';

export type Engine = {
  db: Db;
  transaction: Transaction;
  words: SqlWords;
  /**
   * One process serves a database: two would send every message twice. Dies with its process, kill -9 included.
   *
   * @returns what gives the place back. @throws Error with the cure when another process serves
   */
  takeServingLock(): Promise<() => Promise<void>>;
};
