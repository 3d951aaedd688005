/** What the Matrix transport promises, on a real homeserver with real clients. */
import { describe, expect, it } from 'vitest';
import { PASSWORD, eventually, useHomeserver } from '../support/homeserver.ts';
import { eventsOf, joined, patientRoom, readBy, text } from '../support/rooms.ts';

const bench = useHomeserver();

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
    for (const event of eventsOf(second)) {
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
      eventsOf(again).find((event) => event.state_key === alice && event.content['membership'] === 'join'),
    );
    expect(join.type).toBe('m.room.member');
  });
});
