/** A request against a clock, as each of its people reads it. */
import { describe, expect, it } from 'vitest';
import { openWard, paris, type Ward } from './stage.ts';

const QUESTION = 'ECG douteux avant certificat de sport, 17 ans';
const GROUP = 'Téléexpertise cardiologie (ECG)';

async function asked(
  start: [number, number, number, number, number] = [2026, 11, 27, 17, 0],
): Promise<{ ward: Ward; code: string }> {
  const ward = await openWard({ start });
  await ward.types('mt', `avis cardio ${QUESTION}`);
  const code = /D-\w{3}/.exec(ward.bodies('mt').join('\n'))?.[0] ?? '';
  return { ward, code };
}

describe('a request for expertise', () => {
  it('shows the question to the group, rings only the doctor on duty, and confirms to the asker', async () => {
    const { ward, code } = await asked();
    expect(code).toMatch(/^D-/);
    const offer = ward.readBy('@cardio1:test').at(-1)?.event.content ?? {};
    expect(offer['body']).toContain(QUESTION);
    expect(offer['m.mentions']).toEqual({ user_ids: ['@cardio2:test'] });
    expect(ward.bodies('mt').at(-1)).toContain(`${code} envoyée`);
    await ward.close();
  });

  it('has one winner; the others read who', async () => {
    const { ward, code } = await asked();
    await ward.types('cardio2', '!prendre', GROUP);
    await ward.types('cardio1', `prendre ${code.toLowerCase().replace('-', ' ')}`);
    expect(ward.bodies('cardio1').at(-1)).toBe(`${code} : déjà pris en charge par Dr cardio2.`);
    const room = [...ward.transport.rooms.values()].find((r) => r.spec.name === code);
    expect([...(room?.members.keys() ?? [])].sort()).toEqual(['@cardio2:test', '@mt:test', '@relais:transcript']);
    expect(room?.spec.encrypted).toBe(true);
    await ward.close();
  });

  it('is taken by a reaction, and given back by taking the reaction away', async () => {
    const { ward, code } = await asked();
    const offer = ward.readBy('@cardio1:test').at(-1);
    await ward.reacts(offer?.roomId ?? '', '@cardio1:test', offer?.event.event_id ?? '', '✋');
    expect(ward.bodies('mt').join('\n')).toContain(`${code} : Dr cardio1 prend votre demande`);
    const reaction = ward.transport.rooms.get(offer?.roomId ?? '')?.events.findLast((e) => e.type === 'm.reaction');
    ward.transport.type(
      offer?.roomId ?? '',
      '@cardio1:test',
      { redacts: reaction?.event_id },
      { type: 'm.room.redaction' },
    );
    await ward.settle();
    expect(ward.bodies('mt').join('\n')).toContain('remise au groupe');
    await ward.types('cardio2', `prendre ${code}`);
    expect(ward.bodies('mt').join('\n')).toContain('Dr cardio2 prend votre demande');
    await ward.close();
  });

  it('takes a long precision, typed where the taker reads it: the clock goes on', async () => {
    const { ward, code } = await asked();
    await ward.types('cardio2', `prendre ${code}`);
    await ward.types('cardio2', '!complement Antécédents ?', code);
    await ward.types('mt', `Antécédents : ${'HTA ancienne, suivie. '.repeat(150)}`, code);
    expect(ward.bodies('cardio2').at(-1)).toContain('Le délai reprend');
    await ward.close();
  });

  it('pauses the clock while a precision is awaited, and takes the plain answer of the asker', async () => {
    const { ward, code } = await asked([2026, 11, 23, 9, 0]); // Monday
    await ward.types('cardio2', `prendre ${code}`);
    await ward.types('cardio2', '!complement Antécédents ?', code);
    expect(await ward.store.timers.list('request-sla', code)).toEqual([]);
    await ward.until(paris(2026, 11, 27, 9)); // four days later nobody was chased
    expect(ward.bodies('coord')).toHaveLength(0);
    await ward.types('mt', 'Aucun.', code);
    expect(ward.bodies('cardio2').at(-1)).toContain('Le délai reprend');
    expect((await ward.store.timers.list('request-sla', code))[0]?.dueAt).toBeGreaterThan(paris(2026, 11, 27, 9));
    await ward.types('cardio2', '!répondre Sport autorisé', code);
    expect(ward.bodies('mt').some((b) => b.includes('Sport autorisé'))).toBe(true);
    expect(ward.bodies('cardio1').join('\n')).not.toContain('Sport autorisé');
    expect(await ward.store.timers.list('request-sla', code)).toEqual([]);
    await ward.close();
  });

  it('is silent at the week-end, reminds on Monday morning, escalates in order', async () => {
    const { ward } = await asked();
    const before = ward.bodies('cardio2').length;
    await ward.until(paris(2026, 11, 30, 7, 59));
    expect(ward.bodies('cardio2')).toHaveLength(before);
    await ward.until(paris(2026, 11, 30, 8, 0));
    expect(ward.bodies('cardio2').at(-1)).toMatch(/^Rappel/);
    await ward.until(paris(2026, 11, 30, 17, 0));
    expect(ward.bodies('cardio2').at(-1)).toMatch(/^Délai atteint/);
    expect(ward.bodies('backup')).toHaveLength(0);
    await ward.until(paris(2026, 12, 1, 9, 0));
    expect(ward.bodies('backup').at(-1)).toMatch(/^Délai atteint/);
    await ward.close();
  });

  it('merges what fell due during an outage into one message', async () => {
    const { ward } = await asked();
    const before = ward.bodies('cardio2').length;
    await ward.jump(paris(2026, 12, 2, 9, 0));
    const said = ward.bodies('cardio2').slice(before);
    expect(said.filter((b) => b.startsWith('Rappel'))).toHaveLength(0);
    expect(ward.bodies('backup').filter((b) => b.startsWith('Délai atteint'))).toHaveLength(1);
    await ward.close();
  });

  it('refuses an emergency before anything is sent, and says who may ask', async () => {
    const ward = await openWard();
    await ward.types('mt', 'avis cardio douleur thoracique depuis une heure');
    expect(ward.bodies('mt').at(-1)).toContain('Appelez le 15');
    await ward.types('idel', '!avis cardio question');
    expect(ward.bodies('idel').at(-1)).toContain('participants-tle-cardio');
    expect(ward.bodies('cardio1')).toHaveLength(0);
    await ward.close();
  });

  it('ignores a clear-text command in a room that it encrypts, and reports it', async () => {
    const { ward, code } = await asked();
    const room = ward.room(GROUP);
    ward.transport.type(room, '@cardio1:test', { msgtype: 'm.text', body: `!prendre ${code}` }, { clear: true });
    await ward.settle();
    expect(ward.bodies('mt').join('\n')).not.toContain('prend votre demande');
    const kept = await ward.store.inbox.list({ state: 'quarantined', limit: 5 });
    expect(kept.map((e) => e.reason)).toEqual(['clear-text-in-encrypted-room']);
    await ward.close();
  });

  it('answers somebody it does not know with a way out, and never runs a guessed word', async () => {
    const ward = await openWard();
    await ward.types('mt', 'Anuaire dermato ');
    expect(ward.bodies('mt').at(-1)).toContain('Vouliez-vous dire !annuaire');
    await ward.types('mt', 'aide');
    expect(ward.bodies('mt').at(-1)).toContain('annuaire');
    await ward.close();
  });
});
