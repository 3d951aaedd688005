/** The parts of the transport for unit tests: a scripted homeserver behind the Http port, and a crypto that only notes. */
import type { Crypto } from '../../bot/matrix/crypto.ts';
import { MatrixRefusal } from '../../bot/matrix/http.ts';
import type { Call, Http } from '../../bot/matrix/http.ts';
import type { RawRoomEvent } from '../../care/relay/transport.ts';

export type Asked = { method: string; path: string; call: Call };

/** @param answer by method and path (`GET sync`, `PUT rooms/!r/send/…`); what it throws is the failure */
export function fakeHttp(answer: (asked: Asked) => unknown): Http & { asked: Asked[] } {
  const asked: Asked[] = [];
  const json = async (method: string, path: string[], call: Call = {}): Promise<unknown> => {
    const one = { method, path: path.join('/'), call };
    asked.push(one);
    return answer(one);
  };
  return {
    asked,
    json: (async (...args: Parameters<Http['text']>) => json(...args)) as Http['json'],
    text: async (...args) => JSON.stringify(await json(...args)),
  };
}

export const notFound = (): never => {
  throw new MatrixRefusal('room', 'GET: 404 M_NOT_FOUND', 404, 'M_NOT_FOUND');
};

/** Notes in `log` what it is asked to do; "encrypts" by wrapping. */
export function fakeCrypto(log: string[]): Crypto {
  return {
    receive: async (sync) => void log.push(`crypto ${JSON.stringify(sync.to_device?.events ?? [])}`),
    forgetDeviceLists: async () => void log.push('forget device lists'),
    decrypt: async (_room, { type, content }) => ({ type, content, encrypted: false }),
    encrypt: async (room, type, content) => {
      log.push(`encrypt for ${room.members.join(' ')}`);
      return { ciphertext: JSON.stringify({ type, content }) };
    },
    sharedWith: async () => false,
    devices: async () => [],
    onKeys: () => undefined,
    close: async () => undefined,
  };
}

export function message(id: string, extra: Partial<RawRoomEvent> = {}): RawRoomEvent {
  return {
    event_id: id,
    type: 'm.room.message',
    sender: '@a:hs',
    origin_server_ts: 1,
    content: { body: id },
    ...extra,
  };
}

export const membership = (id: string, userId: string, is: string): RawRoomEvent =>
  message(id, { type: 'm.room.member', state_key: userId, content: { membership: is } });
