/** What becomes of rooms: replaced, lost, entered by strangers, closed and begun again. */
import { describe, expect, it } from 'vitest';
import type { Person } from '../../care/people/person.ts';
import { decideRooms, planRooms, territoryRooms } from '../../care/relay/room-plan.ts';
import { openWard, paris, ts, type Ward } from './stage.ts';

const COORD = '@coord:test';

/** A ward whose patient has a room, and what was said there so far. */
async function admitted(
  options: Parameters<typeof openWard>[0] = {},
): Promise<{ ward: Ward; roomId: string; ref: string }> {
  const ward = await openWard(options);
  await ward.adt('A01');
  const [room] = (await ward.store.rooms.list()).filter((r) => r.kind === 'patient');
  return { ward, roomId: room?.matrixId ?? '', ref: room?.ref ?? '' };
}

const transfer = (ward: Ward, movement: string, hour: number): Promise<string> =>
  ward.adt('A02', { ZBE: { 1: movement }, EVN: { 2: ts(2026, 1, 12, hour, 20) } });

const pausedBecause = async (ward: Ward, ref: string): Promise<string | undefined> =>
  (await ward.store.outbox.lanes()).find((lane) => lane.room === ref)?.paused;

/** The patient of the fixtures, as no report may name her. */
const PATIENT = /INVENTEE|FICTIVE|Lucie|00700123|1961/;

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

describe('the end of a patient’s room', () => {
  const discharge = (ward: Ward): Promise<string> =>
    ward.adt('A03', {
      ZBE: { 1: 'MV7', 2: ts(2026, 1, 13, 11) },
      EVN: { 2: ts(2026, 1, 13, 11), 6: ts(2026, 1, 13, 11) },
    });
  const comesBack = (ward: Ward, day: number): Promise<string> =>
    ward.adt('A01', {
      PV1: { 19: 'V-NEXT' },
      ZBE: { 1: 'MV20', 2: ts(2026, 2, day, 15) },
      EVN: { 2: ts(2026, 2, day, 15), 6: ts(2026, 2, day, 15) },
    });

  it('comes thirty days after the last stay, with a last notice; the next admission opens the next generation', async () => {
    const { ward, roomId, ref } = await admitted();
    await ward.until(paris(2026, 1, 13, 11, 5));
    await discharge(ward);
    await ward.until(paris(2026, 2, 12, 9, 59));
    expect((await ward.store.rooms.get(ref))?.state).toBe('open');
    await ward.until(paris(2026, 2, 12, 10));
    expect((await ward.store.rooms.get(ref))?.state).toBe('closed');
    const last = ward.transport.rooms.get(roomId)?.events.findLast((e) => e.type === 'm.room.message');
    expect(last?.content['msgtype']).toBe('m.notice');
    expect(last?.content['body']).toContain('Ce salon se termine');
    expect(ward.transport.rooms.get(roomId)?.members.has('@relais:transcript')).toBe(false);
    await ward.until(paris(2026, 2, 13, 15, 5));
    await comesBack(ward, 13);
    const room = await ward.store.rooms.get(ref);
    expect(room).toMatchObject({ generation: 2, state: 'open' });
    expect(room?.matrixId).not.toBe(roomId);
    expect(ward.bodies('mt').at(-1)).toContain('Entrée à l’hôpital');
    // Nobody in the new room has missed anything: no summary.
    expect(ward.bodies('mt').filter((b) => b.startsWith('Résumé'))).toEqual([]);
    await ward.close();
  });

  it('does not come while the patient is back in hospital', async () => {
    const { ward, ref } = await admitted();
    await ward.until(paris(2026, 1, 13, 11, 5));
    await discharge(ward);
    await ward.until(paris(2026, 2, 2, 15, 5));
    await comesBack(ward, 2);
    await ward.until(paris(2026, 4, 1, 12));
    expect(await ward.store.rooms.get(ref)).toMatchObject({ generation: 1, state: 'open' });
    await ward.close();
  });

  it('waits for a request that was asked in the room', async () => {
    const { ward, roomId, ref } = await admitted();
    await ward.until(paris(2026, 1, 13, 11, 5));
    await discharge(ward);
    await ward.until(paris(2026, 2, 11, 9));
    await ward.says(roomId, '@mt:test', '!avis cardio ECG douteux avant certificat de sport, 17 ans');
    const code = /D-\w{3}/.exec(ward.bodies('mt').join('\n'))?.[0] ?? '';
    await ward.until(paris(2026, 2, 12, 10));
    expect((await ward.store.rooms.get(ref))?.state).toBe('open');
    await ward.types('mt', `annuler ${code}`);
    await ward.until(paris(2026, 2, 13, 10));
    expect((await ward.store.rooms.get(ref))?.state).toBe('closed');
    await ward.close();
  });

  it('is called off by an admission between the last notice and the leaving', async () => {
    const { ward, roomId, ref } = await admitted();
    await ward.until(paris(2026, 1, 13, 11, 5));
    await discharge(ward);
    await ward.until(paris(2026, 2, 12, 9));
    await ward.store.outbox.pauseLane(ref, 'test');
    await ward.until(paris(2026, 2, 12, 15, 5));
    await comesBack(ward, 12);
    await ward.store.outbox.resumeLane(ref);
    await ward.settle();
    expect(await ward.store.rooms.get(ref)).toMatchObject({ matrixId: roomId, state: 'open' });
    expect(ward.bodies('mt').at(-1)).toContain('Entrée à l’hôpital');
    await ward.close();
  });
});

describe('an account that the deployment does not let in', () => {
  it('is not invited: the others read everything, and the coordination is told once', async () => {
    const foreign = {
      id: 'externe',
      matrix: '@externe:ailleurs',
      name: 'Dr externe',
      role: 'medecin' as const,
      groups: [],
    };
    const { ward, roomId } = await admitted({
      access: { accessRule: 'restricted', allowedServers: ['test'] },
      persons: [foreign],
      team: ['mt', 'externe'],
    });
    await transfer(ward, 'MV2', 9);
    expect([...(ward.transport.rooms.get(roomId)?.members.keys() ?? [])]).toEqual(['@relais:transcript', '@mt:test']);
    expect(ward.bodies('mt').at(-1)).toContain('Changement de service');
    const told = ward.bodies('coord').filter((b) => b.includes('@externe:ailleurs'));
    expect(told).toHaveLength(1);
    expect(told[0]).not.toMatch(PATIENT);
    expect(await ward.store.files.find('room-watch', 'not-invited')).toHaveLength(1);
    await ward.close();
  });
});

describe('territory rooms and spaces', () => {
  const cambresis = [{ id: 'cambresis', name: 'Cambrésis' }];
  const member = (id: string): Person => ({
    id,
    matrix: `@${id}:test`,
    name: id,
    role: 'medecin',
    groups: [],
    territory: 'cambresis',
  });
  const apply = async (ward: Ward, persons: Person[]): Promise<string[]> => {
    const changes = await planRooms(ward.store, territoryRooms(cambresis, persons));
    const decision = await decideRooms(ward.store, changes);
    if (decision) await ward.store.commit(decision, ward.now());
    return changes.map((change) => change.do);
  };

  it('are written down by the command line, made by the server, and then there is nothing to do', async () => {
    const ward = await openWard();
    expect(await apply(ward, [member('a'), member('b')])).toEqual(['make', 'make']);
    expect(ward.transport.rooms.size).toBe(0);
    expect(await apply(ward, [member('a'), member('b')])).toEqual(['none', 'none']);
    await ward.settle();
    const room = await ward.store.rooms.get('territory:cambresis');
    const space = await ward.store.rooms.get('space:cambresis');
    expect(room).toMatchObject({ encrypted: true, state: 'open', name: 'Cambrésis' });
    const child = ward.transport.rooms.get(space?.matrixId ?? '')?.events.findLast((e) => e.type === 'm.space.child');
    expect(child?.state_key).toBe(room?.matrixId);
    expect(ward.transport.rooms.get(space?.matrixId ?? '')?.spec).toMatchObject({ space: true, encrypted: false });
    expect(await apply(ward, [member('a'), member('b')])).toEqual(['none', 'none']);
    expect(await ward.store.files.find('room-watch', 'room-sync')).toEqual([]);
    await ward.close();
  });

  it('follow the people of the configuration: who comes is invited, who leaves is put out', async () => {
    const ward = await openWard();
    await apply(ward, [member('a'), member('b')]);
    await ward.settle();
    expect(await apply(ward, [member('b'), member('c')])).toEqual(['change', 'change']);
    await ward.settle();
    const room = await ward.store.rooms.get('territory:cambresis');
    const members = [...(ward.transport.rooms.get(room?.matrixId ?? '')?.members.keys() ?? [])];
    expect(members).toEqual(['@relais:transcript', '@b:test', '@c:test']);
    await ward.close();
  });
});
