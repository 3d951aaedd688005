/** The life of rooms: a new phone, the end and the next generation, access rules, territories. */
import { describe, expect, it, vi } from 'vitest';
import type { Person } from '../../care/people/person.ts';
import { decideRooms, planRooms, territoryRooms } from '../../care/relay/room-plan.ts';
import { admitted, PATIENT, transfer } from './patient-room.ts';
import { openWard, paris, ts, type Ward } from './stage.ts';

describe('a new phone', () => {
  it('gets one summary where it reads nothing of the past; who keeps a device gets none', async () => {
    const { ward } = await admitted();
    const summaries = (id: string): number => ward.bodies(id).filter((b) => b.startsWith('Résumé')).length;
    ward.transport.newDevice('@idel:test');
    await ward.settle();
    expect(summaries('idel')).toBe(1);
    expect(ward.bodies('idel').join('\n')).toMatch(PATIENT);
    await transfer(ward, 'MV2', 9);
    expect(ward.readBy('@mt:test').filter((h) => h.event.content['msgtype'] === 'm.text')).not.toHaveLength(0);
    expect(summaries('idel')).toBe(1);
    ward.transport.newDevice('@inconnu:ailleurs');
    await ward.settle();
    ward.transport.newDevice('@idel:test');
    await ward.settle();
    expect(summaries('idel')).toBe(1); // the third phone reads its own summary, and not that of the second
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

  it('is not worked out anew from every stay: a hundred visits cost the next one nothing', async () => {
    const { ward } = await admitted();
    await ward.until(paris(2026, 1, 13, 11, 5));
    await discharge(ward);
    const loads = vi.spyOn(ward.store.files, 'load');
    const readsOfAVisit = async (n: number): Promise<number> => {
      loads.mockClear();
      await ward.adt('A04', {
        PV1: { 2: 'O', 19: `V-VISIT-${n}` },
        ZBE: { 1: `MV-VISIT-${n}`, 2: ts(2026, 1, 14, n) },
        EVN: { 2: ts(2026, 1, 14, n), 6: ts(2026, 1, 14, n) },
      });
      return loads.mock.calls.filter(([kind]) => kind === 'stay').length;
    };
    await ward.until(paris(2026, 1, 14, 20));
    const first = await readsOfAVisit(8);
    for (const n of [9, 10, 11]) await readsOfAVisit(n);
    expect(await readsOfAVisit(12)).toBe(first);
    await ward.close();
  });

  it('is not worked out anew from every stay: a hundred sessions cost a movement nothing', async () => {
    const { ward } = await admitted();
    const loads = vi.spyOn(ward.store.files, 'load');
    const readsOfATransfer = async (movement: string, hour: number): Promise<number> => {
      loads.mockClear();
      await transfer(ward, movement, hour);
      return loads.mock.calls.filter(([kind]) => kind === 'stay').length;
    };
    const before = await readsOfATransfer('MV2', 9);
    for (const n of [1, 2, 3])
      await ward.adt('A01', {
        PV1: { 19: `V-SESSION-${n}` },
        ZBE: { 1: `MV-SESSION-${n}` },
        EVN: { 2: ts(2026, 1, 12, 9, 30 + n) },
      });
    expect(await readsOfATransfer('MV3', 10)).toBe(before);
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
