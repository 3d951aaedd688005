/** One bit of one row in a real base, and the house goes on: what needs that row waits for a person, nothing else does. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyDecision } from '../../care/relay/decision.ts';
import { roomRef } from '../../care/relay/room.ts';
import { flipInFile } from '../store/flip.ts';
import { openWard, paris, POLICY, ts, type Ward } from './stage.ts';
import { HECTORS, over } from './two-patients.ts';

type Line = [level: string, message: string, fields?: unknown];

/** Lucie and Hector in hospital, each with a room; every line of the log. */
async function ward(): Promise<{ ward: Ward; flip: (...where: [string, string, string]) => void; log: Line[] }> {
  const path = join(mkdtempSync(join(tmpdir(), 'relais-damaged-')), 'relais.sqlite');
  const log: Line[] = [];
  const opened = await openWard({
    path,
    log: (...line) => {
      if (line[0] !== 'info') log.push(line);
    },
    policy: POLICY,
    persons: [{ id: 'autre', matrix: '@autre:test', name: 'Dr autre', role: 'medecin-traitant', groups: [] }],
    teams: [{ facility: 'CH_VAL', ipp: '00700999', members: ['autre'] }],
  });
  await opened.adt('A01');
  await opened.adt('A01', over(HECTORS, { ZBE: { 1: 'H1' } }));
  return { ward: opened, flip: (...where) => flipInFile(path, ...where), log };
}

const transfer = (on: Ward, hour: number, hector = false): Promise<string> => {
  const at = ts(2026, 1, 12, hour);
  const moved = { ZBE: { 1: `M${hour}${hector ? 'H' : ''}`, 2: at }, EVN: { 2: at, 6: at } };
  return on.adt('A02', hector ? over(HECTORS, moved) : moved);
};

describe('one damaged row', () => {
  it('of a patient: their messages wait, the other patient’s are said, and the log says it once', async () => {
    const { ward: on, flip, log } = await ward();
    const lucie = (await on.store.rooms.list()).find(({ members }) => members.includes('@mt:test'))?.subject ?? '';
    flip('file', 'state', `kind = 'patient' and id = '${lucie}'`);
    await on.until(paris(2026, 1, 12, 11, 30));
    const [mt, autre] = [on.bodies('mt').length, on.bodies('autre').length];
    for (const hour of [10, 11]) {
      expect(await transfer(on, hour)).toBe('AA');
      await transfer(on, hour, true);
    }
    expect(on.bodies('mt')).toHaveLength(mt);
    expect(on.bodies('autre').length).toBeGreaterThan(autre);
    const held = await on.store.inbox.list({ state: 'quarantined', limit: 9 });
    for (const { reason, detail } of held)
      expect(`${reason ?? ''}: ${detail ?? ''}`).toMatch(
        /^damaged: file:patient \d+ is a sealed row that does not open/,
      );
    expect(held).toHaveLength(2);
    expect(log).toMatchObject([['error', 'a sealed row does not open', { what: 'file:patient' }]]);
    expect(JSON.stringify(log)).not.toMatch(/INVENTEE|FICTIVE|Lucie|00700123/);
    // Put back from a backup, and replayed: nothing is missing.
    flip('file', 'state', `kind = 'patient' and id = '${lucie}'`);
    for (const { id } of held.reverse()) await on.store.inbox.replay(id);
    await on.settle();
    expect(on.bodies('mt').length).toBeGreaterThan(mt);
    expect(await on.store.inbox.count('quarantined')).toBe(0);
    await on.close();
  });

  it('of a stay whose deadline is due: the other deadlines fire, and it is not tried all day', async () => {
    const { ward: on, flip, log } = await ward();
    const plan = { PV2: { 9: ts(2026, 1, 14, 10) }, ZBE: { 1: 'P1' }, EVN: { 2: ts(2026, 1, 12, 10) } };
    await on.adt('A16', plan);
    await on.adt('A16', over(HECTORS, plan, { ZBE: { 1: 'P2' } }));
    const lucie = (await on.store.rooms.list()).find(({ members }) => members.includes('@mt:test'))?.subject ?? '';
    const patient = await on.store.files.load<{ stays: string[] }>('patient', lucie);
    flip('file', 'state', `kind = 'stay' and id = '${patient?.state.stays[0] ?? ''}'`);
    await on.until(paris(2026, 1, 14, 9));
    expect(on.bodies('autre').at(-1)).toMatch(/14/);
    expect(log).toHaveLength(1);
    const bugs = (await on.store.audit(999)).filter(({ action }) => action === 'bug');
    expect(bugs).toHaveLength(1);
    await on.close();
  });

  it('of a room: its lane stops and says why, the others go on; dropped, it goes on where it was', async () => {
    const { ward: on, flip } = await ward();
    const room = (await on.store.rooms.list()).find(({ members }) => members.includes('@mt:test'));
    if (!room) throw new Error('no room');
    flip('room', 'body', `ref = '${room.ref}'`);
    const nothing = { ...emptyDecision(), audit: [] };
    const said = { room: room.ref, ring: [], announcement: { kind: 'cannot-read' as const } };
    await on.store.commit({ ...nothing, deliveries: [said] }, on.now());
    await transfer(on, 10, true);
    const lane = (await on.store.outbox.lanes()).find((one) => one.room === room.ref);
    expect(`${lane?.pending ?? 0} ${lane?.paused ?? ''}`).toMatch(/^1 room:patient \d+ .*does not open/);
    expect(on.bodies('autre').at(-1)).toContain('service');
    await transfer(on, 11);
    expect((await on.store.inbox.list({ state: 'quarantined', limit: 9 })).map(({ reason }) => reason)).toEqual([
      'damaged',
    ]);
    const [row] = await on.store.damaged.list();
    if (row) await on.store.damaged.drop(row, { actor: 'operator', at: on.now() });
    for (const { id } of await on.store.inbox.list({ state: 'quarantined', limit: 9 })) await on.store.inbox.replay(id);
    await on.store.outbox.resumeLane(room.ref);
    await on.settle();
    expect(on.bodies('mt').at(-1)).toContain('service');
    expect(await on.store.rooms.get(room.ref)).toMatchObject({ matrixId: room.matrixId, members: room.members });
    await on.close();
  });

  it('of a request: the group’s other requests are asked, taken and listed', async () => {
    const { ward: on, flip } = await ward();
    await on.types('mt', 'avis cardio ECG douteux avant certificat de sport, 17 ans');
    await on.types('mt', 'avis cardio palpitations à l’effort depuis un mois, 40 ans');
    const codes = [
      ...new Set(
        on
          .bodies('mt')
          .join('\n')
          .match(/D-\w{3,4}/g),
      ),
    ];
    flip('file', 'state', `kind = 'request' and id = '${codes[0] ?? ''}'`);
    await on.types('cardio2', 'demandes');
    expect(on.bodies('cardio2').at(-1)).toContain(codes[1]);
    await on.types('cardio2', `prendre ${codes[1] ?? ''}`);
    expect(on.bodies('mt').at(-1)).toContain(codes[1]);
    await on.types('cardio2', `prendre ${codes[0] ?? ''}`);
    expect((await on.store.inbox.list({ state: 'quarantined', limit: 9 })).map(({ reason }) => reason)).toEqual([
      'damaged',
    ]);
    await on.until(paris(2026, 1, 20, 9));
    expect(await on.store.rooms.get(roomRef.request(codes[1] ?? ''))).toMatchObject({ state: 'open' });
    await on.close();
  });

  it('of the tidying: the rooms that end, end', async () => {
    const { ward: on, flip } = await ward();
    for (const hector of [false, true]) {
      const at = ts(2026, 1, 12, 12);
      const left = { ZBE: { 1: hector ? 'HX' : 'LX', 2: at }, EVN: { 2: at, 6: at } };
      await on.adt('A03', hector ? over(HECTORS, left) : left);
    }
    const [first, second] = (await on.store.rooms.list()).filter(({ kind }) => kind === 'patient');
    for (const ref of [first?.ref ?? '', second?.ref ?? '']) await on.store.outbox.pauseLane(ref, 'test');
    await on.until(paris(2026, 2, 12, 9));
    flip('room', 'body', `ref = '${first?.ref ?? ''}'`);
    for (const ref of [first?.ref ?? '', second?.ref ?? '']) await on.store.outbox.resumeLane(ref);
    await on.until(paris(2026, 2, 12, 11));
    expect(await on.store.rooms.get(second?.ref ?? '')).toMatchObject({ state: 'closed' });
    await on.close();
  });
});
