/** A remembered key share must never let a wanted reader without the key, nor leave a key that has to be changed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { openShareMemo, type ShareMemo } from '../../bot/matrix/share-memo.ts';
import type { RoomToShare } from '../../bot/matrix/sharing.ts';
import { openState, type State } from '../../bot/matrix/state.ts';

const HOUR = 3_600_000;
const room: RoomToShare = {
  roomId: '!r',
  members: ['@a:hs', '@relais:hs'],
  membersAsOf: 3,
  encryption: { algorithm: 'm.megolm.v1.aes-sha2', rotationMs: undefined, rotationMessages: undefined },
  visibility: 'invited',
};

let now: number;
let state: State;
let memo: ShareMemo;
beforeEach(() => {
  now = 1_000_000;
  state = openState(':memory:');
  memo = openShareMemo(state, () => now);
});

/** A megolm ciphertext as far as its session and index go. */
function ciphertext(index: number, session = 'S'): Record<string, unknown> {
  const varint = index < 128 ? [index] : [(index & 0x7f) | 0x80, index >> 7];
  return {
    session_id: session,
    ciphertext: Buffer.from([3, 0x08, ...varint, ...Array<number>(30).fill(0)]).toString('base64'),
  };
}

/** Everybody has the key, and a message was said under it. */
function shareAndSay(index: number, given: RoomToShare = room, session?: string): void {
  memo.asking(given)();
  memo.said(given, ciphertext(index, session));
}

describe('what was just shared is not offered again', () => {
  it('after the first message of a session, for ten seconds', () => {
    expect(memo.holds(room)).toBe(false);
    shareAndSay(0);
    expect(memo.holds(room)).toBe(true);
    now += 9_999;
    expect(memo.holds(room)).toBe(true);
    now += 1;
    expect(memo.holds(room)).toBe(false);
  });

  it('in the order in which the members are listed, whatever it is; each room for itself', () => {
    shareAndSay(0);
    expect(memo.holds({ ...room, members: [...room.members].reverse() })).toBe(true);
    expect(memo.holds({ ...room, roomId: '!other' })).toBe(false);
  });

  it('after a restart too: when the session began was noted', () => {
    shareAndSay(0);
    memo = openShareMemo(state, () => now);
    expect(memo.holds(room)).toBe(false);
    shareAndSay(1);
    expect(memo.holds(room)).toBe(true);
  });
});

describe('it is offered again at once', () => {
  const changes: [string, Partial<RoomToShare>][] = [
    ['somebody is wanted who was not', { members: [...room.members, '@new:hs'] }],
    ['somebody is wanted no more', { members: ['@relais:hs'] }],
    ['somebody left and came back: the same people', { membersAsOf: 4 }],
    ['what a newcomer may read changed', { visibility: 'shared' }],
    ['the room wants its key changed more often', { encryption: { ...room.encryption, rotationMessages: 10 } }],
  ];
  it.each(changes)('%s', (_, change) => {
    shareAndSay(0);
    expect(memo.holds({ ...room, ...change })).toBe(false);
    expect(memo.holds(room)).toBe(false); // and the old answer is not believed again
  });

  it('when devices changed', () => {
    shareAndSay(0);
    memo.devicesChanged();
    expect(memo.holds(room)).toBe(false);
  });

  it('when devices changed while the key was being shared', () => {
    const given = memo.asking(room);
    memo.devicesChanged();
    given();
    memo.said(room, ciphertext(0));
    expect(memo.holds(room)).toBe(false);
  });

  it('when the sharing failed', () => {
    memo.asking(room); // and nothing said that everybody has it
    memo.said(room, ciphertext(0));
    expect(memo.holds(room)).toBe(false);
  });
});

describe('the key is changed in time', () => {
  const left = (index: number, encryption: Partial<RoomToShare['encryption']> = {}): boolean => {
    const given = { ...room, encryption: { ...room.encryption, ...encryption } };
    shareAndSay(0, given);
    memo.said(given, ciphertext(index));
    return memo.holds(given);
  };
  it('after a hundred messages, or fewer where the room says so', () => {
    expect(left(98)).toBe(true);
    expect(left(99)).toBe(false);
    expect(left(8, { rotationMessages: 10 })).toBe(true);
    expect(left(9, { rotationMessages: 10 })).toBe(false);
  });

  it('even where the room now allows more: the session keeps what it began with', () => {
    expect(left(99, { rotationMessages: 1_000 })).toBe(false);
  });

  it('a minute before its period ends', () => {
    const given = { ...room, encryption: { ...room.encryption, rotationMs: HOUR } };
    shareAndSay(0, given);
    now += HOUR - 60_001;
    shareAndSay(1, given);
    expect(memo.holds(given)).toBe(true);
    now += 1;
    expect(memo.holds(given)).toBe(false);
    shareAndSay(2, given);
    expect(memo.holds(given)).toBe(false);
  });

  it('a session whose beginning was not noted is asked for each time', () => {
    shareAndSay(7);
    expect(memo.holds(room)).toBe(false);
    shareAndSay(0, room, 'NEXT');
    expect(memo.holds(room)).toBe(true);
  });
});
