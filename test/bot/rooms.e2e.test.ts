/** Rooms on a real homeserver: every room version that is in use, who may change what, replacement, being put out. */
import { describe, expect, it } from 'vitest';
import { eventually, useHomeserver } from '../support/homeserver.ts';
import { eventsOf, joined, patientRoom, readBy, text } from '../support/rooms.ts';

const bench = useHomeserver();

type StateEvent = { type: string; state_key: string; content: Record<string, unknown> };

describe('a room that the bot makes', () => {
  it.each(['10', '11', '12'])(
    'of version %s is encrypted, restricted, and changed by the bot alone',
    async (version) => {
      const account = await bench.bot(`relais-v${version}`);
      const bot = await bench.run(account.directory, undefined, { roomVersion: version, accessRule: 'restricted' });
      const alice = await bench.persona(`alice-v${version}`);
      const roomId = await bot.transport.createRoom(patientRoom(`r-v${version}`, [alice.userId]));
      if (version === '12') expect(roomId).not.toContain(':');
      await joined(alice, roomId);
      const state = (await bench.as(
        alice,
        'GET',
        `rooms/${encodeURIComponent(roomId)}/state`,
      )) as unknown as StateEvent[];
      const content = (type: string): Record<string, unknown> | undefined =>
        state.find((event) => event.type === type)?.content;
      expect(content('m.room.create')).toMatchObject({ room_version: version });
      expect(content('im.vector.room.access_rules')).toEqual({ rule: 'restricted' });
      // From version 12 on, a creator stands above the power levels and is not written there.
      const users = content('m.room.power_levels')?.['users'] ?? {};
      expect(users).toEqual(version === '12' ? {} : { [bot.transport.userId]: 100 });
      const changes = {
        'm.room.name': { name: 'M. Dupont' },
        'm.room.topic': { topic: 'M. Dupont' },
        'm.room.encryption': { algorithm: 'm.megolm.v1.aes-sha2', rotation_period_ms: 1 },
        'm.room.history_visibility': { history_visibility: 'world_readable' },
        'm.room.tombstone': { body: '', replacement_room: '!elsewhere' },
      };
      for (const [type, change] of Object.entries(changes)) {
        const path = `rooms/${encodeURIComponent(roomId)}/state/${type}/`;
        expect(await bench.as(alice, 'PUT', path, change)).toMatchObject({ errcode: 'M_FORBIDDEN' });
      }
      await bot.transport.setState(roomId, 'm.room.name', '', { name: 'R-2' });
      const id = await bot.transport.send(roomId, 'm.room.message', text('bonjour'), 'd1', true);
      expect(await alice.seen((event) => event.eventId === id && event.failure === undefined)).toMatchObject({
        encrypted: true,
        content: text('bonjour'),
      });
      const answer = await alice.say(roomId, 'vu');
      expect(await readBy(bot, roomId, answer)).toMatchObject({ encrypted: true, content: { body: 'vu' } });
      expect(await bot.transport.look(roomId)).toEqual({ encrypted: true, predecessor: undefined });
      await bot.stop();
    },
  );

  it('may be a space; a key goes to who is wanted, and not to who only is there', async () => {
    const account = await bench.bot('relais-space');
    const bot = await bench.run(account.directory);
    const [alice, mallory] = [await bench.persona('alice-space'), await bench.persona('mallory-space')];
    const space = { ...patientRoom('space', [alice.userId]), encrypted: false, space: true };
    const spaceId = await bot.transport.createRoom(space);
    const roomId = await bot.transport.createRoom(patientRoom('r-space', [alice.userId, mallory.userId]));
    await bot.transport.setState(spaceId, 'm.space.child', roomId, { via: [bench.homeserver.serverName] });
    await joined(alice, spaceId);
    for (const persona of [alice, mallory]) await joined(persona, roomId);
    const readers = [alice.userId, bot.transport.userId];
    const id = await bot.transport.send(roomId, 'm.room.message', text('secret'), 'd1', true, readers);
    await alice.seen((event) => event.eventId === id && event.failure === undefined);
    expect((await mallory.seen((event) => event.eventId === id)).failure).toBeDefined();
    await bot.transport.remove(roomId, mallory.userId);
    await bot.transport.remove(roomId, mallory.userId);
    await mallory.until('being out', () => mallory.membership(roomId, mallory.userId) === 'leave');
    await bot.stop();
  });
});

describe('what others do to a room', () => {
  it('replacing it: the tombstone and the invitation are heard, and the new room says what it replaces', async () => {
    const account = await bench.bot('relais-up');
    const bot = await bench.run(account.directory);
    const alice = await bench.persona('alice-up');
    const roomId = await alice.openDirectRoom(bot.transport.userId);
    await alice.until('the bot', () => alice.membership(roomId, bot.transport.userId) === 'join');
    const path = `rooms/${encodeURIComponent(roomId)}/upgrade`;
    const { replacement_room: next } = await bench.as(alice, 'POST', path, { new_version: '12' });
    await bench.as(alice, 'POST', `rooms/${encodeURIComponent(String(next))}/invite`, {
      user_id: bot.transport.userId,
    });
    const tombstone = await eventually(() => eventsOf(bot).find((event) => event.type === 'm.room.tombstone'));
    expect(tombstone).toMatchObject({ sender: alice.userId, state_key: '', content: { replacement_room: next } });
    const invitation = await eventually(() =>
      bot.batches.flatMap((batch) => batch.invitations).find((one) => one.roomId === next),
    );
    expect(invitation).toMatchObject({ inviter: alice.userId, encrypted: true, predecessor: roomId });
    expect(await bot.transport.look(String(next))).toEqual({ encrypted: true, predecessor: roomId });
    await bot.stop();
  });

  it('putting the bot out is heard, with who did it', async () => {
    const account = await bench.bot('relais-out');
    const bot = await bench.run(account.directory);
    const alice = await bench.persona('alice-out');
    // Without the power that a direct room gives to both.
    const made = await bench.as(alice, 'POST', 'createRoom', {
      preset: 'private_chat',
      invite: [bot.transport.userId],
    });
    const roomId = String(made['room_id']);
    await alice.until('the bot', () => alice.membership(roomId, bot.transport.userId) === 'join');
    const body = { user_id: bot.transport.userId };
    expect(await bench.as(alice, 'POST', `rooms/${encodeURIComponent(roomId)}/kick`, body)).toEqual({});
    const out = await eventually(() => eventsOf(bot).find((event) => event.content['membership'] === 'leave'));
    expect(out).toMatchObject({ type: 'm.room.member', sender: alice.userId, state_key: bot.transport.userId });
    await bot.stop();
  });
});
