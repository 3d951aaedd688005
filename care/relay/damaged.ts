/**
 * A sealed row that does not open: a disk that turned a bit, a row that somebody exchanged by hand. It is a row of its own,
 * set aside and shown (`relais quarantine list`, `relais doctor`); everything else goes on.
 */
export type DamagedWhat = 'inbox' | 'outbox' | 'audit' | `file:${string}` | `room:${string}`;

/** @property row id of an envelope or a delivery; else the number of the row in its table: a file's id may hold an account */
export type Damaged = { what: DamagedWhat; row: string; /** When it was first met, machine time. */ at: number };

/** Thrown where a file or a room is needed that does not open: what needs it waits for a person, and nothing else does. */
export class DamagedRow extends Error {
  readonly what: DamagedWhat;
  readonly row: string;

  constructor({ what, row }: Pick<Damaged, 'what' | 'row'>, options?: ErrorOptions) {
    super(`${what} ${row} is a sealed row that does not open: see relais doctor`, options);
    this.name = 'DamagedRow';
    this.what = what;
    this.row = row;
  }
}

/** Does for each what can be done: one that needs a damaged row is left as it is, and was said already. */
export async function eachSound<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  for (const one of all)
    try {
      await work(one);
    } catch (error) {
      if (!(error instanceof DamagedRow)) throw error;
    }
}
