/** Refresh tokens on a real homeserver whose access tokens live two seconds; soft and hard logout. */
import { expect, it } from 'vitest';
import { loadIdentity, saveIdentity } from '../../bot/matrix/credentials.ts';
import type { Identity } from '../../bot/matrix/credentials.ts';
import { openHttp } from '../../bot/matrix/http.ts';
import { openSession } from '../../bot/matrix/session.ts';
import { PASSWORD, eventually, useHomeserver } from '../support/homeserver.ts';
import { patientRoom, readBy, text } from '../support/rooms.ts';
import { systemClocks } from '../support/system-clocks.ts';

const bench = useHomeserver({ refreshable_access_token_lifetime: '2s' });

const refused = (identity: Identity): Promise<true> =>
  eventually(() =>
    openHttp(identity.homeserver, identity.accessToken)
      .json('GET', ['account', 'whoami'])
      .then(
        () => undefined,
        () => true as const,
      ),
  );

it('the token changes as often as it must, and a process that starts with an old one goes on', async () => {
  const account = await bench.bot('relais30');
  const first = await loadIdentity(account.directory);
  expect(first.refreshToken).toBeDefined();
  await refused(first);
  const [bot, alice] = [await bench.run(account.directory), await bench.persona('alice30')];
  const roomId = await bot.transport.createRoom(patientRoom('r-30', [alice.userId]));
  const second = await loadIdentity(account.directory);
  expect(second.accessToken).not.toBe(first.accessToken);
  await refused(second);
  await readBy(bot, roomId, await alice.say(roomId, 'toujours là ?'));
  const id = await bot.transport.send(roomId, 'm.room.message', text('oui'), 'd1', true);
  await alice.seen((event) => event.eventId === id && event.failure === undefined);
  await bot.stop();
  expect((await loadIdentity(account.directory)).deviceId).toBe(account.deviceId);
});

it('ahead of its end, once for all the calls that wait; a kill before the writing loses nothing', async () => {
  const account = await bench.bot('relais31');
  const identity = await loadIdentity(account.directory);
  let now = 0;
  const saved: Identity[] = [];
  const session = (of: Identity, save = async (next: Identity) => void saved.push(next)) =>
    openSession({ identity: of, save, now: () => now, log: () => undefined });
  const start = { ...identity, renewAt: 1_000 };
  const kept = session(start);
  expect(await kept.fresh()).toBe(identity.accessToken);
  now = 1_000;
  const full = session(start, () => Promise.reject(new Error('ENOSPC')));
  expect(await full.fresh()).toBe(identity.accessToken); // not written: not used
  const [a, b] = await Promise.all([kept.fresh(), kept.fresh()]); // the pair before is still good
  expect(saved).toHaveLength(1);
  expect([a, b]).toEqual([saved[0]?.accessToken, saved[0]?.accessToken]);
  expect(saved[0]?.renewAt).toBe(1_000 + Math.floor((2_000 * 2) / 3));
  expect(a).not.toBe(identity.accessToken);
});

it('a soft logout: the same device with the password, else the cure', async () => {
  const account = await bench.bot('relais32');
  const identity = await loadIdentity(account.directory);
  delete identity.refreshToken;
  delete identity.renewAt;
  await refused(identity);
  await saveIdentity(account.directory, identity); // as after a session that may not be refreshed any more
  await expect(bench.run(account.directory)).rejects.toThrow('account.password_env');
  await expect(bench.run(account.directory, undefined, { password: 'another' })).rejects.toThrow(
    'refuses the password',
  );
  const bot = await bench.run(account.directory, undefined, { password: PASSWORD, clocks: systemClocks });
  expect(bot.transport.deviceId).toBe(account.deviceId);
  const alice = await bench.persona('alice32');
  const roomId = await bot.transport.createRoom(patientRoom('r-32', [alice.userId]));
  const id = await bot.transport.send(roomId, 'm.room.message', text('même appareil'), 'd1', true);
  await alice.seen((event) => event.eventId === id && event.failure === undefined);
  await bot.stop();
});

it('a device that was ended says so: no login revives it', async () => {
  const account = await bench.bot('relais33');
  const identity = await loadIdentity(account.directory);
  const session = openSession({ identity, save: async () => undefined, now: Date.now, log: () => undefined });
  await openHttp(identity.homeserver, session).text('POST', ['logout'], { body: {} });
  await expect(bench.run(account.directory, undefined, { password: PASSWORD })).rejects.toThrow('relais recover');
});
