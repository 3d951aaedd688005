/** Invariant 4: nothing leaves in clear where Relais or the homeserver says that the room is encrypted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRooms } from '../../bot/matrix/rooms.ts';
import { openSender } from '../../bot/matrix/send.ts';
import type { Sender } from '../../bot/matrix/send.ts';
import { openState } from '../../bot/matrix/state.ts';
import type { State } from '../../bot/matrix/state.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import { fakeCrypto, fakeHttp, membership, notFound } from '../support/fake-homeserver.ts';
import type { Asked } from '../support/fake-homeserver.ts';

const ALGORITHM = { algorithm: 'm.megolm.v1.aes-sha2' };
let directory: string;
let state: State;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relais-send-'));
  state = openState(join(directory, 'state.sqlite'));
});
afterEach(() => {
  state.close();
  rmSync(directory, { recursive: true });
});

/** @param encryption what the homeserver answers about the room's encryption */
function sender(
  encryption: () => unknown,
  put: (asked: Asked) => unknown = () => ({ event_id: '$e' }),
): { sender: Sender; puts: Asked[]; asked: Asked[] } {
  const puts: Asked[] = [];
  const http = fakeHttp((asked) => {
    if (asked.path.endsWith('state/m.room.encryption/')) return encryption();
    if (asked.path.endsWith('state/m.room.history_visibility/')) return { history_visibility: 'invited' };
    if (asked.path.endsWith('members'))
      return { chunk: [membership('$1', '@a:hs', 'join'), membership('$2', '@b:hs', 'invite')] };
    puts.push(asked);
    return put(asked);
  });
  const rooms = openRooms({ userId: '@relais:hs', http, state, log: () => undefined, accessRule: undefined });
  return { sender: openSender({ http, crypto: fakeCrypto([]), rooms, state }), puts, asked: http.asked };
}

const say = (to: Sender, encrypted: boolean, txn = 't1'): Promise<string> =>
  to.send('!r', 'm.room.message', { body: 'Dupont' }, txn, encrypted);
const SECRET = 'rooms/!r/send/m.room.encrypted/t1';

describe('clear or encrypted', () => {
  it('Relais says encrypted, the homeserver denies: encrypted', async () => {
    const { sender: to, puts } = sender(notFound);
    await say(to, true);
    expect(puts.map((put) => put.path)).toEqual([SECRET]);
  });

  it('Relais does not know, the homeserver says encrypted: encrypted, and for good', async () => {
    const first = sender(() => ALGORITHM);
    await say(first.sender, false);
    const later = sender(notFound);
    await say(later.sender, false);
    expect([...first.puts, ...later.puts].map((put) => put.path)).toEqual([SECRET, SECRET]);
  });

  it('an encryption event without an algorithm is not a "no"', async () => {
    const { sender: to, puts } = sender(() => ({}));
    await say(to, false);
    expect(puts.map((put) => put.path)).toEqual([SECRET]);
  });

  it('both say clear: clear, and the homeserver is asked again each time', async () => {
    let answer: () => unknown = notFound;
    const { sender: to, puts } = sender(() => answer());
    await say(to, false);
    answer = () => ALGORITHM;
    await say(to, false);
    expect(puts.map((put) => put.path)).toEqual(['rooms/!r/send/m.room.message/t1', SECRET]);
  });

  it('the homeserver does not answer: refused', async () => {
    const { sender: to, puts } = sender(() => {
      throw new TransportFailure('ambiguous', 'no answer');
    });
    await expect(say(to, false)).rejects.toThrow(TransportFailure);
    expect(puts).toEqual([]);
  });

  it('an encryption that is not known: refused, never clear', async () => {
    const { sender: to, puts } = sender(() => ({ algorithm: 'm.new' }));
    await expect(say(to, false)).rejects.toMatchObject({ kind: 'room' });
    expect(puts).toEqual([]);
  });

  it('reactions and redactions are never encrypted', async () => {
    const { sender: to, puts } = sender(() => ALGORITHM);
    await to.send('!r', 'm.reaction', { 'm.relates_to': {} }, 't2', true);
    await to.send('!r', 'm.room.redaction', { redacts: '$x' }, 't3', true);
    expect(puts.map((put) => put.path)).toEqual(['rooms/!r/send/m.reaction/t2', 'rooms/!r/redact/$x/t3']);
  });
});

describe('order', () => {
  it('one at a time in a room, side by side in two; a failure does not stop the next', async () => {
    const waiting: { path: string; go: (answer: unknown) => void }[] = [];
    const { sender: to } = sender(notFound, ({ path }) => new Promise((go) => waiting.push({ path, go })));
    const put = async (count: number): Promise<void> => {
      while (waiting.length < count) await new Promise(setImmediate);
    };
    const [a1, a2] = [to.send('!a', 'm.reaction', {}, '1', false), to.send('!a', 'm.reaction', {}, '2', false)];
    const b1 = to.send('!b', 'm.reaction', {}, '3', false);
    await put(2);
    expect(waiting.map(({ path }) => path)).toEqual(['rooms/!a/send/m.reaction/1', 'rooms/!b/send/m.reaction/3']);
    waiting[0]?.go(Promise.reject(new TransportFailure('transient', 'later')));
    waiting[1]?.go({ event_id: '$b1' });
    await expect(a1).rejects.toThrow('later');
    await put(3);
    waiting[2]?.go({ event_id: '$a2' });
    expect(await Promise.all([a2, b1])).toEqual(['$a2', '$b1']);
  });

  it('members are asked once, until something changes', async () => {
    const { sender: to, asked } = sender(() => ALGORITHM);
    await say(to, true);
    await say(to, true);
    expect(asked.filter(({ path }) => path.endsWith('members'))).toHaveLength(1);
  });
});
