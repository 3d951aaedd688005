import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreInUse } from '../../bot/matrix/sqlite-file.ts';
import { openState } from '../../bot/matrix/state.ts';
import type { State } from '../../bot/matrix/state.ts';
import { ciphertextId } from '../../bot/matrix/trust.ts';

const MEGOLM = 'm.megolm.v1.aes-sha2';
let directory: string;
let state: State;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relais-state-'));
  state = openState(join(directory, 'state.sqlite'));
});
afterEach(() => {
  state.close();
  rmSync(directory, { recursive: true });
});

function reopen(): void {
  state.close();
  state = openState(join(directory, 'state.sqlite'));
}

describe('what the transport remembers', () => {
  it('encryption is added, never removed nor weakened', () => {
    expect(state.encryption('!r')).toBeUndefined();
    state.addEncryption('!r', { algorithm: MEGOLM, rotationMs: 1000, rotationMessages: undefined });
    state.addEncryption('!r', { algorithm: 'none', rotationMs: 9000, rotationMessages: 50 });
    reopen();
    expect(state.encryption('!r')).toEqual({ algorithm: MEGOLM, rotationMs: 1000, rotationMessages: 50 });
    state.addEncryption('!r', { algorithm: MEGOLM, rotationMs: 500, rotationMessages: undefined });
    expect(state.encryption('!r')).toEqual({ algorithm: MEGOLM, rotationMs: 500, rotationMessages: 50 });
  });

  it('a second opening is refused while the first one lasts', () => {
    expect(() => openState(join(directory, 'state.sqlite'))).toThrow(StoreInUse);
  });

  it('a ciphertext belongs to the event that it first came in', async () => {
    expect(await state.firstEvent('session:1', '$a')).toBe('$a');
    reopen();
    expect(await state.firstEvent('session:1', '$b')).toBe('$a');
    expect(await state.firstEvent('session:1', '$a')).toBe('$a');
  });
});

describe('who can read what was said since they came', () => {
  /** One message: to whom the key newly went, and who was in the room. */
  function said(shares: [string, string][], members: string[]): void {
    const send = state.nextSend();
    state.recordShares(
      '!r',
      shares.map(([userId, deviceId]) => ({ userId, deviceId })),
      send,
    );
    state.recordReach('!r', members, send);
  }

  it('a device that got the key of the first message', () => {
    said([['@a', 'A1']], ['@a', '@b']);
    reopen();
    expect(state.wasReached('!r', '@a', ['A1', 'A2'])).toBe(true);
    expect(state.wasReached('!r', '@a', ['A2'])).toBe(false); // a new phone, and the old one gone
    expect(state.wasReached('!r', '@b', ['B1'])).toBe(false); // invited without a device
    expect(state.wasReached('!other', '@a', ['A1'])).toBe(false);
  });

  it('not one that came between the first message and the joining', () => {
    said([['@a', 'A1']], ['@a', '@b']);
    said([['@b', 'B1']], ['@a', '@b']);
    expect(state.wasReached('!r', '@b', ['B1'])).toBe(false);
  });

  it('a later member is counted from their own first message', () => {
    said([['@a', 'A1']], ['@a']);
    said([['@b', 'B1']], ['@a', '@b']);
    expect(state.wasReached('!r', '@b', ['B1'])).toBe(true);
  });

  it('a try that was cut off and done again counts once', () => {
    state.recordShares('!r', [{ userId: '@a', deviceId: 'A1' }], state.nextSend()); // then the network broke
    said([], ['@a']);
    expect(state.wasReached('!r', '@a', ['A1'])).toBe(true);
  });

  it('who left and comes back starts anew', () => {
    said([['@a', 'A1']], ['@a']);
    state.forgetMember('!r', '@a');
    expect(state.wasReached('!r', '@a', ['A1'])).toBe(false);
    said([['@a', 'A1']], ['@a']);
    expect(state.wasReached('!r', '@a', ['A1'])).toBe(true);
  });
});

describe('the identity of a megolm ciphertext', () => {
  const of = (bytes: number[]): string | undefined =>
    ciphertextId({ session_id: 's', ciphertext: Buffer.from(bytes).toString('base64') });
  it('is its session and its index', () => {
    expect(of([3, 0x08, 5, 0x12, 1])).toBe('s:5');
    expect(of([3, 0x08, 0x80, 0x01, 0x12])).toBe('s:128');
    expect(of([3, 0x08, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x12])).toBe(`s:${2 ** 32 - 1}`);
  });
  it('is unknown for anything else', () => {
    expect(of([2, 0x08, 5])).toBeUndefined();
    expect(of([])).toBeUndefined();
    expect(ciphertextId({ ciphertext: 'AwgF' })).toBeUndefined();
  });
});
