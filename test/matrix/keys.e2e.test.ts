/** To whom the keys go, and what a decrypted event proves (invariant 10), with real clients. */
import { describe, expect, it } from 'vitest';
import { PASSWORD, eventually, useHomeserver } from '../support/homeserver.ts';
import { joined, patientRoom, readBy, received, text } from '../support/rooms.ts';

const bench = useHomeserver();

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
