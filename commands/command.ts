/**
 * A command: one file per word that a professional types, one line in the table. It receives the few things it uses and
 * returns data; its words come after (`say`), when the answer is sent.
 */
import type { Directory } from '../care/people/directory.ts';
import type { Conversation, FollowUp } from '../care/people/conversation.ts';
import type { People, Person } from '../care/people/person.ts';
import type { IdentityMove } from '../care/identity/decide.ts';
import type { RepertoryEntry } from '../care/people/repertory.ts';
import type { Message } from '../care/relay/message.ts';
import type { Refusal } from '../care/relay/refusal.ts';
import type { Room } from '../care/relay/room.ts';
import type { SlotFile } from '../care/request/slot.ts';
import type { Decision, EventWrite, NewDelivery } from '../care/relay/decision.ts';
import type { Ids } from '../care/relay/clock.ts';
import type { Store } from '../care/relay/ports.ts';
import type { FreeSlot } from '../care/request/slot-search.ts';
import type { RequestMove } from '../care/request/moves.ts';
import type { Purpose } from '../care/request/draft.ts';
import type { Answer } from '../care/request/form.ts';
import type { Ask } from '../care/request/opening.ts';
import type { Offer } from '../care/request/pathway.ts';
import type { Request } from '../care/request/request.ts';

export type CommandContext = {
  person: Person;
  room: Pick<Room, 'ref' | 'kind' | 'subject'>;
  /** The request whose thread or room this was typed in. */
  requestHere: string | undefined;
  /** Civil time, epoch ms UTC. */
  now: number;
  people: People;
  /** Groups of the identity desks. */
  desks: readonly string[];
  pathways: readonly Offer[];
  directory: Directory;
  /** What this person may book within [from, to), soonest first. */
  freeSlots: (span: { from: number; to: number }, specialty: string | undefined) => Promise<FreeSlot[]>;
  /** Slots that this person offers, not over. */
  mySlots: () => Promise<SlotFile[]>;
  /** Lines, documents, prevention, actions of the territory. */
  repertory: readonly RepertoryEntry[];
  /** What was last shown to this person in this room, if it is not too old. */
  shown: Conversation | undefined;
  /** One request, whatever became of it: who may see it is for the command to say (care/request/seeing.ts). */
  request: (code: string) => Promise<Request | undefined>;
  /** Requests by look-up key: open ones (`group:…`, `taker:…`, `asker:…`), and those that are counted (`pathway:…`). */
  requests: (key: string) => Promise<Request[]>;
};

/** What an act loads from, and how it answers where it was asked (the answer is said by the command's `say`). */
type ActPorts = {
  store: Store;
  people: People;
  ids: Ids;
  pathways: () => readonly Offer[];
  reply: (result: unknown) => NewDelivery;
};

/** What a command ends in. */
export type CommandEnd<R> =
  /**
   * A read: the result is sent back where it was asked. `keep`: what `follow` needs if « suite » or « 2 » comes next.
   * `as`: the word whose `say` and `follow` it is, when another command gave it. `counted`: what the answer is counted as.
   */
  | { answer: R; keep?: unknown; as?: string; counted?: EventWrite }
  | { refusal: Refusal }
  /** An act of another kind: decided in the corridor, again from the start when somebody else decided in between. */
  | { act: (ports: ActPorts, now: number) => Promise<Decision | Refusal>; keep?: unknown; as?: string }
  /** An act: the corridor decides it, and announces what comes of it. */
  | { ask: Omit<Ask, 'by' | 'patient'> }
  /** Too much for one line: asked question by question, in the direct room. */
  | { form: Purpose; given: { answers: Answer[]; urgent: boolean; outcome?: string | undefined } }
  | { move: { code: string; move: RequestMove } }
  | { redirect: { code: string; pathway: Offer; text: string } }
  /** The oldest of a queue. */
  | { next: true }
  /** About patients' identities, for the desk's book. */
  | { identity: IdentityMove };

export interface Command<R = unknown> {
  /** As typed, without accent or prefix. */
  readonly word: string;
  /** Other words for it. */
  readonly also: readonly string[];
  /** One line of help, in French. */
  readonly summary: string;
  /** What one types, as an example. */
  readonly example: string;
  /** Shown by `aide`, and refused otherwise: only what this person may do here. `desks`: groups of the identity desks. */
  may(person: Person, pathways: readonly Offer[], desks?: readonly string[]): boolean;
  /** @param args what follows the word, trimmed, typographic quotes straightened */
  run(context: CommandContext, args: string): Promise<CommandEnd<R>>;
  /** « suite » and « 2 » after an answer that kept something; `kept` is what it kept. */
  follow?(context: CommandContext, kept: never, said: FollowUp): Promise<CommandEnd<R>>;
  /** The words of an answer that `run` gave. */
  say(result: R, now: number): Message;
}

/** For acts, which never answer by themselves: the corridor's announcement is the answer. */
export function nothingToSay(): never {
  throw new Error('an act has no answer of its own');
}
