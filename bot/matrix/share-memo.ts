/**
 * What spares the question "who lacks this room's key?" before each message of a burst: the answer of a few seconds ago,
 * as long as nothing that it rested on has moved. In doubt it is asked again; nothing here ever gives a key to anybody.
 */
import { ciphertextId } from './trust.ts';
import type { RoomToShare } from './sharing.ts';
import type { State } from './state.ts';

/** How long an answer stands, machine ms. What arrives by /sync ends it at once. */
const STANDS_MS = 10_000;
/** The crypto machine's own limits where the room says nothing; it changes the key, and panics if asked to go on. */
const MOST_MESSAGES = 100;
const LONGEST_MS = 7 * 24 * 3_600_000;
/** It never takes a shorter period than this, and counts in seconds. */
const SHORTEST_MS = 3_600_000;
const MARGIN_MS = 60_000;

type Answer = {
  /** Members as they were, and how the room is encrypted. */
  about: string;
  devices: number;
  until: number;
  /** Messages that the session may still carry; undefined until one has been said under this answer. */
  left: number | undefined;
};

export interface ShareMemo {
  /** Was the key of this room, for exactly these members, given to all their devices just now? */
  holds(room: RoomToShare): boolean;
  /** Call it before the key is shared, and what it gives when everybody has it: what moved meanwhile voids the answer. */
  asking(room: RoomToShare): () => void;
  /** A message was encrypted: it tells the session and how far it is. */
  said(room: RoomToShare, content: Record<string, unknown>): void;
  /** Somebody's devices changed, or may have. */
  devicesChanged(): void;
}

export function openShareMemo(state: Pick<State, 'sessionBegan' | 'noteSession'>, now: () => number): ShareMemo {
  const answers = new Map<string, Answer>();
  let devices = 0;
  return {
    holds: (room) => {
      const answer = answers.get(room.roomId);
      if (answer === undefined) return false;
      const stands =
        answer.about === about(room) && answer.devices === devices && now() < answer.until && (answer.left ?? 0) > 0;
      if (!stands) answers.delete(room.roomId);
      return stands;
    },
    asking: (room) => {
      const asked = { about: about(room), devices, until: now() + STANDS_MS, left: undefined };
      return () => void answers.set(room.roomId, asked);
    },
    said: (room, content) => {
      const { roomId, encryption } = room;
      const [session, index] = ciphertextId(content)?.split(':') ?? [];
      if (session === undefined || index === undefined) return void answers.delete(roomId);
      if (index === '0') state.noteSession(roomId, session, now());
      const answer = answers.get(roomId);
      const began = state.sessionBegan(roomId, session);
      // A session of before this was noted: its age is not known until it is changed.
      if (answer === undefined || began === undefined) return void answers.delete(roomId);
      const messages = Math.min(encryption.rotationMessages ?? MOST_MESSAGES, MOST_MESSAGES);
      const period = Math.max(Math.min(encryption.rotationMs ?? LONGEST_MS, LONGEST_MS), SHORTEST_MS);
      answer.left = messages - Number(index) - 1;
      answer.until = Math.min(answer.until, began + period - MARGIN_MS);
    },
    devicesChanged: () => void (devices += 1),
  };
}

function about({ members, membersAsOf, encryption, visibility }: RoomToShare): string {
  return JSON.stringify([membersAsOf, [...members].sort(), encryption, visibility]);
}
