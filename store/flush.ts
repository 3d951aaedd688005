/**
 * The disk, asked off the event loop. SQLite's own fsync (`synchronous=FULL`) stops the whole process for as long as the
 * disk takes, once per commit; here a commit is written without it and one fdatasync of the write-ahead log, in another
 * thread, serves everybody who waits. The log is sequential: when a commit is on disk, all the earlier ones are.
 */
import { closeSync, openSync, fdatasync } from 'node:fs';
import { promisify } from 'node:util';
import { grouped } from '../care/relay/grouped.ts';
import { notKept, type StoreFailure } from '../care/relay/store-failure.ts';

export type Flush = {
  /**
   * Resolves when everything committed before this call would survive a power cut.
   * @throws StoreFailure, `lasting`, when the disk refused, then and for ever after: it may have forgotten what it was given, and the
   *   commits that follow stand on it. A start from what is on the disk is the cure
   */
  durable(): Promise<void>;
  close(): void;
};

const sync = promisify(fdatasync);

/** @param log the write-ahead log of an open database: SQLite keeps this file as long as the database is open */
export function openFlush(log: string, write: (descriptor: number) => Promise<void> = sync): Flush {
  // No lock is held on this file (SQLite's are on the database and its -shm), so closing it drops none.
  const descriptor = openSync(log, 'r+');
  let refused: StoreFailure | undefined;
  return {
    durable: grouped(async () => {
      if (refused) throw refused;
      try {
        await write(descriptor);
      } catch (cause) {
        refused = notKept('the database', cause);
        throw refused;
      }
    }),
    close: () => closeSync(descriptor),
  };
}
