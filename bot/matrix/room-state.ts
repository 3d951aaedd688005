/** What a room's state says about its encryption, and which room it replaces. */
import type { RawRoomEvent, RoomLook } from '../../care/relay/transport.ts';
import type { RoomEncryption } from './state.ts';

export const MEGOLM = 'm.megolm.v1.aes-sha2';

/**
 * @returns undefined when the content names no algorithm (a server that empties the event does not make the room clear
 *   again: what was recorded stays)
 */
export function readEncryption(content: Record<string, unknown>): RoomEncryption | undefined {
  const { algorithm, rotation_period_ms: ms, rotation_period_msgs: messages } = content;
  if (typeof algorithm !== 'string') return undefined;
  return { algorithm, rotationMs: positive(ms), rotationMessages: positive(messages) };
}

/** Rooms of other clients carry nonsense there too: it must not stop a rotation. */
const positive = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;

/** Also of the stripped state that comes with an invitation. */
export function lookAt(state: readonly Pick<RawRoomEvent, 'type' | 'state_key' | 'content'>[]): RoomLook {
  const content = (type: string): Record<string, unknown> | undefined =>
    state.find((event) => event.type === type && event.state_key === '')?.content;
  const before = content('m.room.create')?.['predecessor'] as { room_id?: unknown } | undefined;
  return {
    encrypted: content('m.room.encryption') !== undefined,
    predecessor: typeof before?.room_id === 'string' ? before.room_id : undefined,
  };
}
