/**
 * The demo's figures, counted from what the clients decrypted and from what the server stored: never from the bot's own
 * words about itself.
 */
import type { Persona, SeenEvent } from './client.ts';
import { bodyOf, type Cast, readByPersona } from './cast.ts';
import { DELIVERY_ID, DELIVERY_SEQ } from '../bot/announce.ts';

export type Figures = {
  delivered: number;
  undecryptable: number;
  clearTextInEncryptedRooms: number;
  duplicates: number;
  outOfOrder: number;
  commandsAnswered: number;
  requestsAnswered: number;
  escalations: number;
  announcedBeforeDischarge: number;
};

type ServerEvent = {
  event_id: string;
  type: string;
  sender: string;
  origin_server_ts: number;
  content: Record<string, unknown>;
  state_key?: string;
};

/** @param bot the bot's Matrix id; its own account is asked for nothing */
export async function count(cast: Cast, bot: string): Promise<Figures> {
  const personas = [...cast.personas.values()];
  const rooms = await storedRooms(personas);
  const read = new Map<string, SeenEvent>();
  for (const persona of personas) for (const event of readByPersona(persona, bot)) read.set(event.eventId, event);
  const messages = [...read.values()];
  return {
    delivered: messages.length,
    undecryptable: personas.reduce((sum, persona) => sum + unread(persona, bot, rooms), 0),
    clearTextInEncryptedRooms: clearText(rooms),
    duplicates: duplicates(messages),
    outOfOrder: outOfOrder(rooms, read),
    commandsAnswered: personas.reduce((sum, persona) => sum + answered(persona, bot), 0),
    requestsAnswered: new Set(messages.flatMap((e) => /^Réponse à (D-\w+)/.exec(bodyOf(e))?.[1] ?? [])).size,
    escalations: messages.filter((e) => bodyOf(e).startsWith('Délai atteint')).length,
    announcedBeforeDischarge: announced(messages),
  };
}

/** Every room that somebody of the cast is in, as the server stores it, oldest event first. */
async function storedRooms(personas: Persona[]): Promise<Map<string, ServerEvent[]>> {
  const rooms = new Map<string, ServerEvent[]>();
  for (const persona of personas) {
    for (const room of persona.client.getRooms()) {
      if (room.getMyMembership() !== 'join') continue;
      const known = rooms.get(room.roomId);
      const seen = await stored(persona, room.roomId);
      // Who joined first sees most of the room; history before an invitation is not given.
      if (!known || seen.length > known.length) rooms.set(room.roomId, seen);
    }
  }
  return rooms;
}

async function stored(persona: Persona, roomId: string): Promise<ServerEvent[]> {
  const all: ServerEvent[] = [];
  let from = '';
  for (;;) {
    const query = new URLSearchParams({ dir: 'f', limit: '500', ...(from === '' ? {} : { from }) });
    const url = `${persona.client.getHomeserverUrl()}/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/messages?${query.toString()}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${persona.client.getAccessToken() ?? ''}` } });
    if (!answer.ok)
      throw new Error(`${persona.userId} cannot look at ${roomId}: ${answer.status} ${await answer.text()}`);
    const page = (await answer.json()) as { chunk: ServerEvent[]; end?: string };
    all.push(...page.chunk);
    if (page.end === undefined || page.chunk.length === 0) return all;
    from = page.end;
  }
}

/**
 * What the bot sent while this person was in the room, or invited and no summary made up for it, and they cannot read. What was
 * said before, and between a leaving and a return, was not for them.
 */
function unread(persona: Persona, bot: string, rooms: Map<string, ServerEvent[]>): number {
  const readable = new Set(readByPersona(persona, bot).map((e) => e.eventId));
  let missing = 0;
  for (const [roomId, events] of rooms) {
    if (persona.client.getRoom(roomId)?.getMyMembership() !== 'join') continue;
    const isTheirs = (e: ServerEvent): boolean => e.type === 'm.room.member' && e.state_key === persona.userId;
    const summary = readByPersona(persona, bot).some((e) => e.roomId === roomId && bodyOf(e).startsWith('Résumé'));
    // Whoever looked may have come after this person's invitation, and not see it.
    let membership: unknown = events.find(isTheirs)?.content['membership'] === 'invite' ? 'leave' : 'invite';
    for (const e of events) {
      if (isTheirs(e)) membership = e.content['membership'];
      const isThere = membership === 'join' || (membership === 'invite' && !summary);
      if (isThere && e.sender === bot && e.type === 'm.room.encrypted' && !readable.has(e.event_id)) missing += 1;
    }
  }
  return missing;
}

/** Encryption is never taken back: once its state event is there, no clear message may follow, from anybody. */
function clearText(rooms: Map<string, ServerEvent[]>): number {
  let clear = 0;
  for (const events of rooms.values()) {
    const from = events.findIndex((e) => e.type === 'm.room.encryption');
    if (from >= 0) clear += events.slice(from).filter((e) => e.type === 'm.room.message').length;
  }
  return clear;
}

/**
 * One delivery as two events, or one fact of a stay said twice in the same words. A request is rightly said to be taken twice
 * by the same person, at two of its stages.
 */
function duplicates(messages: SeenEvent[]): number {
  const ids = messages.map((e) => String(e.content[DELIVERY_ID]));
  const facts = messages
    .filter((e) => e.thread !== undefined && e.replaces === undefined && !/^D-\w+ /.test(bodyOf(e)))
    .map((e) => `${e.roomId} ${e.thread ?? ''} ${bodyOf(e)}`);
  return ids.length - new Set(ids).size + (facts.length - new Set(facts).size);
}

/** The place in the lane, written inside each encrypted message, must grow in the server's order. */
function outOfOrder(rooms: Map<string, ServerEvent[]>, read: Map<string, SeenEvent>): number {
  let disorder = 0;
  for (const events of rooms.values()) {
    let last = -1;
    for (const { event_id } of events) {
      const seq = read.get(event_id)?.content[DELIVERY_SEQ];
      if (typeof seq !== 'number') continue;
      if (seq <= last) disorder += 1;
      last = Math.max(last, seq);
    }
  }
  return disorder;
}

/** A line that this person typed to the bot, followed by something from the bot that they read, before their next line. */
function answered(persona: Persona, bot: string): number {
  const lines = persona.events
    .filter((e) => e.sender === persona.userId && e.type === 'm.room.message')
    .sort((a, b) => a.at - b.at);
  const heard = readByPersona(persona, bot);
  return lines.filter((line, i) => {
    const until = lines[i + 1]?.at ?? Infinity;
    return heard.some((e) => e.at >= line.at && e.at < until);
  }).length;
}

/** Stays whose planned discharge was read in their thread before the discharge itself. */
function announced(messages: SeenEvent[]): number {
  const threads = new Map<string, SeenEvent[]>();
  for (const e of messages) if (e.thread !== undefined) threads.set(e.thread, [...(threads.get(e.thread) ?? []), e]);
  return [...threads.values()].filter((events) => {
    const left = events.find((e) => bodyOf(e).startsWith('Sortie de l’hôpital'));
    return left !== undefined && events.some((e) => e.at < left.at && /^Rappel : sortie/.test(bodyOf(e)));
  }).length;
}
