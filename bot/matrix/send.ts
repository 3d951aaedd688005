/** The one send function: nothing leaves in clear where Relais or the homeserver says that the room is encrypted. */
import { type Transport, TransportFailure } from '../../care/relay/transport.ts';
import type { Crypto } from './crypto.ts';
import { MatrixRefusal } from './http.ts';
import type { Http } from './http.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { MEGOLM, readEncryption } from './room-state.ts';
import type { Rooms } from './rooms.ts';
import type { RoomEncryption, State } from './state.ts';

export type Sender = Pick<Transport, 'send'> & {
  /** Resolves when nothing is being sent. */
  settled(): Promise<void>;
};

export function openSender(parts: { http: Http; crypto: Crypto; rooms: Rooms; state: State }): Sender {
  const { http, crypto, rooms, state } = parts;
  const lanes = new OneAtATime();

  const put = async (path: string[], body: unknown): Promise<string> =>
    (await http.json<{ event_id: string }>('PUT', path, { body, concern: 'message' })).event_id;

  const send: Sender['send'] = async (roomId, type, content, txnId, encrypted, readers, turn) => {
    // Matrix never encrypts these two: a server must be able to carry out redactions and to count reactions
    if (type === 'm.room.redaction')
      return put(['rooms', roomId, 'redact', String(content['redacts']), txnId], { reason: content['reason'] });
    if (type === 'm.reaction') return put(['rooms', roomId, 'send', type, txnId], content);
    const encryption = await encryptionOf(roomId, encrypted);
    if (encryption === undefined) {
      await turn?.();
      return put(['rooms', roomId, 'send', type, txnId], content);
    }
    if (encryption.algorithm !== MEGOLM)
      throw new TransportFailure('room', `the room is encrypted in a way that is not known: ${encryption.algorithm}`);
    const membersAsOf = rooms.membersAsOf(roomId); // before they are read: what happens meanwhile makes it old
    const present = (await rooms.members(roomId)).map((member) => member.userId);
    const members = readers ? present.filter((userId) => readers.includes(userId)) : present;
    const ciphertext = await crypto.encrypt(
      { roomId, members, membersAsOf, encryption, visibility: await visibilityOf(roomId) },
      type,
      content,
    );
    await turn?.();
    return put(['rooms', roomId, 'send', 'm.room.encrypted', txnId], ciphertext);
  };

  /**
   * @returns undefined only when neither Relais nor the homeserver, asked now, says that the room is encrypted. A server
   *   that cannot be asked is a failure, never a "no": a client that took silence for a no sent clear text.
   */
  const encryptionOf = async (roomId: string, encrypted: boolean): Promise<RoomEncryption | undefined> => {
    const kept = state.encryption(roomId);
    if (kept !== undefined) return kept;
    const content = await roomState(roomId, 'm.room.encryption');
    // an encryption event without an algorithm is still not a "no"
    const found =
      content && (readEncryption(content) ?? { algorithm: MEGOLM, rotationMs: undefined, rotationMessages: undefined });
    const decided =
      found ?? (encrypted ? { algorithm: MEGOLM, rotationMs: undefined, rotationMessages: undefined } : undefined);
    if (decided !== undefined) state.addEncryption(roomId, decided);
    return decided;
  };

  const visibilityOf = async (roomId: string): Promise<string | undefined> => {
    const kept = state.visibility(roomId);
    if (kept !== undefined) return kept;
    const visibility = (await roomState(roomId, 'm.room.history_visibility'))?.['history_visibility'];
    if (typeof visibility !== 'string') return undefined;
    state.setVisibility(roomId, visibility);
    return visibility;
  };

  const roomState = async (roomId: string, type: string): Promise<Record<string, unknown> | undefined> => {
    try {
      return await http.json<Record<string, unknown>>('GET', ['rooms', roomId, 'state', type, ''], { concern: 'room' });
    } catch (failure) {
      if (failure instanceof MatrixRefusal && failure.status === 404 && failure.errcode === 'M_NOT_FOUND')
        return undefined;
      throw failure;
    }
  };

  return {
    // one after the other in a room: the order of a lane, and one key share at a time; other rooms do not wait
    send: (roomId, ...rest) => lanes.run(roomId, () => send(roomId, ...rest)),
    settled: () => lanes.settled(),
  };
}
