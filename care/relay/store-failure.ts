/**
 * Failure: the base is away (it restarts, the network broke, its disk is full). Nothing is wrong with what was being
 * written: it is tried again later, never quarantined. A write that ends so may have been made.
 */
export class StoreFailure extends Error {
  /**
   * Waiting does not mend it: the disk took what was committed and did not keep it, and does not say so a second time
   * (Linux marks the pages as clean after the error, https://wiki.postgresql.org/wiki/Fsync_Errors). Whoever serves ends:
   * the next start goes on from what is on the disk.
   */
  readonly lasting: boolean;

  /** @param message English, for the log: no body, no patient field, no password */
  constructor(message: string, { lasting = false, ...options }: ErrorOptions & { lasting?: boolean } = {}) {
    super(message, options);
    this.name = 'StoreFailure';
    this.lasting = lasting;
  }
}

/** @param file as the operator calls it: `the database` */
export function notKept(file: string, cause: unknown): StoreFailure {
  const cure = `see to its disk (dmesg, smartctl), then start Relais again`;
  return new StoreFailure(`${file}: the disk did not keep what was written: ${cure}`, { cause, lasting: true });
}

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html. A damaged file is not among them: time does not mend it. */
const SQLITE: Readonly<Record<number, string>> = {
  5: 'is locked by another program',
  8: 'cannot be written',
  10: 'is on a disk that does not read or write',
  13: 'is on a full disk: make room',
  14: 'cannot be opened: its disk is full, or not there',
};
/** SQLITE_IOERR_FSYNC, an extended code: the disk refused to keep what it had taken. */
const NOT_KEPT = 1034;
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
  if (errcode === NOT_KEPT) return notKept(what, error);
  const why =
    typeof errcode === 'number' ? SQLITE[errcode & 0xff] : typeof code === 'string' ? SYSTEM[code] : undefined;
  return why === undefined ? undefined : new StoreFailure(`${what} ${why}`, { cause: error });
}
