/** What the end-to-end tests of the transport say and look for. */
import type { Decrypted, RawRoomEvent, RoomSpec } from '../../care/relay/transport.ts';
import type { Persona } from '../../demo/client.ts';
import { eventually } from './homeserver.ts';
import type { RunningBot } from './homeserver.ts';

export const text = (body: string): Record<string, unknown> => ({ msgtype: 'm.text', body });

export const patientRoom = (alias: string, invite: string[]): RoomSpec => ({
  alias,
  name: alias.toUpperCase(),
  invite,
  encrypted: true,
  direct: false,
});

export const eventsOf = (bot: RunningBot): RawRoomEvent[] =>
  bot.batches.flatMap((batch) => batch.rooms.flatMap((room) => room.events));

/** The event as the bot received it, when it has. */
export const received = (bot: RunningBot, eventId: string): Promise<RawRoomEvent> =>
  eventually(() => eventsOf(bot).find((event) => event.event_id === eventId));

export async function readBy(bot: RunningBot, roomId: string, eventId: string): Promise<Decrypted> {
  const event = await received(bot, eventId);
  return eventually(async () => {
    const decrypted = await bot.transport.decrypt(roomId, event);
    return decrypted === 'undecryptable' ? undefined : decrypted;
  });
}

export const joined = (who: Persona, roomId: string): Promise<void> =>
  who.until('having joined', () => who.membership(roomId, who.userId) === 'join');
