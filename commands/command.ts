/**
 * A command: one file per word that a professional types, one line in the table. It receives the few things it uses and
 * returns data; its words come after (`say`), when the answer is sent.
 */
import type { Directory } from '../care/people/directory.ts';
import type { People, Person } from '../care/people/person.ts';
import type { Message } from '../care/relay/message.ts';
import type { Refusal } from '../care/relay/refusal.ts';
import type { Room } from '../care/relay/room.ts';
import type { Pathway } from '../care/request/pathway.ts';
import type { Request, RequestMove } from '../care/request/request.ts';
import type { Slots } from '../care/request/slot.ts';

export type CommandContext = {
  person: Person;
  room: Pick<Room, 'ref' | 'kind' | 'subject'>;
  /** The request whose thread or room this was typed in. */
  requestHere: string | undefined;
  /** Civil time, epoch ms UTC. */
  now: number;
  people: People;
  pathways: readonly Pathway[];
  directory: Directory;
  slots: Slots;
  /** Open requests by look-up key (`group:…`, `taker:…`, `asker:…`). */
  requests: (key: string) => Promise<Request[]>;
};

/** What a command ends in. */
export type CommandEnd<R> =
  /** A read: the result is sent back where it was asked. */
  | { answer: R }
  | { refusal: Refusal }
  /** An act: the corridor decides it, and announces what comes of it. */
  | { ask: { pathway: Pathway; question: string; urgent: boolean } }
  | { move: { code: string; move: RequestMove } }
  /** The lettre de liaison of the patient whose room this is. */
  | { letter: 'received' };

export interface Command<R = unknown> {
  /** As typed, without accent or prefix. */
  readonly word: string;
  /** Other words for it. */
  readonly also: readonly string[];
  /** One line of help, in French. */
  readonly summary: string;
  /** What one types, as an example. */
  readonly example: string;
  /** Shown by `aide`, and refused otherwise: only what this person may do here. */
  may(person: Person, pathways: readonly Pathway[]): boolean;
  /** @param args what follows the word, trimmed, typographic quotes straightened */
  run(context: CommandContext, args: string): Promise<CommandEnd<R>>;
  /** The words of an answer that `run` gave. */
  say(result: R, now: number): Message;
}

/** For acts, which never answer by themselves: the corridor's announcement is the answer. */
export function nothingToSay(): never {
  throw new Error('an act has no answer of its own');
}
