/** Plays a scenario with real clients against a running Relais: the same file that `relais rehearse` plays offline. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { advance } from '../cli/advance.ts';
import { parseParis } from '../config/paris-text.ts';
import { eventBody, filled, holds, type Scenario, type ScenarioStep } from '../config/schema/scenario.ts';
import { attach } from './attach.ts';
import type { Persona, SeenEvent } from './client.ts';
import { bodyOf, type Cast, lastCode, readByPersona, roomNamed, roomsInShort } from './cast.ts';
import type { RelaisProcess } from './relais-process.ts';
import type { Transcript } from './transcript.ts';

export type Stage = {
  relais: RelaisProcess;
  cast: Cast;
  bot: string;
  transcript: Transcript;
  /** Logs a person in, who comes late. */
  enter: (id: string) => Promise<Persona>;
  /** Group name → room name, as the pathways say. */
  groupRooms: Map<string, string>;
  folder: string;
  /** Called before each step; the tests kill the server here. */
  beforeStep?: (index: number) => Promise<void>;
};

/** One scenario being played; what was read before it began is another story. */
type Playing = Stage & { before: ReadonlySet<string>; facility: string };

/** @returns the civil instant at the end. @throws Error that names the step whose expectation did not hold */
export async function play(on: Stage, scenario: Scenario): Promise<number> {
  const seen = [...on.cast.personas.values()].flatMap((p) => p.events.map((e) => e.eventId));
  const stage: Playing = { ...on, before: new Set(seen), facility: scenario.source?.facility ?? '' };
  let civil = parseParis(scenario.start);
  for (const [index, step] of scenario.steps.entries()) {
    await stage.beforeStep?.(index);
    if (step.at !== undefined) {
      civil = Math.max(civil, parseParis(step.at));
      await runTo(stage, civil);
    }
    try {
      await act(stage, step, civil, index);
    } catch (cause) {
      throw new Error(`step ${index + 1} (${JSON.stringify(step)}) did not hold`, { cause });
    }
    stage.transcript.flush(civil);
  }
  await stage.relais.quiet(civil);
  await settled(stage);
  stage.transcript.flush(civil);
  return civil;
}

/** Civil time runs to an instant; each deadline on the way fires at its own, once the rooms are quiet. */
async function runTo(stage: Playing, target: number): Promise<void> {
  let at = target;
  await advance(target, {
    next: async () => {
      const next = (await stage.relais.metrics()).get('relais_next_deadline_seconds');
      return next === undefined ? undefined : next * 1000;
    },
    set: async (instant) => {
      at = instant;
      await stage.relais.clock(instant);
    },
    quiet: async () => {
      await stage.relais.quiet(at);
      await settled(stage);
      stage.transcript.flush(at);
    },
  });
}

async function act(stage: Playing, step: ScenarioStep, civil: number, index: number): Promise<void> {
  if ('post' in step) {
    const body = await readFile(join(stage.folder, step.post));
    await posted(stage, step.post, body, step.post.endsWith('.json') ? '/v1/events' : '/v1/hl7v2', civil);
    return;
  }
  if ('event' in step) {
    const body = new TextEncoder().encode(eventBody(step.event, stage.facility, index, civil));
    await posted(stage, step.event.type, body, '/v1/events', civil);
    return;
  }
  if (!('who' in step)) return;
  const name = stage.cast.names.get(step.who) ?? step.who;
  if ('joins' in step) {
    stage.transcript.note(civil, `${name} se connecte pour la première fois`);
    stage.cast.personas.set(step.who, await stage.enter(step.who));
    return;
  }
  const persona = stage.cast.personas.get(step.who);
  if (!persona) throw new Error(`${step.who} is not in the cast (a late one joins first)`);
  const fill = (text: string): string => filled(text, (letter) => lastCode(stage.cast, stage.bot, letter));
  if ('reads' in step || 'never' in step) {
    if ('never' in step) {
      await stage.relais.quiet(civil);
      await settled(stage);
    }
    await expectRead(stage, step, persona, fill('reads' in step ? step.reads : step.never));
    return;
  }
  const roomId = await whereIs(stage, step.who, persona, step.where);
  if ('says' in step) {
    for (const line of step.says.map(fill)) {
      stage.transcript.note(civil, `${name} écrit : ${line}`);
      await persona.say(roomId, line);
    }
  } else if ('attaches' in step) {
    stage.transcript.note(civil, `${name} joint ${step.attaches.name}`);
    await attach(persona, roomId, step.attaches);
  } else {
    const offer = readByPersona(persona, stage.bot)
      .filter((e) => e.roomId === roomId && (!step.thread || e.thread === undefined))
      .at(-1);
    if (!offer) throw new Error('nothing to react to');
    stage.transcript.note(civil, `${name} réagit ${step.reacts}`);
    await persona.react(roomId, offer.eventId, step.reacts);
  }
}

async function posted(
  stage: Playing,
  what: string,
  body: Uint8Array,
  path: '/v1/events' | '/v1/hl7v2',
  civil: number,
): Promise<void> {
  const answer = await stage.relais.post(body, path);
  stage.transcript.note(civil, `hôpital → ${what} : ${/MSA\|(\w\w)/.exec(answer.body)?.[1] ?? answer.status}`);
  if (answer.status >= 300) throw new Error(`${what} was answered ${answer.status}: ${answer.body}`);
  await stage.relais.quiet(civil);
  await settled(stage);
}

/** @throws Error when this person has not read what they should, or has read what they must not */
async function expectRead(
  stage: Playing,
  step: Extract<ScenarioStep, { reads: string } | { never: string }>,
  persona: Persona,
  text: string,
): Promise<void> {
  // A direct room is not opened to be read: the bot may be about to, and there is one for each.
  const direct = (): string | undefined => stage.cast.directs.get(step.who) ?? directOpenedByBot(persona, stage.bot);
  const there =
    step.where === undefined || step.where === 'direct'
      ? undefined
      : await whereIs(stage, step.who, persona, step.where);
  const isThere = (room: string): boolean => step.where === undefined || room === (there ?? direct());
  const matches = (e: SeenEvent): boolean =>
    e.sender === stage.bot &&
    e.failure === undefined &&
    !stage.before.has(e.eventId) &&
    isThere(e.roomId) &&
    holds(bodyOf(e), text);
  if ('never' in step) {
    if (persona.events.some(matches)) throw new Error(`${step.who} has read « ${text} »`);
    return;
  }
  await persona.seen(matches, 60_000);
  const mentioned = (e: SeenEvent): string[] =>
    (e.content['m.mentions'] as { user_ids?: string[] } | undefined)?.user_ids ?? [];
  const rung = persona.events.filter(matches).some((e) => mentioned(e).includes(persona.userId));
  if (step.rung !== undefined && step.rung !== rung)
    throw new Error(`« ${text} » ${rung ? 'rang' : 'did not ring'} ${step.who}`);
}

async function whereIs(stage: Stage, id: string, persona: Persona, where: string): Promise<string> {
  if (where === 'direct') {
    const known = stage.cast.directs.get(id) ?? directOpenedByBot(persona, stage.bot);
    const roomId = known ?? (await persona.openDirectRoom(stage.bot));
    stage.cast.directs.set(id, roomId);
    await persona.until('the bot in the direct room', () => persona.membership(roomId, stage.bot) === 'join');
    return roomId;
  }
  if (where.startsWith('patient:')) return patientRoom(persona);
  const name =
    where === 'request' ? lastCode(stage.cast, stage.bot, 'D') : stage.groupRooms.get(where.slice('group:'.length));
  if (name === undefined) throw new Error(`no room ${where}`);
  await persona
    .until(`room ${name}`, () => roomNamed(persona, name) !== undefined)
    .catch((cause: unknown) => {
      throw new Error(`no room ${name} among:\n${roomsInShort(persona)}`, { cause });
    });
  return roomNamed(persona, name) ?? '';
}

/** Their names say nothing (`R-7F3K`): a persona who is in several could not be told which. */
async function patientRoom(persona: Persona): Promise<string> {
  const theirs = (): string[] =>
    persona.client
      .getRooms()
      .filter((r) => r.getMyMembership() === 'join' && /^R-\w+$/.test(r.name))
      .map((r) => r.roomId);
  await persona.until('a patient’s room', () => theirs().length > 0);
  const [room = '', ...others] = theirs();
  if (others.length > 0) throw new Error(`${persona.userId} is in the rooms of several patients`);
  return room;
}

/** The bot opens a direct room itself when it has something to tell somebody who never wrote to it. */
function directOpenedByBot(persona: Persona, bot: string): string | undefined {
  return persona.client
    .getRooms()
    .find((r) => r.getMyMembership() === 'join' && r.getCreator() === bot && r.name === 'Relais')?.roomId;
}

/** Clients have caught up: nothing new has reached any of them for a moment. For the eye only; counts ask the server. */
async function settled(stage: Stage): Promise<void> {
  const total = (): number => [...stage.cast.personas.values()].reduce((sum, p) => sum + p.events.length, 0);
  let before = -1;
  let calm = 0;
  while (calm < 3) {
    const now = total();
    calm = now === before ? calm + 1 : 0;
    before = now;
    await pause(50);
  }
}
