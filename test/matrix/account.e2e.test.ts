/** The account's life: provisioned once, run once, never from an old copy, and recovered. */
import { cpSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openMatrixTransport } from '../../bot/matrix/matrix-transport.ts';
import { StoreRestored } from '../../bot/matrix/generation.ts';
import { provision } from '../../bot/matrix/provision.ts';
import type { RawRoomEvent } from '../../care/relay/transport.ts';
import { PASSWORD, useHomeserver } from '../support/homeserver.ts';
import { patientRoom, readBy, text } from '../support/rooms.ts';
import { systemClocks } from '../support/system-clocks.ts';

const bench = useHomeserver();

describe('the account', () => {
  it('is provisioned once, and runs once', async () => {
    const account = await bench.bot('relais10');
    expect(account.recoveryKey).toMatch(/^(\w{4} ){11}\w{4}$/);
    const again = { homeserver: bench.homeserver.url, user: 'relais10', password: PASSWORD };
    await expect(provision({ ...again, directory: account.directory })).rejects.toThrow('already holds');
    await expect(provision({ ...again, directory: bench.folder('other10') })).rejects.toThrow('recovery key');

    const login = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: await bench.homeserver.register('relais10b', PASSWORD) },
      password: PASSWORD,
    };
    const answer = await fetch(`${bench.homeserver.url}/_matrix/client/v3/login`, {
      method: 'POST',
      body: JSON.stringify(login),
    });
    const { access_token: token, device_id: deviceId } = (await answer.json()) as {
      access_token: string;
      device_id: string;
    };
    const byToken = { homeserver: bench.homeserver.url, user: '', token };
    expect(await provision({ ...byToken, directory: bench.folder('token10') })).toMatchObject({ deviceId });
    await expect(provision({ ...byToken, directory: bench.folder('token10b') })).rejects.toThrow('already has keys');

    const bot = await bench.run(account.directory);
    await expect(
      openMatrixTransport({ directory: account.directory, clocks: systemClocks, log: () => undefined }),
    ).rejects.toThrow('in use by another process');
    await bot.stop();
  });

  it('an old copy of its store is refused; a new device with the recovery key reads the past', async () => {
    const account = await bench.bot('relais11');
    const [first, alice] = [await bench.run(account.directory), await bench.persona('alice11')];
    const roomId = await first.transport.createRoom(patientRoom('r-11', [alice.userId]));
    const said = await alice.say(roomId, 'avant la panne');
    await readBy(first, roomId, said);
    await first.stop();
    cpSync(account.directory, bench.folder('copy11'), { recursive: true });
    await (await bench.run(account.directory)).stop();
    rmSync(account.directory, { recursive: true });
    cpSync(bench.folder('copy11'), account.directory, { recursive: true });
    await expect(bench.run(account.directory)).rejects.toThrow(StoreRestored);

    rmSync(account.directory, { recursive: true });
    const again = {
      homeserver: bench.homeserver.url,
      user: 'relais11',
      password: PASSWORD,
      directory: account.directory,
      secret: 'sealed',
    };
    await expect(
      provision({ ...again, recoveryKey: 'EsTx oGxq mZYm k6ic rtav iCn5 4m4J swpd yGwM 2tMJ RzJL iCnR' }),
    ).rejects.toThrow();
    const renewed = await provision({ ...again, recoveryKey: account.recoveryKey ?? '' });
    expect(renewed).toMatchObject({ recoveryKey: undefined });
    expect(renewed.deviceId).not.toBe(account.deviceId);
    const bot = await bench.run(account.directory, undefined, { secret: 'sealed' });
    const old = (await bench.as(alice, 'GET', `rooms/${roomId}/event/${said}`)) as RawRoomEvent;
    expect(await bot.transport.decrypt(roomId, old)).toMatchObject({ content: { body: 'avant la panne' } });
    const id = await bot.transport.send(roomId, 'm.room.message', text('de retour'), 'd1', true);
    expect(await alice.seen((event) => event.eventId === id)).toMatchObject({
      content: text('de retour'),
      failure: undefined,
    });
  });
});
