/**
 * A decision is data: what the corridor hands to the store to be written in ONE commit. No transaction object leaks,
 * nobody can forget the audit, and nothing is said before it is on disk (DESIGN §2).
 */
import type { Announcement, RoomAct } from './announcement.ts';
import type { EnvelopeState } from './envelope.ts';
import type { Outcome, Reason } from './outcome.ts';
import type { RoomRef, RoomWanted } from './room.ts';
import type { Timer, TimerChange } from './timer.ts';

/** Files: a stay, a patient, a request, what would have been said. `where version = ?`, so that two deciders cannot both win. */
export type FileKind =
  | 'patient'
  | 'stay'
  | 'request'
  | 'room-watch'
  | 'conversation'
  | 'slot'
  | 'draft'
  | 'form-file'
  | 'fiche'
  | 'proposal'
  | 'shadow'
  | 'document'
  | 'attachment'
  | 'letter';

export type FileWrite = {
  kind: FileKind;
  id: string;
  /** The version that was read; 0 for a new file. The write gives version + 1. */
  version: number;
  state: unknown;
  /** Look-up keys, already blinded where they name a person; they replace the earlier ones. */
  keys?: string[];
};

export type EventWrite = { kind: FileKind; id: string; type: string; at: number; body: unknown };

export type NewDelivery = {
  /** Lane and destination. */
  room: RoomRef;
  announcement: Announcement | RoomAct;
  /** Matrix user ids that are rung (m.text with m.mentions); nobody: a notice. */
  ring: string[];
  /** Thread this belongs to (`stay:<id>`, `request:<code>`); with `root`, this delivery opens it. */
  thread?: string;
  root?: boolean;
  /** Later deliveries with the same coalescing key make this one superfluous; rendered when sent (`card:<stay id>`). */
  coalesce?: string;
  /** Matrix event id that this answers. */
  replyTo?: string;
};

export type AuditEntry = {
  /** `source:<id>`, a person id, `clock`. */
  actor: string;
  /** `decide`, `command:annuaire`, `refuse:may-not-ask`, … */
  action: string;
  /** File or room concerned (blinded ids), never a name. */
  subject: string;
  outcome: Outcome;
  reason: Reason;
};

export type Decision = {
  files: FileWrite[];
  events: EventWrite[];
  deliveries: NewDelivery[];
  timers: TimerChange[];
  rooms: RoomWanted[];
  /** Rooms that end: the next one wanted under the same ref is another generation. */
  closes?: RoomRef[];
  /** What waits in a room's lane under these threads is never said; what was said is found by `outbox.carriers`. */
  withdraws?: { room: RoomRef; thread: string }[];
  /** Rooms that go on in another Matrix room, with the next generation. */
  replaces?: { ref: RoomRef; matrixId: string }[];
  /** Envelopes in quarantine that are decided again, in this order, at the end of their lanes. */
  replays?: string[];
  /** Files that go, with their look-up keys; their events stay unless said. A version that moved makes the commit stale. */
  erases?: { kind: FileKind; id: string; version: number; events?: boolean }[];
  /** Files that are still of use, though nothing of them changes: their retention counts from now. One that is gone is nothing. */
  touches?: { kind: FileKind; id: string }[];
  /** Fact keys (facility, movement, action, EVN-2), blinded: one message per fact. A known one makes the commit stale. */
  facts: string[];
  audit: AuditEntry[];
  /** What becomes of the envelope that asked for it. */
  settle?: {
    envelope: string;
    state: EnvelopeState;
    outcome: Outcome;
    reason: Reason;
    detail?: string;
    /** A protected stay leaves no payload behind (DESIGN §7). */
    emptied?: boolean;
  };
  /** The timer that fired: gone with this commit, if its epoch still stands. */
  fired?: Timer;
};

export function emptyDecision(): Decision {
  return { files: [], events: [], deliveries: [], timers: [], rooms: [], facts: [], audit: [] };
}
