/** What every part of the store stands on, and how a value becomes sealed bytes of one row. */
import type { Kysely } from 'kysely';
import type { Clocks, Ids } from '../care/relay/clock.ts';
import type { Damaged } from '../care/relay/damaged.ts';
import { NotOpened, type Sealer } from '../care/relay/seal.ts';
import type { Tables } from './tables.ts';

/** The database or one of its transactions: the same functions run in both. */
export type Db = Kysely<Tables>;

export type Transaction = <T>(work: (tx: Db) => Promise<T>) => Promise<T>;

export type Ground = {
  db: Db;
  /** All or nothing, on any engine. `work` touches nothing but its `tx`: it is run again when it lost a race. */
  transaction: Transaction;
  /** Committed, and on disk after the next `durable()` (engine.ts). */
  soon: Transaction;
  durable(): Promise<void>;
  sealer: Sealer;
  ids: Pick<Ids, 'next'>;
  clocks: Pick<Clocks, 'machine'>;
  /** Called once for each sealed row that does not open. */
  onDamaged?: ((row: Pick<Damaged, 'what' | 'row'>) => void) | undefined;
};

export { NotOpened };

/** @param context table and row: sealed bytes moved to another row do not open */
export function sealValue(sealer: Sealer, value: unknown, context: string): Uint8Array {
  return sealer.seal(JSON.stringify(value ?? null), context);
}

/** The reverse of `sealValue`. @throws Error when the row, the secret or the bytes are not those that were sealed */
export function openValue(sealer: Sealer, sealed: Uint8Array, context: string): unknown {
  return JSON.parse(sealer.open(sealed, context));
}

export function sealText(sealer: Sealer, text: string | undefined, context: string): Uint8Array | null {
  return text === undefined ? null : sealer.seal(text, context);
}

/** A reason shown to the operator: one that does not open must not hide the others. */
export function openWhy(sealer: Sealer, sealed: Uint8Array | null, context: string): string | undefined {
  try {
    return sealed === null ? undefined : sealer.open(sealed, context);
  } catch (error) {
    if (!(error instanceof NotOpened)) throw error;
    return 'the reason does not open';
  }
}
