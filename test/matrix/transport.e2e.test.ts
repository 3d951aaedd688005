/** What the Matrix transport promises, on a real homeserver with real clients. */
import { cpSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openMatrixTransport } from '../../bot/matrix/matrix-transport.ts';
import { provision } from '../../bot/matrix/provision.ts';
import type { Decrypted, RawRoomEvent } from '../../care/relay/transport.ts';
import type { Persona } from '../../demo/client.ts';
import { PASSWORD, eventually, useHomeserver } from '../support/homeserver.ts';
import type { RunningBot } from '../support/homeserver.ts';
import { systemClocks } from '../support/system-clocks.ts';

const bench = useHomeserver();
const text = (body: string): Record<string, unknown> => ({ msgtype: 'm.text', body });
const patientRoom = (alias: string, invite: string[]) => ({
  alias,
  name: alias.toUpperCase(),
  invite,
  encrypted: true,
  direct: false,
});

/** The event as the bot received it, when it has. */
const received = (bot: RunningBot, eventId: string): Promise<RawRoomEvent> =>
  eventually(() =>
    bot.batches
      .flatMap((batch) => batch.rooms.flatMap((room) => room.events))
      .find((event) => event.event_id === eventId),
  );

async function readBy(bot: RunningBot, roomId: string, eventId: string): Promise<Decrypted> {
  const event = await received(bot, eventId);
  return eventually(async () => {
    const decrypted = await bot.transport.decrypt(roomId, event);
    return decrypted === 'undecryptable' ? undefined : decrypted;
  });
}

const joined = (who: Persona, roomId: string): Promise<void> =>
  who.until('having joined', () => who.membership(roomId, who.userId) === 'join');

describe('an encrypted room', () => {
  it('is read by everyone in it, and by nobody else: the homeserver stores ciphertext', async () => {
    const account = await bench.bot('relais1');
    const [bot, alice, bob] = [
      await bench.run(account.directory),
      await bench.persona('alice1'),
      await bench.persona('bob1'),
    ];
    const roomId = await bot.transport.createRoom(patientRoom('r-1', [alice.userId, bob.userId]));
    const root = await bot.transport.send(roomId, 'm.room.message', text('R-1'), 'd0', true);
    const content = { ...text('Sortie de M. Dupont'), 'm.relates_to': { rel_type: 'm.thread', event_id: root } };
    const id = await bot.transport.send(roomId, 'm.room.message', content, 'd1', true);

    for (const persona of [alice, bob]) {
      const seen = await persona.seen((event) => event.eventId === id && event.failure === undefined);
      expect(seen).toMatchObject({ encrypted: true, content, thread: root });
      const device = await persona.client
        .getCrypto()
        ?.getDeviceVerificationStatus(bot.transport.userId, bot.transport.deviceId);
      expect(device?.signedByOwner).toBe(true);
      const event = persona.client.getRoom(roomId)?.findEventById(id);
      const info = event && (await persona.client.getCrypto()?.getEncryptionInfoForEvent(event));
      expect(info).toMatchObject({ shieldColour: 0, shieldReason: null });
    }
    const stored = await bench.as(alice, 'GET', `rooms/${roomId}/event/${id}`);
    expect(stored['type']).toBe('m.room.encrypted');
    expect(stored['content']).toMatchObject({ 'm.relates_to': { rel_type: 'm.thread', event_id: root } });
    expect(JSON.stringify(stored)).not.toContain('Dupont');

    const answer = await alice.say(roomId, 'vu', { thread: root });
    expect(await readBy(bot, roomId, answer)).toMatchObject({
      type: 'm.room.message',
      encrypted: true,
      content: { body: 'vu', 'm.relates_to': { event_id: root } },
    });
    const reaction = await bob.react(roomId, id, '✅');
    expect(await readBy(bot, roomId, reaction)).toMatchObject({ type: 'm.reaction', encrypted: false });
  });

  it('stays encrypted when the caller does not know that it is', async () => {
    const account = await bench.bot('relais2');
    const [bot, alice] = [await bench.run(account.directory), await bench.persona('alice2')];
    const roomId = await alice.openDirectRoom(bot.transport.userId);
    await alice.until('the bot', () => alice.membership(roomId, bot.transport.userId) === 'join');
    const id = await bot.transport.send(roomId, 'm.room.message', text('bonjour'), 'd1', false);
    expect(await alice.seen((event) => event.eventId === id)).toMatchObject({
      encrypted: true,
      content: text('bonjour'),
    });
    expect(bot.batches.flatMap((batch) => batch.invitations)).toEqual([
      { roomId, inviter: alice.userId, direct: true, encrypted: true },
    ]);
  });

  it('the same transaction id is one event, after a new start too', async () => {
    const account = await bench.bot('relais3');
    const [first, alice] = [await bench.run(account.directory), await bench.persona('alice3')];
    const roomId = await first.transport.createRoom(patientRoom('r-3', [alice.userId]));
    const once = await first.transport.send(roomId, 'm.room.message', text('une fois'), 'd1', true);
    expect(await first.transport.send(roomId, 'm.room.message', text('une fois'), 'd1', true)).toBe(once);
    const since = await first.stop();
    const second = await bench.run(account.directory, since);
    expect(await second.transport.send(roomId, 'm.room.message', text('une fois'), 'd1', true)).toBe(once);
    const last = await second.transport.send(roomId, 'm.room.message', text('fin'), 'd2', true);
    await alice.seen((event) => event.eventId === last && event.failure === undefined);
    expect(alice.events.filter((event) => event.content['body'] === 'une fois')).toHaveLength(1);
  });

  it('is made once per alias; who is missing is invited; only the bot changes it', async () => {
    const account = await bench.bot('relais4');
    const [bot, alice, bob] = [
      await bench.run(account.directory),
      await bench.persona('alice4'),
      await bench.persona('bob4'),
    ];
    const roomId = await bot.transport.createRoom(patientRoom('r-4', [alice.userId]));
    expect(
      await bot.transport.createRoom(patientRoom('r-4', [alice.userId, bob.userId, '@nobody:elsewhere.invalid'])),
    ).toBe(roomId);
    await joined(bob, roomId);
    expect((await bot.transport.members(roomId)).map(({ userId }) => userId)).toEqual(
      expect.arrayContaining([alice.userId, bob.userId]),
    );
    await bot.transport.invite(roomId, bob.userId); // already there

    const state = (await bench.as(alice, 'GET', `rooms/${roomId}/state`)) as unknown as {
      type: string;
      content: unknown;
    }[];
    const content = (type: string): unknown => state.find((event) => event.type === type)?.content;
    expect(content('m.room.encryption')).toMatchObject({ algorithm: 'm.megolm.v1.aes-sha2' });
    expect(content('m.room.history_visibility')).toEqual({ history_visibility: 'invited' });
    expect(content('m.room.guest_access')).toEqual({ guest_access: 'forbidden' });
    expect(content('m.room.join_rules')).toMatchObject({ join_rule: 'invite' });
    const changes = {
      name: { name: 'M. Dupont' },
      topic: { topic: 'M. Dupont' },
      encryption: { algorithm: 'm.megolm.v1.aes-sha2', rotation_period_ms: 1 },
    };
    for (const [type, change] of Object.entries(changes)) {
      expect(await bench.as(alice, 'PUT', `rooms/${roomId}/state/m.room.${type}`, change)).toMatchObject({
        errcode: 'M_FORBIDDEN',
      });
    }

    // somebody took the alias first: their room is not ours
    const alias = await bench.as(alice, 'POST', 'createRoom', { room_alias_name: 'r-4-taken' });
    expect(alias['room_id']).toBeDefined();
    await expect(bot.transport.createRoom(patientRoom('r-4-taken', []))).rejects.toMatchObject({ kind: 'room' });

    await bot.transport.leave(roomId);
    await bot.transport.leave(roomId);
    await expect(bot.transport.send(roomId, 'm.room.message', text('?'), 'd9', true)).rejects.toMatchObject({
      kind: 'room',
    });
  });
});

describe('who gets the keys', () => {
  it('an invited person without a device cannot read the past, and the bot knows it', async () => {
    const account = await bench.bot('relais5');
    const [bot, alice] = [await bench.run(account.directory), await bench.persona('alice5')];
    const late = await bench.homeserver.register('late5', PASSWORD);
    const roomId = await bot.transport.createRoom(patientRoom('r-5', [alice.userId, late]));
    const past = await bot.transport.send(roomId, 'm.room.message', text('avant'), 'd1', true);
    await alice.seen((event) => event.eventId === past);
    expect(await bot.transport.sharedWith(roomId, alice.userId)).toBe(true);
    expect(await bot.transport.sharedWith(roomId, late)).toBe(false);

    const newcomer = await bench.persona('late5');
    await joined(newcomer, roomId);
    const after = await bot.transport.send(roomId, 'm.room.message', text('après'), 'd2', true);
    await newcomer.seen((event) => event.eventId === after && event.content['body'] === 'après');
    expect((await newcomer.seen((event) => event.eventId === past)).failure).toBeDefined();
    expect(await bot.transport.sharedWith(roomId, late)).toBe(false); // the key of what follows is not the past

    // a new phone whose old one is gone is in the same case
    await bench.as(alice, 'POST', 'logout', {});
    alice.stop();
    await bench.persona('alice5');
    await eventually(async () => ((await bot.transport.sharedWith(roomId, alice.userId)) ? undefined : true));
  });

  it('a device that its owner did not sign gets none, and cannot command', async () => {
    const account = await bench.bot('relais6');
    const [bot, alice] = [await bench.run(account.directory), await bench.persona('alice6')];
    const thief = await bench.persona('alice6'); // the password, without the recovery key
    const roomId = await bot.transport.createRoom(patientRoom('r-6', [alice.userId]));
    const id = await bot.transport.send(roomId, 'm.room.message', text('secret'), 'd1', true);
    await alice.seen((event) => event.eventId === id && event.failure === undefined);
    expect((await thief.seen((event) => event.eventId === id)).failure).toBeDefined();
    const order = await thief.say(roomId, '!fermer');
    expect(await readBy(bot, roomId, order)).toMatchObject({ content: { body: '!fermer' }, encrypted: false });

    const signed = await bench.persona('alice6', { recoveryKey: alice.recoveryKey ?? '' });
    const next = await eventually(async () => {
      const sent = await bot.transport.send(roomId, 'm.room.message', text('suite'), `d-${Math.random()}`, true);
      return (await signed.seen((event) => event.eventId === sent)).failure === undefined ? sent : undefined;
    });
    expect(next).toBeDefined();
    const good = await signed.say(roomId, '!vu');
    expect(await readBy(bot, roomId, good)).toMatchObject({ content: { body: '!vu' }, encrypted: true });
  });

  it('what the homeserver injects in clear, or repeats, does not count as said', async () => {
    const account = await bench.bot('relais7');
    const [bot, alice] = [await bench.run(account.directory), await bench.persona('alice7')];
    const roomId = await bot.transport.createRoom(patientRoom('r-7', [alice.userId]));
    const said = await alice.say(roomId, '!prendre');
    expect((await readBy(bot, roomId, said)) as unknown).toMatchObject({ encrypted: true });
    const put = (type: string, content: unknown) =>
      bench.as(alice, 'PUT', `rooms/${roomId}/send/${type}/t${Math.random()}`, content);
    const clear = await put('m.room.message', text('!repondre'));
    expect(await readBy(bot, roomId, String(clear['event_id']))).toMatchObject({ encrypted: false });
    const copied = await put('m.room.encrypted', (await received(bot, said)).content);
    expect(await readBy(bot, roomId, String(copied['event_id']))).toMatchObject({
      content: { body: '!prendre' },
      encrypted: false,
    });
    expect(await readBy(bot, roomId, said)).toMatchObject({ encrypted: true });
  });
});

describe('a bot that was away', () => {
  it('reads back everything that a short timeline leaves out, in order and once', async () => {
    const account = await bench.bot('relais8');
    const [first, alice] = [await bench.run(account.directory), await bench.persona('alice8')];
    const roomId = await first.transport.createRoom(patientRoom('r-8', [alice.userId]));
    await joined(alice, roomId);
    await readBy(first, roomId, await alice.say(roomId, 'avant'));
    const since = await first.stop();
    for (let i = 0; i < 80; i++) await alice.say(roomId, `message ${i}`);

    const second = await bench.run(account.directory, since);
    await readBy(second, roomId, await alice.say(roomId, 'fin'));
    const bodies: string[] = [];
    for (const event of second.batches.flatMap((batch) => batch.rooms.flatMap((room) => room.events))) {
      const decrypted = await second.transport.decrypt(roomId, event);
      if (decrypted !== 'undecryptable' && event.type === 'm.room.encrypted')
        bodies.push(String(decrypted.content['body']));
    }
    expect(bodies).toEqual([...Array.from({ length: 80 }, (_, i) => `message ${i}`), 'fin']);
  });

  it('sees who joined meanwhile', async () => {
    const account = await bench.bot('relais9');
    const bot = await bench.run(account.directory);
    const alice = await bench.homeserver.register('alice9', PASSWORD);
    const roomId = await bot.transport.createRoom(patientRoom('r-9', [alice]));
    const since = await bot.stop();
    const persona = await bench.persona('alice9');
    await joined(persona, roomId);
    const again = await bench.run(account.directory, since);
    const join = await eventually(() =>
      again.batches
        .flatMap((batch) => batch.rooms.flatMap((room) => room.events))
        .find((event) => event.state_key === alice && event.content['membership'] === 'join'),
    );
    expect(join.type).toBe('m.room.member');
  });
});

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
    await expect(bench.run(account.directory)).rejects.toThrow('old copy');

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
