/** What the bot hears and does not obey: what it cannot read, what is old, what is no command. */
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../care/relay/civil-time.ts';
import { openWard, type Ward } from './stage.ts';

const text = (body: string): Record<string, unknown> => ({ msgtype: 'm.text', body });

/** The machine clock of the stage, as a homeserver stamps events with it. */
const MACHINE = 1_700_000_000_000;

async function openedBy(...ids: string[]): Promise<Ward> {
  const ward = await openWard();
  for (const id of ids) await ward.direct(`@${id}:test`);
  return ward;
}

describe('a message that cannot be deciphered', () => {
  it('is told to its sender after five minutes, once per person, room and day', async () => {
    const ward = await openedBy('mt');
    const room = await ward.direct('@mt:test');
    const told = (): string[] => ward.bodies('mt').filter((b) => b.includes('Je n’arrive pas à lire'));
    for (const body of ['un', 'deux']) ward.transport.type(room, '@mt:test', text(body), { unreadable: true });
    await ward.settle();
    await ward.wait(4 * MINUTE);
    expect(told()).toEqual([]);
    await ward.wait(2 * MINUTE);
    expect(told()).toHaveLength(1);
    ward.transport.type(room, '@mt:test', text('trois'), { unreadable: true });
    await ward.settle();
    await ward.wait(6 * MINUTE);
    expect(told()).toHaveLength(1);
    await ward.wait(24 * HOUR);
    expect(told()).toHaveLength(1); // nothing new: what was told yesterday is not told again
    ward.transport.type(room, '@mt:test', text('quatre'), { unreadable: true });
    await ward.settle();
    await ward.wait(6 * MINUTE);
    expect(told()).toHaveLength(2);
    await ward.close();
  });

  it('leaves one row, however often it is tried again', async () => {
    const ward = await openedBy('mt');
    const room = await ward.direct('@mt:test');
    ward.transport.type(room, '@mt:test', text('aide'), { unreadable: true });
    await ward.settle();
    const rows = async (): Promise<number> => (await ward.store.audit(1_000)).length;
    const before = await rows();
    for (let n = 0; n < 10; n += 1) await ward.wait(10_000);
    expect(await rows()).toBe(before);
    await ward.close();
  });

  it('is told in time, too, when the machine’s clock was set back meanwhile', async () => {
    const ward = await openedBy('mt');
    const room = await ward.direct('@mt:test');
    ward.transport.type(room, '@mt:test', text('aide'), { unreadable: true });
    await ward.settle();
    await ward.wait(-24 * HOUR);
    await ward.wait(6 * MINUTE);
    expect(ward.bodies('mt').filter((b) => b.includes('Je n’arrive pas à lire'))).toHaveLength(1);
    await ward.close();
  });

  it('is not mentioned when its key comes in time, nor to an account that nobody knows', async () => {
    const ward = await openedBy('mt');
    const room = await ward.direct('@mt:test');
    ward.transport.type(room, '@mt:test', text('aide'), { unreadable: true });
    ward.transport.type(room, '@inconnu:ailleurs', text('aide'), { unreadable: true });
    await ward.settle();
    ward.transport.giveKeys('@mt:test');
    await ward.wait(6 * MINUTE);
    expect(ward.bodies('mt').filter((b) => b.includes('Je n’arrive pas à lire'))).toEqual([]);
    await ward.close();
  });
});

describe('what is heard and not run', () => {
  it('a command of more than a day ago: answered once, whatever their number', async () => {
    const ward = await openedBy('mt');
    const room = await ward.direct('@mt:test');
    for (const question of ['un', 'deux', 'trois'])
      ward.transport.type(room, '@mt:test', text(`avis cardio ECG ${question}`), { sentAt: MACHINE - 25 * HOUR });
    await ward.settle();
    expect(ward.bodies('mt').filter((b) => b.startsWith('Message ancien'))).toHaveLength(1);
    expect(ward.bodies('mt').join('\n')).not.toContain('envoyée');
    expect(await ward.store.counts()).toContainEqual({ outcome: 'muted', reason: 'too-old', n: 2 });
    ward.transport.type(room, '@mt:test', text('avis cardio ECG hier'), { sentAt: MACHINE - 23 * HOUR });
    await ward.settle();
    expect(ward.bodies('mt').at(-1)).toContain('envoyée');
    await ward.close();
  });

  it('a hand raised more than a day ago', async () => {
    const ward = await openWard();
    await ward.types('mt', 'avis cardio ECG douteux');
    const offer = ward.readBy('@cardio1:test').at(-1);
    const relates = { rel_type: 'm.annotation', event_id: offer?.event.event_id, key: '✋' };
    ward.transport.type(
      offer?.roomId ?? '',
      '@cardio1:test',
      { 'm.relates_to': relates },
      { type: 'm.reaction', sentAt: MACHINE - 25 * HOUR },
    );
    await ward.settle();
    expect(ward.bodies('mt').join('\n')).not.toContain('prend votre demande');
    await ward.close();
  });

  it('the edit of a command, another bot’s notice, and the bot’s own words', async () => {
    const ward = await openedBy('mt');
    const room = await ward.direct('@mt:test');
    const first = ward.transport.type(room, '@mt:test', text('avis cardio ECG douteux'));
    await ward.settle();
    const said = ward.bodies('mt').length;
    ward.transport.type(room, '@mt:test', {
      ...text('* avis cardio ECG très douteux'),
      'm.new_content': text('avis cardio ECG très douteux'),
      'm.relates_to': { rel_type: 'm.replace', event_id: first },
    });
    ward.transport.type(room, '@mt:test', { msgtype: 'm.notice', body: 'avis cardio ECG' });
    ward.transport.type(room, '@relais:transcript', text('avis cardio ECG'));
    await ward.settle();
    expect(ward.bodies('mt').filter((b) => b.includes('envoyée'))).toHaveLength(1);
    expect(ward.bodies('mt').length).toBeLessThanOrEqual(said + 1); // its own typed line counts as read
    await ward.close();
  });
});
