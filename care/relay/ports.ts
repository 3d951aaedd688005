/**
 * The ports: what care needs from the world. bot and bridge never see each other, they meet here. Each port is proved by
 * one contract suite that runs on every engine (test/store/contract.ts).
 */
import type { Announcement, RoomAct } from './announcement.ts';
import type { Decision, FileKind } from './decision.ts';
import type { Accepted, Envelope, EnvelopeState, NewEnvelope } from './envelope.ts';
import type { DamagedStore, RetentionStore } from './keeping-ports.ts';
import type { Room, RoomRef, RoomWanted } from './room.ts';
import type { Timer } from './timer.ts';

export type StoredFile<S = unknown> = { kind: FileKind; id: string; version: number; state: S };

export interface FileStore {
  /** @throws DamagedRow when it does not open */
  load<S>(kind: FileKind, id: string): Promise<StoredFile<S> | undefined>;
  /**
   * Files that carry this look-up key, oldest first. One that does not open is passed over; of a proposal, which may hold
   * what must not be said, it is thrown as by `load`.
   */
  find<S>(kind: FileKind, key: string): Promise<StoredFile<S>[]>;
  /** Has this fact been decided already? (blinded fact key) */
  knowsFact(key: string): Promise<boolean>;
  /** The append-only history of one file, oldest first. */
  history(kind: FileKind, id: string): Promise<{ version: number; type: string; at: number; body: unknown }[]>;
  /** What has happened to the files of a kind within [from, to), oldest first, also to those that are gone: for counts. */
  happened(
    kind: FileKind,
    from: number,
    to: number,
  ): Promise<{ id: string; type: string; at: number; body: unknown }[]>;
}

export interface InboxStore {
  /**
   * Durable when it resolves (fsync). All of them, the cursor included, in one commit; micro-batched with concurrent
   * callers. Order within a lane is the order of acceptance.
   * @param cursor e.g. the /sync token, stored in the same commit as the events that came with it
   * @param onWritten called when they may be decided, which is before the disk has them: nothing is acknowledged yet, and
   *   nothing that is decided of them leaves before they are on disk
   */
  accept(
    envelopes: NewEnvelope[],
    cursor?: { name: string; value: string },
    onWritten?: () => void,
  ): Promise<Accepted[]>;
  /**
   * The oldest undecided envelope of each lane whose name starts with `prefix`, at most `limit`. One that does not open is put
   * in quarantine (`damaged`), and its lane goes on.
   */
  heads(prefix: string, limit: number): Promise<Envelope[]>;
  get(id: string): Promise<Envelope | undefined>;
  /** Newest first, for `relais quarantine list` and the event-key retry. */
  list(filter: { state?: EnvelopeState; reason?: string; limit: number }): Promise<Envelope[]>;
  /** Every envelope of one lane whatever became of it, in the order of the lane, from after `seq` (0: the first one). */
  lane(lane: string, after: number, limit: number): Promise<Envelope[]>;
  /** Back to `undecided`, at the end of its lane (replay, or a key has come). `note`: what the operator knows of it. */
  replay(id: string, note?: string): Promise<void>;
  count(state: EnvelopeState): Promise<number>;
  cursor(name: string): Promise<string | undefined>;
}

export type OutboxItem = {
  id: string;
  room: RoomRef;
  seq: number;
  /** Opaque, stable over retries: the Matrix transaction id derives from it and the encrypted content carries it. */
  deliveryId: string;
  announcement: Announcement | RoomAct;
  ring: string[];
  thread: string | undefined;
  root: boolean;
  coalesce: string | undefined;
  replyTo: string | undefined;
  attempts: number;
  /** First PUT of this delivery: by which device and when (machine time). Undefined: never tried. */
  tried: { device: string; at: number } | undefined;
};

type DeliveryLook = Pick<OutboxItem, 'id' | 'room' | 'attempts' | 'tried'> & {
  /** Undefined: the row does not open. */
  announcement: OutboxItem['announcement'] | undefined;
  state:
    'pending' | 'done' | 'superseded' | 'quarantined' | 'dropped' | 'withdrawn' | 'redacted' | 'kept' | 'performed';
  why: string | undefined;
};

/** One delivery that is in a room, or may be: `eventId` is undefined where its sending had no known end. */
export type Carrier = Pick<OutboxItem, 'id' | 'deliveryId' | 'tried'> & { eventId: string | undefined };

/** No lane waits longer before it is tried again: what seems to was postponed before the machine's clock was set back. */
export const LONGEST_WAIT_MS = 60_000;

export interface OutboxStore {
  /**
   * The head of every lane that may be sent now (`readyAt` ≤ now, or too far to be true; not paused), at most `limit`. One that
   * does not open is put aside, and its lane goes on.
   * @param except lanes that are being sent: theirs are not opened
   */
  heads(now: number, limit: number, except?: ReadonlyMap<string, unknown>): Promise<OutboxItem[]>;
  /**
   * On disk before the first PUT, with the decision that is said, so that an ambiguous end can be settled afterwards.
   * @returns false when it must not be sent any more: it was withdrawn since it was read
   */
  markTried(id: string, device: string, at: number): Promise<boolean>;
  /**
   * Sent: with the event id; opens or continues the thread. `superseded`: a later one of the same coalescing key says it.
   * `performed`: an act, of which nothing is read.
   */
  markDone(id: string, how: { eventId: string } | 'superseded' | 'performed', at: number): Promise<void>;
  /** The lane waits until `readyAt` (machine time, at most `LONGEST_WAIT_MS` from now), the item stays its head. */
  postpone(id: string, readyAt: number, why: string): Promise<void>;
  /** The message itself cannot be said: it is put aside, the lane goes on. */
  quarantine(id: string, why: string): Promise<void>;
  /** The room cannot be written to: the lane stops, visibly, until `resumeLane`. */
  pauseLane(room: RoomRef, why: string): Promise<void>;
  resumeLane(room: RoomRef): Promise<void>;
  lanes(): Promise<{ room: RoomRef; pending: number; paused: string | undefined }[]>;
  /**
   * Is there a later pending delivery with the same coalescing key in this lane?
   * @param opens it would open its thread: then only one that follows before anything else of the thread, which belongs
   *   under what opens it
   */
  superseded(id: string, opens: boolean): Promise<boolean>;
  /** Event id of the root of a thread, and of the last event said under a coalescing key. */
  threadRoot(room: RoomRef, thread: string): Promise<string | undefined>;
  /** Delivery by the Matrix event that carried it (reactions, replies in a thread). */
  byEvent(eventId: string): Promise<{ room: RoomRef; thread: string | undefined } | undefined>;
  /** What was said in a room of this thread, the summaries of the room included, and is still to be taken back; oldest first. */
  carriers(room: RoomRef, thread: string): Promise<Carrier[]>;
  /** Taken back in the room; or not, and why (English, for the log). Audited in the same commit. `at`: civil time. */
  markRedacted(id: string, how: 'redacted' | { failed: string }, at: number): Promise<void>;
  /** Everything already said in a room, oldest first (the summary for a newcomer counts them). */
  countDone(room: RoomRef): Promise<number>;
  pending(): Promise<number>;
  listQuarantined(limit: number): Promise<{ id: string; room: RoomRef; why: string }[]>;
  /**
   * An operator's acts, each in one commit with its audit row. `at`: civil time.
   * Replay: a delivery put aside goes to the end of its lane. `forget` its earlier tries: sent even if it may be there.
   * @returns false when it is not in quarantine
   */
  replay(id: string, by: { actor: string; at: number; forget?: boolean }): Promise<boolean>;
  /** One delivery and what became of it, for the operator's eyes: it holds health data. */
  look(id: string): Promise<DeliveryLook | undefined>;
  /** It will never be said. @returns false when it is not in quarantine */
  drop(id: string, by: { actor: string; at: number }): Promise<boolean>;
  /** Puts the head of a lane aside and opens the lane. @returns the delivery, undefined when nothing waits there */
  skipHead(room: RoomRef, by: { actor: string; at: number }): Promise<string | undefined>;
}

export interface RoomStore {
  /** @throws DamagedRow when its record does not open; so does `byMatrixId`, and `list` passes it over */
  get(ref: RoomRef): Promise<Room | undefined>;
  byMatrixId(matrixId: string): Promise<Room | undefined>;
  list(): Promise<Room[]>;
  /** Outside a decision (configuration at start, a direct room that a person opened). Never changes an open room's Matrix id. */
  want(room: RoomWanted): Promise<Room>;
  /** The drain has made it, or a person's direct room was joined. */
  opened(ref: RoomRef, matrixId: string): Promise<void>;
  close(ref: RoomRef): Promise<void>;
}

export interface TimerStore {
  /** Due and pending at this civil instant, oldest first. */
  due(now: number, limit: number): Promise<Timer[]>;
  /** Civil instant of the next pending deadline. */
  next(): Promise<number | undefined>;
  list(kind: Timer['kind'], ref: string): Promise<Timer[]>;
}

export interface Store {
  readonly inbox: InboxStore;
  readonly files: FileStore;
  readonly outbox: OutboxStore;
  readonly rooms: RoomStore;
  readonly timers: TimerStore;
  readonly retention: RetentionStore;
  readonly damaged: DamagedStore;
  /**
   * All or nothing; a kill loses nothing of it. The disk may have it a little later, and always before a room is made or
   * left, or a delivery sent, because of it. `stale`: a version moved, a fact or an epoch was no longer what was read; nothing was written.
   */
  commit(decision: Decision, at: number): Promise<'committed' | 'stale'>;
  /** Small durable settings: civil clock offset, which devices got a room's first key. */
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Append-only rows, oldest first, sealed into a hash chain later by one sealer. */
  audit(
    limit: number,
  ): Promise<{ at: number; actor: string; action: string; subject: string; outcome: string; reason: string }[]>;
  counts(): Promise<{ outcome: string; reason: string; n: number }[]>;
  /** Fails when the disk or the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
