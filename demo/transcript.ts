/** Prints what the personas decrypted, as it comes: nothing here is the bot's own word. */
import { sayDateTime } from '../config/texts/dates.ts';
import { bodyOf, type Cast, readByPersona } from './cast.ts';

const style =
  (code: number) =>
  (text: string): string =>
    process.stdout.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text;
export const dim = style(2);
export const bold = style(1);
const cyan = style(36);

export type Transcript = {
  /** Prints every message that somebody has decrypted since the last call. */
  flush(civil: number): void;
  note(civil: number, text: string): void;
};

export function openTranscriptPrinter(cast: Cast, bot: string, print: (line: string) => void): Transcript {
  const printed = new Set<string>();
  const when = (civil: number): string => dim(sayDateTime(civil, 0));
  return {
    flush(civil) {
      const fresh = new Map<string, { body: string; readers: string[]; room: string; at: number; edit: boolean }>();
      for (const [id, persona] of cast.personas) {
        for (const event of readByPersona(persona, bot)) {
          if (printed.has(event.eventId)) continue;
          const room = persona.client.getRoom(event.roomId)?.name ?? event.roomId;
          const direct = [...cast.directs.values()].includes(event.roomId);
          const entry = fresh.get(event.eventId) ?? {
            body: bodyOf(event),
            readers: [],
            room: direct ? 'direct' : room,
            at: event.at,
            edit: event.replaces !== undefined,
          };
          entry.readers.push(cast.names.get(id) ?? id);
          fresh.set(event.eventId, entry);
        }
      }
      for (const [eventId, e] of [...fresh].sort(([, a], [, b]) => a.at - b.at)) {
        printed.add(eventId);
        if (e.edit) continue; // a status card brought up to date: its facts were messages of their own
        print(`${when(civil)}  ${cyan(`[${e.room}]`)} ${dim(`lu par ${e.readers.join(', ')}`)}`);
        for (const line of e.body.split('\n')) print(`    ${line}`);
      }
    },
    note(civil, text) {
      print(`${when(civil)}  ${text}`);
    },
  };
}
