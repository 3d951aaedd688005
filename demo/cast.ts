/** The cast: each persona is a person of people.yaml with a real client, who remembers what it decrypted. */
import { EventTimeline } from 'matrix-js-sdk';
import { codeIn, type CodeLetter } from '../config/schema/scenario.ts';
import type { SeenEvent, Persona } from './client.ts';

export type Cast = {
  /** Person id → persona; those who come late are missing until they join. */
  personas: Map<string, Persona>;
  names: Map<string, string>;
  directs: Map<string, string>;
};

/** A message of the bot that this persona could read; edits included. */
export function readByPersona(persona: Persona, bot: string): SeenEvent[] {
  return persona.events.filter((e) => e.sender === bot && e.type === 'm.room.message' && e.failure === undefined);
}

export function bodyOf(event: SeenEvent): string {
  const body = event.content['body'];
  return typeof body === 'string' ? body : '';
}

/** The last code of a request or of a booking that anybody here has read. */
export function lastCode(cast: Cast, bot: string, letter: CodeLetter): string | undefined {
  const all = [...cast.personas.values()].flatMap((p) => readByPersona(p, bot)).sort((a, b) => a.at - b.at);
  return all.flatMap((e) => codeIn(bodyOf(e), letter) ?? []).at(-1);
}

/** The room of that name among those this persona has joined, by what the room's state says. */
export function roomNamed(persona: Persona, name: string): string | undefined {
  return persona.client.getRooms().find((room) => {
    const said = room
      .getLiveTimeline()
      .getState(EventTimeline.FORWARDS)
      ?.getStateEvents('m.room.name', '')
      ?.getContent()['name'] as unknown;
    return said === name && room.getMyMembership() === 'join';
  })?.roomId;
}

/** For an error message: what this persona's client knows of its rooms. */
export function roomsInShort(persona: Persona): string {
  return persona.client
    .getRooms()
    .map(
      (room) =>
        `${room.roomId} ${room.name} ${room.getMyMembership()} ${persona.membership(room.roomId, persona.userId) ?? '-'}`,
    )
    .join('\n');
}
