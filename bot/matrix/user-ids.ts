/** User ids as the crypto machine takes them. */
import { UserId } from '@matrix-org/matrix-sdk-crypto-wasm';

/**
 * @param refused called with how many are no user ids. They have no devices, and the machine throws at them: one of them in a
 *   device list would end every start at the same /sync token
 */
export function readUserIds(userIds: readonly string[], refused: (count: number) => void): UserId[] {
  const read = userIds.flatMap((userId) => {
    try {
      return [new UserId(userId)];
    } catch {
      return [];
    }
  });
  if (read.length < userIds.length) refused(userIds.length - read.length);
  return read;
}
