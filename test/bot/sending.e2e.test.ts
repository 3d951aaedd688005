/**
 * The whole of Relais on a real homeserver behind a proxy that makes things go wrong: under each fault nothing is lost,
 * nothing is said twice, the order is kept, and a person reads it all.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Persona } from '../../demo/client.ts';
import { emptyDecision } from '../../care/relay/decision.ts';
import { delivery, wanted } from '../store/fixtures.ts';
import { openSendingStage, type SendingStage } from '../support/sending-stage.ts';
import { useHomeserver } from '../support/homeserver.ts';

const bench = useHomeserver();
const HOUR = 3_600_000;
const ROOMS = ['a', 'b', 'c'];

let stage: SendingStage;
let claire: Persona;
let number = 0;

beforeAll(async () => {
  claire = await bench.persona('claire');
  stage = await openSendingStage(bench, claire);
  for (const room of ROOMS) await stage.say(room, text());
  await stage.allRead();
});
afterAll(async () => {
  await stage.close();
});
beforeEach(async () => {
  stage.proxy.rule = undefined;
  stage.proxy.forgetMost();
});

const text = (): string => `n°${(number += 1)}`;
/** Texts for every room, round by round. */
async function traffic(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) for (const room of ROOMS) await stage.say(room, text());
}

describe('a quiet day', () => {
  it('is one PUT per delivery', async () => {
    const before = stage.proxy.passed.length;
    await traffic(5);
    await stage.allRead();
    expect(stage.proxy.puts(before)).toHaveLength(15);
    expect(stage.logged).toEqual([]);
  });
});

describe('the homeserver complains', () => {
  it.each([
    ['429 with a delay', { status: 429, body: { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 1_500 } }, 1_500],
    ['429 without', { status: 429, body: { errcode: 'M_LIMIT_EXCEEDED' } }, 1_000],
    ['429 with the header alone', { status: 429, body: 'slow down', headers: { 'retry-after': '2' } }, 2_000],
    ['502 of its proxy', { status: 502, body: '<html>Bad Gateway</html>' }, 1_000],
  ])('%s: every room waits for it, then all is said', async (_what, answer, delay) => {
    let refused = 0;
    stage.proxy.rule = ({ send }) => (send && refused === 0 ? ((refused = Date.now()), { answer }) : undefined);
    const before = stage.proxy.passed.length;
    await traffic(3);
    await stage.allRead();
    // those under way when it complained may still come in; the next one that starts has waited
    const after = stage.proxy.puts(before).filter(({ at }) => at > refused + 200);
    expect(after[0]?.at).toBeGreaterThanOrEqual(refused + delay - 5);
  });

  it('a rain of 429 on every third call', async () => {
    let calls = 0;
    stage.proxy.rule = ({ send }) =>
      send && (calls += 1) % 3 === 0
        ? { answer: { status: 429, body: { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 20 } } }
        : undefined;
    await traffic(4);
    await stage.allRead();
  });
});

describe('an answer that is lost', () => {
  it('after the message was taken: not said twice', async () => {
    const lost = new Set<string>();
    stage.proxy.rule = ({ send }) => {
      if (!send || lost.size >= 6 || lost.has(send.txnId)) return undefined;
      lost.add(send.txnId);
      return 'reset-after';
    };
    await traffic(4);
    await stage.allRead();
    expect(lost.size).toBe(6);
  });

  it('the bot’s own sync settles it before a second call', async () => {
    await stage.stopped();
    await stage.started(); // the next retry is a second away; the sync is there at once
    let lost: string | undefined;
    stage.proxy.rule = ({ send }) => {
      if (!send || lost !== undefined) return undefined;
      lost = send.txnId;
      return 'reset-after';
    };
    const before = stage.proxy.passed.length;
    await stage.say('a', text());
    await stage.allRead();
    await stage.quiet();
    expect(stage.proxy.puts(before).filter(({ send }) => send?.txnId === lost)).toHaveLength(1);
  });

  it('long ago, and the sync did not tell: the room is read back, the same message is not said again', async () => {
    let lost: string | undefined;
    stage.proxy.rule = ({ send, isLongPoll }) => {
      if (isLongPoll) return { hold: held.promise };
      if (!send || lost !== undefined) return undefined;
      lost = send.txnId;
      return 'reset-after';
    };
    const held = Promise.withResolvers<undefined>();
    await stage.stopped();
    const before = stage.proxy.passed.length;
    await stage.started();
    await stage.say('a', text());
    await stage.proxy.until(() => lost !== undefined);
    await stage.waits();
    stage.clocks.ahead(13 * HOUR);
    await stage.quiet();
    expect(stage.proxy.passed.slice(before).some(({ path }) => path.endsWith('/messages'))).toBe(true);
    expect(stage.proxy.puts(before).filter(({ send }) => send?.txnId === lost)).toHaveLength(1);
    stage.proxy.rule = undefined;
    held.resolve(undefined);
    await stage.allRead();
  });
});

describe('one room that hangs', () => {
  it('keeps nobody else waiting', async () => {
    const slow = await stage.matrixId('a');
    const held = Promise.withResolvers<undefined>();
    stage.proxy.rule = ({ send }) => (send?.roomId === slow ? { hold: held.promise } : undefined);
    await traffic(4);
    await stage.allRead(['b', 'c']);
    expect(stage.readOf('a').length).toBeLessThan(stage.saidIn('a').length);
    held.resolve(undefined);
    await stage.allRead();
  });
});

describe('a long absence', () => {
  it('of the homeserver, from Friday evening to Monday: nothing is lost, and its return meets no storm', async () => {
    const before = stage.proxy.passed.length;
    await stage.proxy.down();
    const many = Array.from({ length: 12 }, (_, n) => `z${n}`);
    for (const room of [...ROOMS, ...many]) await stage.say(room, text(), text());
    await stage.waits();
    stage.clocks.ahead(62 * HOUR);
    await stage.proxy.up();
    stage.proxy.forgetMost();
    await stage.allRead([...ROOMS, ...many]);
    const puts = stage.proxy.puts(before);
    expect(puts).toHaveLength(30);
    const firstSecond = puts.filter(({ at }) => at < (puts[0]?.at ?? 0) + 1_000);
    expect(firstSecond.length).toBeLessThanOrEqual(15);
    expect(stage.proxy.most()).toBeLessThanOrEqual(16);
    stage.clocks.ahead(-62 * HOUR); // the homeserver’s clock stayed where it was
  });
});

describe('a message longer than Matrix takes', () => {
  it.each([
    ['long lines', 'é😀 « x » '.repeat(9).concat('\n').repeat(2_000)],
    ['characters that grow in JSON', '"\\\t'.repeat(40_000)],
    ['just what fits', randomBytes(30_000).toString('base64').slice(0, 39_000)],
  ])('is read, cut visibly if need be: %s', async (what, name) => {
    const ref = `patient:${what.replaceAll(' ', '-')}`;
    await stage.store.rooms.want(wanted(ref, { members: [claire.userId] }));
    const long = { announcement: { kind: 'welcome', name } as const, ring: [claire.userId] };
    await stage.store.commit({ ...emptyDecision(), deliveries: [delivery(ref, long)] }, 1);
    await stage.quiet();
    expect(await stage.store.outbox.listQuarantined(10)).toEqual([]);
    const roomId = (await stage.store.rooms.get(ref))?.matrixId;
    const seen = await claire.seen((e) => e.roomId === roomId && e.type === 'm.room.message', 60_000);
    if (what === 'just what fits') expect(seen.content['body']).toContain(name);
    else expect(seen.content['body']).toContain('Message coupé');
  });
});

describe('another device', () => {
  it('reads with the recovered keys what the lost one said, and does not say it again', async () => {
    let lost: string | undefined;
    const held = Promise.withResolvers<undefined>();
    stage.proxy.rule = ({ send, isLongPoll }) => {
      if (isLongPoll) return { hold: held.promise };
      if (!send || lost !== undefined) return undefined;
      lost = send.txnId;
      return 'reset-after';
    };
    await stage.stopped();
    const before = stage.proxy.passed.length;
    await stage.started();
    await stage.say('a', text(), text());
    await stage.waits();
    held.resolve(undefined);
    await stage.stopped();
    stage.proxy.rule = undefined;
    await stage.startedOnNewDevice();
    await stage.allRead();
    expect(await stage.store.outbox.listQuarantined(10)).toEqual([]);
    expect(stage.proxy.puts(before).filter(({ send }) => send?.txnId === lost)).toHaveLength(1);
  });
});

describe('a token that is refused', () => {
  it('is said, ends the service, and drops nothing', async () => {
    stage.proxy.rule = () => ({ answer: { status: 401, body: { errcode: 'M_UNKNOWN_TOKEN' } } });
    await stage.say('a', text());
    await stage.say('b', text());
    await expect(stage.ended()).rejects.toMatchObject({ kind: 'account' });
    expect(await stage.store.outbox.listQuarantined(10)).toEqual([]);
    expect((await stage.store.outbox.lanes()).filter(({ paused }) => paused !== undefined)).toEqual([]);
    expect(await stage.store.outbox.pending()).toBe(2);
    stage.proxy.rule = undefined;
    await stage.started();
    await stage.allRead();
  });
});
