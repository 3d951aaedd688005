/**
 * The tables as Kysely sees them; migrations.ts makes them. Instants are epoch-ms integers, yes/no is 1/0 (SQLite has no
 * boolean), `Uint8Array` is always something sealed. `n` is the order of insertion, for listings: never the order of a lane.
 */
import type { Generated } from 'kysely';
import type { FileKind } from '../care/relay/decision.ts';
import type { EnvelopeState, Format } from '../care/relay/envelope.ts';
import type { Outcome, Reason } from '../care/relay/outcome.ts';
import type { Room, RoomKind } from '../care/relay/room.ts';
import type { TimerKind } from '../care/relay/timer.ts';

type Sealed = Uint8Array;

/**
 * `withdrawn`: never to be said, but it may be in the room already (then it has an event id, or was tried) · `redacted`: it was
 * there and was taken back · `kept`: it could not be taken back · `performed`: an act.
 */
type OutboxState =
  'pending' | 'done' | 'superseded' | 'quarantined' | 'dropped' | 'withdrawn' | 'redacted' | 'kept' | 'performed';

export type Tables = {
  schema_version: { version: number; reason: string; applied_at: number };
  /** One row per inbox and outbox lane: `tail` is the last number given. */
  lane: { name: string; tail: number; ready_at: number; paused_at: number | null; paused_why: Sealed | null };
  inbox: {
    n: Generated<number>;
    id: string;
    lane: string;
    seq: number;
    source: string;
    /** Blinded: a sender's key may be an IPP or a visit number. */
    key: string;
    /** Blinded too: the plain digest of a short message lets anyone test a guess. */
    digest: string;
    format: Format;
    received_at: number;
    state: EnvelopeState;
    outcome: Outcome | null;
    reason: Reason | null;
    /** Empty once emptied: a JSON sender's key may name somebody. */
    sender_key: Sealed;
    acknowledgement: Sealed | null;
    /** Body and note; null once emptied. */
    body: Sealed | null;
    detail: Sealed | null;
    /** 1: its retention is over, nothing is left of it but what knows it again. */
    emptied: Generated<number>;
  };
  outbox: {
    n: Generated<number>;
    /** Also the delivery id. */
    id: string;
    lane: string;
    seq: number;
    state: OutboxState;
    thread: string | null;
    root: number;
    coalesce: string | null;
    reply_to: string | null;
    attempts: number;
    tried_device: string | null;
    tried_at: number | null;
    decided_at: number;
    ended_at: number | null;
    event_id: string | null;
    /** Announcement and ring; of an emptied one, the kind of the announcement alone. */
    body: Sealed;
    why: Sealed | null;
    emptied: Generated<number>;
  };
  /** Event that opened a thread in a room's present generation. */
  thread: { lane: string; thread: string; event_id: string };
  room: {
    n: Generated<number>;
    ref: string;
    kind: RoomKind;
    matrix_id: string | null;
    generation: number;
    encrypted: number;
    state: Room['state'];
    /** Subject, name and members. */
    body: Sealed;
  };
  file: {
    n: Generated<number>;
    kind: FileKind;
    id: string;
    version: number;
    state: Sealed;
    /** Since when nothing has happened to it, as far as is known; 0 for what is older than the question. */
    idle_since: Generated<number>;
  };
  file_key: { kind: FileKind; key: string; id: string };
  event: {
    n: Generated<number>;
    id: string;
    kind: FileKind;
    file: string;
    version: number;
    type: string;
    at: number;
    body: Sealed;
  };
  fact: { key: string; at: number };
  timer: {
    kind: TimerKind;
    ref: string;
    step: string;
    epoch: number;
    due_at: number;
    state: 'pending' | 'fired' | 'cancelled';
  };
  audit: {
    n: Generated<number>;
    id: string;
    at: number;
    outcome: Outcome;
    reason: Reason;
    /** Actor, action and subject: who looked at whom is itself a secret. */
    body: Sealed;
  };
  tally: { outcome: Outcome; reason: Reason; n: number };
  setting: { name: string; value: Sealed };
  /** Sealed rows that did not open when they were met. */
  damaged: { what: string; row: string; at: number };
};
