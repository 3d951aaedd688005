/** The identity desk's word: whose it is, once, asked for until it is given, and kept. */
import { describe, expect, it } from 'vitest';
import { paris } from './stage.ts';
import { asks, both, codeFor, merge, said } from './two-patients.ts';

describe('the desk’s word', () => {
  it('is the desk’s: neither an équipe, nor the coordination, nor a reaction, nor clear text decides', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    const code = codeFor(ward);
    for (const id of ['mt', 'coord', 'autre']) {
      await ward.types(id, `confirmer ${code}`);
      expect(said(ward, id, 'seule la cellule d’identitovigilance')).toHaveLength(1);
    }
    const event = ward.readBy('@vigile:test').find((h) => String(h.event.content['body']).includes(code));
    await ward.reacts(event?.roomId ?? '', '@vigile:test', event?.event.event_id ?? '', '✅');
    ward.transport.type(
      event?.roomId ?? '',
      '@vigile:test',
      { msgtype: 'm.text', body: `!confirmer ${code}` },
      { clear: true },
    );
    await ward.settle();
    expect((await ward.store.files.load<{ status: string }>('proposal', code))?.state.status).toBe('proposed');
    await ward.close();
  });

  it('is said in a room whose keys go to the desk only', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    const event = ward.readBy('@vigile:test').find((h) => String(h.event.content['body']).includes('V-'));
    await ward.joins(event?.roomId ?? '', '@intrus:test');
    await ward.types('vigile', `!confirmer ${codeFor(ward)}`, 'Identitovigilance'); // answered there
    expect(said(ward, 'vigile', 'confirmé par')).toHaveLength(1);
    expect(ward.bodies('intrus')).toEqual([]);
    await ward.close();
  });

  it('is given once: the second reads who was quicker; a wrong code is said', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    const code = codeFor(ward);
    await ward.types('adjoint', `!refuser ${code.toLowerCase().replace('-', '')}`, 'Identitovigilance');
    await ward.types('vigile', `confirmer ${code}`);
    expect(said(ward, 'vigile', `déjà refusé par Dr adjoint`)).toHaveLength(1);
    await ward.types('vigile', 'confirmer V-ZZZ');
    expect(said(ward, 'vigile', 'Je ne trouve pas V-ZZZ')).toHaveLength(1);
    await ward.types('vigile', 'confirmer');
    expect(said(ward, 'vigile', 'Il me faut le code')).toHaveLength(1);
    await ward.close();
  });

  it('is asked for again each working day at nine, until it is given', async () => {
    const ward = await both(); // Monday 12 January 2026
    await asks(ward, 'A40', 9, merge);
    const reminders = (): number => said(ward, 'vigile', 'Toujours à décider').length;
    await ward.until(paris(2026, 1, 13, 8, 59));
    expect(reminders()).toBe(0);
    await ward.until(paris(2026, 1, 13, 9));
    expect(reminders()).toBe(1);
    await ward.until(paris(2026, 1, 18, 23));
    expect(reminders()).toBe(4); // Friday, then nobody on Saturday and Sunday
    await ward.types('vigile', `refuser ${codeFor(ward)}`);
    await ward.until(paris(2026, 1, 23, 12));
    expect(reminders()).toBe(4);
    await ward.close();
  });

  it('leaves a trail: asked, decided, by whom', async () => {
    const ward = await both();
    await asks(ward, 'A40', 9, merge);
    const code = codeFor(ward);
    await ward.types('vigile', `confirmer ${code}`);
    const trail = (await ward.store.audit(500)).filter((row) => row.subject === code);
    expect(trail.map(({ actor, action }) => [actor, action])).toEqual([
      ['source:ch-val', 'proposal:merge'],
      ['vigile', 'proposal:merge:confirmed'],
    ]);
    await ward.close();
  });
});
