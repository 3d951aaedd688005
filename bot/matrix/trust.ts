/** What a decrypted event proves about its sender (invariant 10: only what was decrypted can command). */
import { RoomId, ShieldColor, ShieldStateCode, UserId } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { DecryptedRoomEvent, OlmMachine, ShieldState } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { RawRoomEvent } from '../../care/relay/transport.ts';
import type { Outgoing } from './outgoing.ts';
import type { SharingPolicy } from './sharing.ts';

export interface Trust {
  /**
   * True when the megolm session came from a device of the sender that the policy accepts. A key from a backup or
   * forwarded by someone else proves nothing, and a device that the owner did not sign may be the server's.
   */
  proves(roomId: string, event: RawRoomEvent, decrypted: DecryptedRoomEvent): Promise<boolean>;
}

export function openTrust(parts: { machine: OlmMachine; outgoing: Outgoing; policy: SharingPolicy }): Trust {
  const { machine, outgoing, policy } = parts;
  const accepts = (shield: ShieldState): boolean =>
    shield.color === ShieldColor.None || (policy === 'all-devices' && shield.code === ShieldStateCode.UnsignedDevice);
  return {
    proves: async (roomId, event, decrypted) => {
      if (accepts(decrypted.shieldState(false))) return true;
      // Someone who has just come, or has just signed a new device, may write before their device list is known here.
      await outgoing.send(machine.queryKeysForUsers([new UserId(event.sender)]));
      const info = await machine.getRoomEventEncryptionInfo(JSON.stringify(event), new RoomId(roomId));
      return accepts(info.shieldState(false));
    },
  };
}

/**
 * Session and index of a megolm message: each pair is one message of its sender. A server can put the same ciphertext in
 * a second event, and the crypto library decrypts it again, so "fermer" of yesterday could be said today.
 * @returns undefined when the ciphertext is not one
 */
export function ciphertextId(content: Record<string, unknown>): string | undefined {
  const { session_id: session, ciphertext } = content;
  if (typeof session !== 'string' || typeof ciphertext !== 'string') return undefined;
  const bytes = Buffer.from(ciphertext.slice(0, 32), 'base64');
  if (bytes[0] !== 3 || bytes[1] !== 0x08) return undefined; // version, then tag of the index (a protobuf varint)
  let index = 0;
  for (let at = 2, weight = 1; at < 12; at++, weight *= 128) {
    const byte = bytes[at] ?? 0;
    index += (byte & 0x7f) * weight;
    if (byte < 0x80) return `${session}:${index}`;
  }
  return undefined;
}
