/**
 * Failure: the base is away (it restarts, the network broke, its disk is full). Nothing is wrong with what was being
 * written: it is tried again later, never quarantined. A write that ends so may have been made.
 */
export class StoreFailure extends Error {
  /** @param message English, for the log: no body, no patient field, no password */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreFailure';
  }
}

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html. A damaged file is not among them: time does not mend it. */
const SQLITE: Readonly<Record<number, string>> = {
  5: 'is locked by another program',
  8: 'cannot be written',
  10: 'is on a disk that does not read or write',
  13: 'is on a full disk: make room',
  14: 'cannot be opened: its disk is full, or not there',
};
const SYSTEM: Readonly<Record<string, string>> = {
  ENOSPC: 'is on a full disk: make room',
  EDQUOT: 'is on a full disk: make room',
  EROFS: 'is on a disk that cannot be written',
  EIO: 'is on a disk that does not read or write',
};

/**
 * What SQLite or the system throws when the disk is the trouble.
 * @param what the file, as the operator calls it: `the database`
 * @returns undefined for every other error
 */
export function diskFailure(error: unknown, what: string): StoreFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  const why =
    typeof errcode === 'number' ? SQLITE[errcode & 0xff] : typeof code === 'string' ? SYSTEM[code] : undefined;
  return why === undefined ? undefined : new StoreFailure(`${what} ${why}`, { cause: error });
}
