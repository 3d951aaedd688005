/** What a room's state says about its encryption. */
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
