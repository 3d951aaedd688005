/** What becomes of rooms: replaced, lost, entered by strangers, closed and begun again. */
import { describe, expect, it } from 'vitest';
import { TransportFailure } from '../../care/relay/transport.ts';
import { admitted, PATIENT, transfer } from './patient-room.ts';
import { openWard, paris, type Ward } from './stage.ts';

const COORD = '@coord:test';

const pausedBecause = async (ward: Ward, ref: string): Promise<string | undefined> =>
  (await ward.store.outbox.lanes()).find((lane) => lane.room === ref)?.paused;

describe('a room that is replaced', () => {
  it('is followed by the record: what comes next is said in the new one, in a thread of its own', async () => {
    const { ward, roomId, ref } = await admitted();
    const next = ward.transport.replace(roomId, COORD, { encrypted: true, askIn: true });
    await ward.settle();
    expect((await ward.store.rooms.get(ref))?.matrixId).toBe(next);
    expect(ward.transport.rooms.get(roomId)?.members.has('@relais:transcript')).toBe(false);
    await transfer(ward, 'MV2', 9);
    const said = ward.transport.rooms.get(next)?.events.filter((e) => e.sender === '@relais:transcript') ?? [];
    expect(said.map((e) => String(e.content['body']).slice(0, 20))).toEqual([
      expect.stringContaining('Hospitalisé'),
      expect.stringContaining('Changement'),
    ]);
    // The card opens a new thread: the old root is an event of another room.
    expect(said[0]?.content['m.relates_to']).toBeUndefined();
    expect(said[1]?.content['m.relates_to']).toMatchObject({ event_id: said[0]?.event_id });
    expect(await pausedBecause(ward, ref)).toBeUndefined();
    await ward.close();
  });

  it('waits for the invitation when it comes after, and goes on by itself', async () => {
    const { ward, roomId, ref } = await admitted();
    const next = ward.transport.replace(roomId, COORD, { encrypted: true, askIn: false });
    await ward.settle();
    await transfer(ward, 'MV2', 9);
    expect(await pausedBecause(ward, ref)).toContain('replaced-not-invited');
    expect(ward.bodies('coord').at(-1)).toContain('Invitez-moi dans le nouveau salon');
    ward.transport.askIn(next, COORD);
    await ward.settle();
    expect(await pausedBecause(ward, ref)).toBeUndefined();
    expect(ward.transport.rooms.get(next)?.events.filter((e) => e.sender === '@relais:transcript')).toHaveLength(2);
    await ward.close();
  });

  it('is followed later when the homeserver does not answer at that moment', async () => {
    const { ward, roomId, ref } = await admitted();
    const look = ward.transport.look.bind(ward.transport);
    ward.transport.look = async () => {
      throw new TransportFailure('transient', 'away');
    };
    const next = ward.transport.replace(roomId, COORD, { encrypted: true, askIn: true });
    await ward.settle();
    expect((await ward.store.rooms.get(ref))?.matrixId).toBe(roomId);
    ward.transport.look = look;
    await ward.settle();
    expect((await ward.store.rooms.get(ref))?.matrixId).toBe(next);
    expect(await ward.store.inbox.count('quarantined')).toBe(0);
    await ward.close();
  });

  it('is never followed into clear text', async () => {
    const { ward, roomId, ref } = await admitted();
    const next = ward.transport.replace(roomId, COORD, { encrypted: false, askIn: true });
    await ward.settle();
    await transfer(ward, 'MV2', 9);
    expect(ward.transport.rooms.get(next)?.events.filter((e) => e.sender === '@relais:transcript')).toEqual([]);
    expect(ward.transport.rooms.get(next)?.members.has('@relais:transcript')).toBe(false);
    expect(await pausedBecause(ward, ref)).toContain('replaced-in-clear');
    expect(ward.bodies('coord').filter((b) => b.includes('non chiffré'))).toHaveLength(1);
    expect(ward.bodies('coord').join('\n')).not.toMatch(PATIENT);
    await ward.close();
  });

  it.each([
    ['by somebody who coordinates nothing', { by: '@mt:test' }],
    ['by a room that does not know of it', { by: COORD, predecessor: '!elsewhere:transcript' }],
  ])('is not followed when it is replaced %s', async (_, { by, ...how }) => {
    const { ward, roomId, ref } = await admitted();
    ward.transport.replace(roomId, by, { encrypted: true, askIn: true, ...how });
    await ward.settle();
    expect((await ward.store.rooms.get(ref))?.matrixId).toBe(roomId);
    expect(await pausedBecause(ward, ref)).toContain('replaced-in-doubt');
    await ward.store.outbox.resumeLane(ref); // somebody looked: the old room is the right one
    await transfer(ward, 'MV2', 9);
    expect(ward.bodies('mt').at(-1)).toContain('Changement de service');
    await ward.close();
  });
});

describe('a bot that is put out', () => {
  it.each(['leave', 'ban'] as const)(
    'says so once, keeps what waits, and goes on when it is asked back (%s)',
    async (how) => {
      const { ward, roomId, ref } = await admitted();
      ward.transport.putOut(roomId, '@idel:test', how);
      await ward.settle();
      await transfer(ward, 'MV2', 9);
      await transfer(ward, 'MV3', 10);
      expect(await pausedBecause(ward, ref)).toMatch(/^(removed|banned) by @idel:test$/);
      const told = ward.bodies('coord').filter((b) => b.includes('retiré') || b.includes('exclu'));
      expect(told).toHaveLength(1);
      expect(told[0]).toContain(`relais lane retry ${ref}`);
      expect(told[0]).not.toMatch(PATIENT);
      ward.transport.askIn(roomId, COORD);
      await ward.settle();
      expect(await pausedBecause(ward, ref)).toBeDefined();
      await ward.store.outbox.resumeLane(ref);
      await ward.settle();
      expect(ward.bodies('mt').filter((b) => b.startsWith('Changement'))).toHaveLength(2);
      await ward.close();
    },
  );

  it('is back in a direct room as soon as its person asks', async () => {
    const ward = await openWard();
    await ward.types('mt', 'aide');
    const first = (await ward.store.rooms.get('direct:@mt:test'))?.matrixId ?? '';
    ward.transport.putOut(first, '@mt:test', 'leave');
    await ward.settle();
    const second = ward.transport.invite1to1('@mt:test');
    await ward.settle();
    expect((await ward.store.rooms.get('direct:@mt:test'))?.matrixId).toBe(second);
    expect(await pausedBecause(ward, 'direct:@mt:test')).toBeUndefined();
    await ward.close();
  });
});

describe('somebody who is not expected', () => {
  it('gets no key of what is said next in a patient’s room', async () => {
    const { ward, roomId } = await admitted();
    await ward.joins(roomId, '@inconnu:ailleurs');
    await transfer(ward, 'MV2', 9);
    expect(ward.bodies('mt').at(-1)).toContain('Changement de service');
    expect(ward.readBy('@inconnu:ailleurs')).toEqual([]);
    await ward.close();
  });

  it('is reported once to the identity desk, without the patient, and audited', async () => {
    const { ward, roomId } = await admitted();
    for (let n = 0; n < 2; n += 1) await ward.joins(roomId, '@inconnu:ailleurs');
    const reports = ward.bodies('coord').filter((b) => b.includes('@inconnu:ailleurs'));
    expect(reports).toHaveLength(1);
    expect(reports[0]).not.toMatch(PATIENT);
    expect((await ward.store.audit(50)).filter((row) => row.action === 'join-unexpected')).toHaveLength(1);
    await ward.close();
  });
});

describe('a direct room, where patients are named too', () => {
  it('gives its keys to its person alone, whoever is let in', async () => {
    const ward = await openWard();
    await ward.types('mt', 'aide');
    const roomId = (await ward.store.rooms.get('direct:@mt:test'))?.matrixId ?? '';
    await ward.joins(roomId, '@inconnu:ailleurs');
    await ward.types('mt', 'annuaire dermato');
    expect(ward.bodies('mt').at(-1)).toMatch(/dermato/i);
    expect(ward.readBy('@inconnu:ailleurs').filter(({ roomId: where }) => where === roomId)).toEqual([]);
    await ward.close();
  });

  it('hears its person alone: somebody else’s answer would be read there', async () => {
    const ward = await openWard();
    await ward.types('mt', 'aide');
    const roomId = (await ward.store.rooms.get('direct:@mt:test'))?.matrixId ?? '';
    await ward.joins(roomId, '@idel:test');
    const before = ward.bodies('mt').length;
    await ward.says(roomId, '@idel:test', 'demandes');
    await ward.says(roomId, '@inconnu:ailleurs', 'demandes');
    expect(ward.bodies('mt')).toHaveLength(before);
    await ward.close();
  });

  it('is never a room where somebody else is already', async () => {
    const ward = await openWard();
    const asked = ward.transport.invite1to1('@mt:test');
    ward.transport.accept(asked, '@inconnu:ailleurs');
    await ward.settle();
    const own = (await ward.store.rooms.get('direct:@mt:test'))?.matrixId;
    expect(own).toBeTruthy();
    expect(own).not.toBe(asked);
    expect(ward.transport.rooms.get(asked)?.members.has('@relais:transcript')).toBe(false);
    expect(ward.bodies('mt').at(-1)).toContain('Bonjour');
    expect(ward.readBy('@inconnu:ailleurs')).toEqual([]);
    await ward.close();
  });

  const leaves = async (ward: Ward, roomId: string, userId: string): Promise<void> => {
    ward.transport.type(roomId, userId, { membership: 'leave' }, { type: 'm.room.member', stateKey: userId });
    await ward.transport.remove(roomId, userId);
    await ward.settle();
  };

  it('calls back who has left it, when there is something to say to them', async () => {
    const ward = await openWard();
    await ward.types('cardio2', 'aide');
    const roomId = (await ward.store.rooms.get('direct:@cardio2:test'))?.matrixId ?? '';
    await leaves(ward, roomId, '@cardio2:test');
    await ward.types('mt', 'avis cardio ECG douteux avant certificat de sport, 17 ans, sans urgence');
    await ward.until(paris(2026, 1, 13, 18));
    expect(ward.bodies('cardio2').join('\n')).toContain('Délai atteint');
    expect(ward.transport.rooms.get(roomId)?.members.get('@cardio2:test')).toBe('join');
    await ward.close();
  });

  it('is the new one of who has left the old one', async () => {
    const ward = await openWard();
    await ward.types('mt', 'aide');
    const first = (await ward.store.rooms.get('direct:@mt:test'))?.matrixId ?? '';
    await leaves(ward, first, '@mt:test');
    const second = ward.transport.invite1to1('@mt:test');
    await ward.settle();
    expect((await ward.store.rooms.get('direct:@mt:test'))?.matrixId).toBe(second);
    expect(ward.readBy('@mt:test').at(-1)?.roomId).toBe(second);
    expect(ward.transport.rooms.get(first)?.members.has('@relais:transcript')).toBe(false);
    await ward.close();
  });
});
