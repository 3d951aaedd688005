/**
 * What Relais last showed to one person in one room, so that « suite » and « 2 » mean something there. Health data never
 * belongs here but for what the person has just been shown; it is sealed like every file and replaced by the next answer.
 */
import { DAY, MINUTE } from '../relay/civil-time.ts';
import type { FileWrite } from '../relay/decision.ts';
import type { StoredFile } from '../relay/ports.ts';
import type { RetentionRule } from '../relay/retention.ts';
import type { RoomRef } from '../relay/room.ts';

/** One more page, the entry that was shown under this number (from 1), or yes and no to what was asked, with a word after it. */
export type FollowUp = { next: true } | { pick: number } | { yes: boolean; words: string };

export type Conversation = {
  /** The command that answered, and what it wants to find again. */
  word: string;
  kept: unknown;
  /** Civil time, epoch ms UTC. */
  at: number;
};

/** Past that, a « 2 » alone no longer answers to what somebody has forgotten. */
const FRESH_MS = 30 * MINUTE;

export function conversationId(room: RoomRef, personId: string): string {
  return `${room}|${personId}`;
}

/** @returns undefined when nothing was kept, or too long ago */
export function fresh(file: StoredFile<Conversation> | undefined, now: number): Conversation | undefined {
  return file && now - file.state.at <= FRESH_MS ? file.state : undefined;
}

/** @param file as it was read; undefined when there was none */
export function keep(id: string, file: Pick<StoredFile, 'version'> | undefined, state: Conversation): FileWrite {
  return { kind: 'conversation', id, version: file?.version ?? 0, state };
}

const REACTION = 'reaction:';

/** Which request a reaction took, so that taking the reaction away gives it back. `at`: civil time, epoch ms UTC. */
export type Taken = { code: string; by: string; at: number };

export function reactionId(eventId: string): string {
  return `${REACTION}${eventId}`;
}

/** What somebody was shown goes the next night. @param reactions ms that a reaction is remembered: as long as a request */
export function conversationRule(reactions: number): RetentionRule {
  return {
    what: 'conversations',
    kind: 'conversation',
    rest: DAY,
    async look({ kind, id, version, state }, now) {
      const due = id.startsWith(REACTION) ? ((state as Partial<Taken>).at ?? 0) + reactions : 0;
      return due > now ? { again: due } : { erases: [{ kind, id, version }] };
    },
  };
}
