import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRooms } from '../../bot/matrix/rooms.ts';
import { openState } from '../../bot/matrix/state.ts';
import type { State } from '../../bot/matrix/state.ts';
import { runSync } from '../../bot/matrix/sync.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import type { RawRoomEvent, SyncBatch } from '../../care/relay/transport.ts';
import { fakeCrypto, fakeHttp, membership, message } from '../support/fake-homeserver.ts';
import { systemClocks } from '../support/system-clocks.ts';

const ME = '@relais:hs';
let directory: string;
let state: State;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'relais-sync-'));
  state = openState(join(directory, 'state.sqlite'));
});
afterEach(() => {
  state.close();
  rmSync(directory, { recursive: true });
});

type Step = object | (() => never);

/**
 * Runs the loop over these /sync answers, then aborts.
 * @param pages what /messages answers, by its `from`
 */
async function run(
  since: string | undefined,
  answers: Step[],
  pages: Record<string, { chunk: RawRoomEvent[]; end?: string }> = {},
) {
  const log: string[] = [];
  const batches: SyncBatch[] = [];
  const pauses: number[] = [];
  const stop = new AbortController();
  let step = 0;
  const http = fakeHttp(({ path, call }) => {
    if (path.endsWith('/messages')) {
      log.push(`messages ${call.query?.['from']}..${call.query?.['to']}`);
      return pages[call.query?.['from'] ?? ''];
    }
    log.push(`sync ${call.query?.['since']}`);
    const answer = answers[step++];
    if (step > answers.length) {
      stop.abort();
      throw new TransportFailure('ambiguous', 'aborted');
    }
    return typeof answer === 'function' ? (answer as () => unknown)() : answer;
  });
  const rooms = openRooms({ userId: ME, http, state, log: () => undefined, accessRule: undefined });
  const clocks = { ...systemClocks, pause: async (ms: number) => void pauses.push(ms) };
  const parts = { userId: ME, http, crypto: fakeCrypto(log), state, rooms, clocks, log: () => undefined };
  await runSync(
    parts,
    since,
    async (batch) => {
      log.push(`batch ${batch.next}`);
      batches.push(batch);
    },
    stop.signal,
  );
  return {
    log,
    batches,
    pauses,
    said: batches.map((batch) => batch.rooms.flatMap(({ events }) => events.map((event) => event.event_id))),
  };
}

const room = (events: RawRoomEvent[], gap?: { prev_batch: string }, stateEvents: RawRoomEvent[] = []): object => ({
  timeline: { events, limited: gap !== undefined, ...gap },
  state: { events: stateEvents },
});
const joined = (next: string, rooms: Record<string, object>, more: object = {}): object => ({
  next_batch: next,
  rooms: { join: rooms },
  ...more,
});
const ids = (from: number, to: number): RawRoomEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => message(`$${from + i}`));

describe('the order of a batch', () => {
  it('crypto first, then the batch, and only then the next token', async () => {
    const { log } = await run('s0', [
      joined('s1', { '!r': room([message('$1')]) }, { to_device: { events: ['key'] } }),
      joined('s2', {}),
    ]);
    expect(log).toEqual(['sync s0', 'crypto ["key"]', 'batch s1', 'sync s1', 'crypto []', 'batch s2', 'sync s2']);
  });

  it('a batch that could not be made durable stops the loop, and nothing is remembered', async () => {
    state.setLastEvents(new Map([['!r', '$1']]));
    const http = fakeHttp(() => joined('s1', { '!r': room([message('$2')]) }));
    const rooms = openRooms({ userId: ME, http, state, log: () => undefined, accessRule: undefined });
    const parts = {
      userId: ME,
      http,
      crypto: fakeCrypto([]),
      state,
      rooms,
      clocks: systemClocks,
      log: () => undefined,
    };
    const broken = runSync(parts, 's0', () => Promise.reject(new Error('disk full')), new AbortController().signal);
    await expect(broken).rejects.toThrow('disk full');
    expect(state.lastEvent('!r')).toBe('$1');
  });
});

describe('the first sync', () => {
  it('hands over invitations, and nothing of what was said before', async () => {
    const invite = {
      events: [
        { type: 'm.room.encryption', state_key: '', sender: '@a:hs', content: {} },
        { ...membership('$i', ME, 'invite'), content: { membership: 'invite', is_direct: true } },
      ],
    };
    const { log, batches } = await run(undefined, [
      {
        next_batch: 's1',
        rooms: { join: { '!old': room(ids(1, 3), { prev_batch: 'p' }) }, invite: { '!new': { invite_state: invite } } },
      },
    ]);
    expect(log[0]).toBe('forget device lists');
    expect(batches[0]).toEqual({
      next: 's1',
      rooms: [],
      invitations: [{ roomId: '!new', inviter: '@a:hs', direct: true, encrypted: true }],
    });
    expect(state.lastEvent('!old')).toBe('$3');
  });
});

describe('a gap', () => {
  it('is read back to the last known event, and handed over in order', async () => {
    const { said, log } = await run(
      's0',
      [joined('s1', { '!r': room(ids(1, 2)) }), joined('s2', { '!r': room(ids(8, 9), { prev_batch: 'p1' }) })],
      { p1: { chunk: ids(5, 7).reverse(), end: 'p2' }, p2: { chunk: ids(1, 4).reverse(), end: 'p3' } },
    );
    expect(said).toEqual([
      ['$1', '$2'],
      ['$3', '$4', '$5', '$6', '$7', '$8', '$9'],
    ]);
    expect(log.filter((line) => line.startsWith('messages'))).toEqual(['messages p1..s1', 'messages p2..s1']);
  });

  it('that the timeline itself closes needs no reading back', async () => {
    const { said, log } = await run('s0', [
      joined('s1', { '!r': room(ids(1, 2)) }),
      joined('s2', { '!r': room(ids(2, 4), { prev_batch: 'p1' }) }),
    ]);
    expect(said[1]).toEqual(['$3', '$4']);
    expect(log.some((line) => line.startsWith('messages'))).toBe(false);
  });

  it('ends where the homeserver has no more', async () => {
    const { said } = await run(
      's0',
      [joined('s1', { '!r': room(ids(1, 1)) }), joined('s2', { '!r': room(ids(9, 9), { prev_batch: 'p1' }) })],
      {
        p1: { chunk: ids(7, 8).reverse() },
      },
    );
    expect(said[1]).toEqual(['$7', '$8', '$9']);
  });
});

describe('a new room', () => {
  it('begins with the invitation of the bot, whatever the homeserver shows of the past', async () => {
    const events = [
      ...ids(1, 3),
      membership('$4', ME, 'invite'),
      message('$5'),
      membership('$6', ME, 'join'),
      message('$7'),
    ];
    const { said } = await run('s0', [joined('s1', { '!r': room(events) })]);
    expect(said).toEqual([['$4', '$5', '$6', '$7']]);
  });

  it('is read back to that invitation', async () => {
    const { said } = await run(
      's0',
      [joined('s1', { '!r': room([membership('$6', ME, 'join')], { prev_batch: 'p1' }) })],
      {
        p1: { chunk: [message('$5'), membership('$4', ME, 'invite'), ...ids(1, 3).reverse()], end: 'p2' },
      },
    );
    expect(said).toEqual([['$4', '$5', '$6']]);
  });

  it('that the bot left and enters again is new', async () => {
    const leave = { next_batch: 's2', rooms: { leave: { '!r': room([membership('$2', ME, 'leave')]) } } };
    const { said } = await run('s0', [
      joined('s1', { '!r': room([message('$1')]) }),
      leave,
      joined('s3', { '!r': room([message('$3'), membership('$4', ME, 'join')]) }),
    ]);
    expect(said).toEqual([['$1'], ['$2'], ['$4']]);
  });
});

describe('what the events teach', () => {
  it('encryption, history visibility, and who left', async () => {
    state.recordShares('!r', [{ userId: '@a:hs', deviceId: 'A' }], 1);
    state.recordReach('!r', ['@a:hs'], 1);
    const encryption = message('$e', {
      type: 'm.room.encryption',
      state_key: '',
      content: { algorithm: 'm.megolm.v1.aes-sha2', rotation_period_ms: 5 },
    });
    const visibility = message('$v', {
      type: 'm.room.history_visibility',
      state_key: '',
      content: { history_visibility: 'shared' },
    });
    const emptied = message('$x', { type: 'm.room.encryption', state_key: '', content: {} });
    await run('s0', [
      joined('s1', { '!r': room([visibility, emptied, membership('$l', '@a:hs', 'leave')], undefined, [encryption]) }),
    ]);
    expect(state.encryption('!r')).toEqual({
      algorithm: 'm.megolm.v1.aes-sha2',
      rotationMs: 5,
      rotationMessages: undefined,
    });
    expect(state.visibility('!r')).toBe('shared');
    expect(state.wasReached('!r', '@a:hs', ['A'])).toBe(false);
  });
});

describe('an answer that only brings back what the bot said', () => {
  const own = (id: string): RawRoomEvent => message(id, { sender: ME });
  it('is followed by a short rest, a longer one after the next, and nothing of it is lost', async () => {
    const { pauses, said, log } = await run('s0', [
      joined('s1', { '!r': room([own('$1')]), '!q': room([own('$2')]) }),
      joined('s2', { '!r': room([own('$3')]) }),
    ]);
    expect(pauses).toEqual([200, 400]);
    expect(said).toEqual([['$1', '$2'], ['$3']]);
    expect(log.filter((line) => line.startsWith('sync'))).toEqual(['sync s0', 'sync s1', 'sync s2']);
  });

  const news: [string, object][] = [
    ['somebody spoke', joined('s1', { '!r': room([own('$1')]), '!q': room([message('$2')]) })],
    ['somebody came', joined('s1', { '!r': room([own('$1'), membership('$2', '@b:hs', 'join')]) })],
    ['the bot changed a room', joined('s1', { '!r': room([membership('$1', ME, 'join')]) })],
    ['a key came', joined('s1', { '!r': room([own('$1')]) }, { to_device: { events: ['key'] } })],
    ['devices changed', joined('s1', { '!r': room([own('$1')]) }, { device_lists: { changed: ['@a:hs'] } })],
    ['an invitation came', { next_batch: 's1', rooms: { join: { '!r': room([own('$1')]) }, invite: { '!n': {} } } }],
    ['nothing was said', joined('s1', {})],
  ];
  it.each(news)('%s: no rest', async (_, answer) => {
    expect((await run('s0', [answer])).pauses).toEqual([]);
  });
});

describe('a sync that fails', () => {
  const fails = (kind: 'transient' | 'ambiguous' | 'account', retryAfterMs?: number) => (): never => {
    throw new TransportFailure(kind, 'no', retryAfterMs);
  };
  it('is tried again from the same token, after what the homeserver asks or longer each time', async () => {
    const { log, pauses } = await run('s0', [
      fails('transient', 700),
      fails('ambiguous'),
      joined('s1', {}),
      fails('transient'),
    ]);
    expect(log.filter((line) => line.startsWith('sync'))).toEqual([
      'sync s0',
      'sync s0',
      'sync s0',
      'sync s1',
      'sync s1',
    ]);
    expect(pauses).toEqual([700, 2000, 1000]);
  });
  it('ends the loop when the account is refused', async () => {
    await expect(run('s0', [fails('account')])).rejects.toMatchObject({ kind: 'account' });
  });
});
