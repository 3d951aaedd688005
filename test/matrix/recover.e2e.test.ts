/** The loss of the disk, and an old copy put back: a new device from the recovery key, and never a reset by accident. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { encodeRecoveryKey } from 'matrix-js-sdk/lib/crypto-api/recovery-key.js';
import { expect, it } from 'vitest';
import { StoreRestored } from '../../bot/matrix/generation.ts';
import { recover } from '../../bot/matrix/recover.ts';
import type { RawRoomEvent } from '../../care/relay/transport.ts';
import type { Persona } from '../../demo/client.ts';
import { PASSWORD, useHomeserver } from '../support/homeserver.ts';
import { patientRoom, readBy, text } from '../support/rooms.ts';

const bench = useHomeserver();
const WELL_FORMED = encodeRecoveryKey(new Uint8Array(32).fill(7)) ?? '';

/** What the homeserver publishes of an account's keys, as somebody else sees it. */
async function published(by: Persona, userId: string): Promise<unknown> {
  const { device_keys, master_keys, self_signing_keys } = await bench.as(by, 'POST', 'keys/query', {
    device_keys: { [userId]: [] },
  });
  return { device_keys, master_keys, self_signing_keys };
}

it('a wrong recovery key changes nothing; the right one makes a signed device that reads the past', async () => {
  const account = await bench.bot('relais20');
  const login = {
    homeserver: bench.homeserver.url,
    user: 'relais20',
    password: PASSWORD,
    directory: account.directory,
    secret: 'sealed',
    now: () => Date.UTC(2026, 10, 22, 8, 19),
  };
  const [first, alice] = [await bench.run(account.directory), await bench.persona('alice20')];
  const roomId = await first.transport.createRoom(patientRoom('r-20', [alice.userId]));
  const said = await alice.say(roomId, 'avant la panne');
  await readBy(first, roomId, said);
  const mine = await first.transport.send(roomId, 'm.room.message', text('annonce'), 'd1', true);
  await expect(recover({ ...login, recoveryKey: account.recoveryKey ?? '' })).rejects.toThrow('in use');
  await first.stop();

  const before = await published(alice, account.userId);
  await expect(recover({ ...login, recoveryKey: WELL_FORMED })).rejects.toThrow('does not open the secret storage');
  await expect(recover({ ...login, recoveryKey: `${WELL_FORMED.slice(0, -1)}x` })).rejects.toThrow('mistyped');
  await bench.homeserver.register('relais20b', PASSWORD);
  const empty = { ...login, user: 'relais20b', directory: bench.folder('empty20') };
  await expect(recover({ ...empty, recoveryKey: WELL_FORMED })).rejects.toThrow('nothing to recover');
  expect(await published(alice, account.userId)).toEqual(before);
  expect(readdirSync(dirname(account.directory))).toEqual(['relais20']);
  await (await bench.run(account.directory)).stop(); // still as good as it was

  const made = await recover({ ...login, recoveryKey: account.recoveryKey ?? '', endOtherDevices: true });
  expect(made).toMatchObject({ userId: account.userId, otherDevices: [] });
  expect(made.aside).toBe(`${account.directory}.20261122T081900Z`);
  expect(existsSync(made.aside ?? '')).toBe(true);
  expect(made.deviceId).not.toBe(account.deviceId);
  const after = (await published(alice, account.userId)) as { master_keys: unknown };
  expect(after.master_keys).toEqual((before as typeof after).master_keys);

  const bot = await bench.run(account.directory, undefined, { secret: 'sealed' });
  for (const [id, body] of [
    [said, 'avant la panne'],
    [mine, 'annonce'],
  ] as const) {
    const old = (await bench.as(alice, 'GET', `rooms/${roomId}/event/${id}`)) as RawRoomEvent;
    expect(await bot.transport.decrypt(roomId, old)).toMatchObject({ content: { body } });
  }
  const id = await bot.transport.send(roomId, 'm.room.message', text('de retour'), 'd2', true);
  expect(await alice.seen((event) => event.eventId === id)).toMatchObject({
    content: text('de retour'),
    failure: undefined,
  });
  // alice keeps her keys for signed devices only: this one is
  const answer = await alice.say(roomId, 'bienvenue');
  expect(await readBy(bot, roomId, answer)).toMatchObject({ content: { body: 'bienvenue' } });
});

it('a copy made and put back within minutes is refused by what the device has said since', async () => {
  const account = await bench.bot('relais21');
  const [first, alice] = [await bench.run(account.directory), await bench.persona('alice21')];
  const roomId = await first.transport.createRoom(patientRoom('r-21', [alice.userId]));
  await readBy(first, roomId, await alice.say(roomId, 'un'));
  await first.stop();
  const running = await bench.run(account.directory);
  await running.transport.send(roomId, 'm.room.message', text('avant la copie'), 'd1', true);
  const copy = bench.folder('copy21');
  mkdirSync(copy);
  cpSync(account.directory, copy, { recursive: true }); // as a snapshot of a running machine: its number is the last one
  await running.transport.send(roomId, 'm.room.message', text('après la copie'), 'd2', true);
  await running.stop();

  const kept = bench.folder('kept21');
  cpSync(account.directory, kept, { recursive: true });
  rmSync(account.directory, { recursive: true });
  cpSync(copy, account.directory, { recursive: true });
  await expect(bench.run(account.directory)).rejects.toThrow(StoreRestored);
  await expect(bench.run(account.directory)).rejects.toThrow('relais recover');
  await (await bench.run(kept)).stop(); // the true one is not
});
