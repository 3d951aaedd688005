/** A command that was understood: it is run with the few things it uses, and its end becomes one commit. */
import { type Decision, emptyDecision } from '../care/relay/decision.ts';
import type { Envelope } from '../care/relay/envelope.ts';
import type { StoredFile } from '../care/relay/ports.ts';
import { type Refusal, refuse } from '../care/relay/refusal.ts';
import type { Room } from '../care/relay/room.ts';
import { type Conversation, conversationId, fresh, keep } from '../care/people/conversation.ts';
import type { Person } from '../care/people/person.ts';
import { noPlace } from '../care/request/slot-decision.ts';
import { freeSlots, offeredBy } from '../care/request/slot-search.ts';
import { decideNext, decideRedirect, openIn } from '../care/request/case.ts';
import { decideDraft } from '../care/request/drafting.ts';
import { decideIdentity } from '../care/identity/decide.ts';
import { decideAskLine, decideMoveLine } from '../care/request/one-line.ts';
import { loadRequest } from '../care/request/stored.ts';
import type { CommandContext, CommandEnd } from '../commands/command.ts';
import type { Parsed } from '../commands/parse.ts';
import { commandsFor } from '../commands/table.ts';
import type { DispatchPorts } from './dispatch-ports.ts';
import { answer, type Back, commit, isRefusal, refused, reply, settled } from './ending.ts';

/** Who said it, where, and where the answer goes. */
export type Said = { person: Person; room: Room; back: Back; requestHere: string | undefined };

/** Settles the envelope in its own commit. */
export async function obey(
  ports: DispatchPorts,
  envelope: Envelope,
  parsed: Extract<Parsed, { kind: 'command' | 'follow' }>,
  { person, room, back, requestHere }: Said,
): Promise<void> {
  const now = ports.clocks.civil();
  const id = conversationId(room.ref, person.id);
  const earlier = await ports.store.files.load<Conversation>('conversation', id);
  const context: CommandContext = {
    person,
    room,
    requestHere,
    now,
    people: ports.people,
    pathways: ports.pathways(),
    desks: ports.desks,
    directory: ports.directory,
    freeSlots: (span, specialty) => freeSlots(ports, person, span, specialty, now),
    mySlots: () => offeredBy(ports, person, now),
    repertory: ports.repertory,
    shown: fresh(earlier, now),
    request: async (code) => (await loadRequest(ports.store, code))?.state,
    requests: (key) => openIn(ports, key),
  };
  const { word, end } = parsed.kind === 'command' ? await run(parsed, context) : await follow(parsed, context);
  return finish(ports, envelope, context, { id, earlier }, back, word, end);
}

type Ended = { word: string; end: CommandEnd<unknown> };

async function run({ command, args }: Extract<Parsed, { kind: 'command' }>, context: CommandContext): Promise<Ended> {
  return { word: command.word, end: await command.run(context, args) };
}

async function follow({ said }: Extract<Parsed, { kind: 'follow' }>, context: CommandContext): Promise<Ended> {
  const command = commandsFor(context.pathways).find(({ word }) => word === context.shown?.word);
  const end = await command?.follow?.(context, context.shown?.kept as never, said);
  return { word: command?.word ?? '', end: end ?? { refusal: refuse('nothing-to-follow') } };
}

async function finish(
  ports: DispatchPorts,
  envelope: Envelope,
  { person, room, now }: CommandContext,
  conversation: { id: string; earlier: StoredFile<Conversation> | undefined },
  back: Back,
  asked: string,
  end: CommandEnd<unknown>,
): Promise<void> {
  if ('refusal' in end)
    return answer(ports, envelope, person.id, back, { kind: 'refusal', refusal: end.refusal }, 'refused');
  const word = 'as' in end ? (end.as ?? asked) : asked;
  const said = (result: unknown): ReturnType<typeof reply> => reply(back, { kind: 'answer', command: word, result });
  const kept = async (): Promise<ReturnType<typeof keep>[]> => {
    if (!('keep' in end) || end.keep === undefined) return [];
    const known = await ports.store.files.load<Conversation>('conversation', conversation.id);
    return [keep(conversation.id, known, { word, kept: end.keep, at: now })];
  };
  if ('answer' in end)
    return commit(ports, envelope, person.id, async () => ({
      ...emptyDecision(),
      files: await kept(),
      deliveries: [said(end.answer)],
      events: end.counted ? [end.counted] : [],
      settle: settled(envelope, 'posted', 'answered'),
    }));
  const patient = room.kind === 'patient' ? room.subject : undefined;
  return commit(ports, envelope, person.id, async () => {
    const at = ports.clocks.civil();
    const decided = await decide(ports, person, patient, end, said, at);
    if (isRefusal(decided))
      return { ...refused(back, decided), events: decided.code === 'slot-gone' ? [noPlace(undefined, at)] : [] };
    return {
      ...decided,
      files: [...decided.files, ...(await kept())],
      settle: settled(envelope, 'posted', 'announced'),
    };
  });
}

type Act = Exclude<CommandEnd<unknown>, { answer: unknown } | { refusal: Refusal }>;

async function decide(
  ports: DispatchPorts,
  person: Person,
  patient: string | undefined,
  end: Act,
  said: (result: unknown) => ReturnType<typeof reply>,
  now: number,
): Promise<Decision | Refusal> {
  if ('act' in end) return end.act({ ...ports, reply: said }, now);
  if ('form' in end) {
    const purpose = end.form.do === 'ask' ? { ...end.form, patient } : end.form;
    return decideDraft(ports, purpose, end.given, person, now);
  }
  if ('ask' in end) return decideAskLine(ports, { ...end.ask, by: person, patient }, now);
  if ('identity' in end) return decideIdentity(ports, person, end.identity, now);
  if ('next' in end) return decideNext(ports, person, now);
  if ('redirect' in end) return decideRedirect(ports, end.redirect.code, person, end.redirect, now);
  return decideMoveLine(ports, end.move.code, person, end.move.move, now);
}
