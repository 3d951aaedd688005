/** The ports of keeping: what goes when it is over (retention.ts), and what is kept and does not open (damaged.ts). */
import type { Damaged } from './damaged.ts';
import type { FileKind } from './decision.ts';
import type { StoredFile } from './ports.ts';
import type { RoomRef } from './room.ts';

/** What has bodies rather than files: decided messages, ended deliveries, audit rows. */
export type Retained = 'messages' | 'announcements' | 'audit';

/** @property idleSince civil time, epoch ms UTC: since then nothing has happened to it that is known */
export type IdleFile = StoredFile & { idleSince: number };

/** What is kept no longer than it is of use (care/relay/retention.ts). Instants are civil time, epoch ms UTC. */
export interface RetentionStore {
  /**
   * Empties what is over and older than `before`, the oldest first: the bodies of decided messages and of deliveries that
   * have ended, whole audit rows. Never what is undecided, in quarantine, waiting for a key, pending. Keys, digests,
   * acknowledgements, delivery and event ids stay: what comes again is known.
   * @returns how many, at most `limit`
   */
  empty(what: Retained, before: number, limit: number): Promise<number>;
  /** For `relais retention plan`: how many would go now, and the instant of the oldest that would go later. */
  count(what: Retained, before: number): Promise<{ due: number; oldest: number | undefined }>;
  /** Files of a kind that have rested since before `before`, longest first. @param after the last one of the page before */
  idle(kind: FileKind, before: number, limit: number, after?: Pick<IdleFile, 'id' | 'idleSince'>): Promise<IdleFile[]>;
  /** The file has been looked at: it counts as resting since `since`. Its version does not move. */
  rest(file: { kind: FileKind; id: string; since: number }): Promise<void>;
  /** Does anything that is still to be said go to this room, or wait there for a person? */
  owes(room: RoomRef): Promise<boolean>;
}

/** Sealed rows that do not open (damaged.ts). */
export interface DamagedStore {
  /** Those that were met and still do not open, in the order in which they were met. */
  list(): Promise<Damaged[]>;
  /**
   * An operator's word: a file goes, and what it was about begins anew; a room's record takes its people from the next
   * decision. Audited in the same commit. `at`: civil time.
   * @returns false when it opens by now, was never met, or ends by other means (an envelope, a delivery: quarantine)
   */
  drop(row: Pick<Damaged, 'what' | 'row'>, by: { actor: string; at: number }): Promise<boolean>;
}
