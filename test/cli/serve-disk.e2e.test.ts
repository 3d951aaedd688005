/** A full disk, the base's or the account's: nothing is acknowledged that is not kept, and all goes on when there is room. */
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Persona } from '../../demo/client.ts';
import { useHomeserver } from '../support/homeserver.ts';
import { minuteOf, movement, nameOf, openServed, type Served, transfersRead } from '../support/served.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';

const bench = useHomeserver();
let claire: Persona;
const disks: SmallDisk[] = [];
const running: Served[] = [];

beforeAll(async () => {
  claire = await bench.persona('claire');
});
afterAll(async () => {
  for (const { relais } of running) await relais.stop();
  for (const disk of disks) disk.unmount();
});

function smallDisk(name: string): SmallDisk {
  const disk = mountSmallDisk(bench.folder(name), 8);
  disks.push(disk);
  return disk;
}

async function started(
  name: string,
  ipp: string,
  where: { account?: string; store?: { path: string }; env?: Record<string, string> },
): Promise<Served> {
  const people = [{ id: 'claire', matrix: claire.userId, name: 'Dr Claire Modèle', role: 'medecin-traitant' }];
  const served = await openServed(bench, name, { people, teams: [{ ipp, members: ['claire'] }], ...where });
  running.push(served);
  await served.relais.start();
  await served.acknowledged(movement(ipp, 'A01', 0));
  await claire.seen((e) => e.sender === served.bot && String(e.content['body']).includes(nameOf(ipp)));
  return served;
}

const health = async (served: Served): Promise<{ status: number; says: string }> => {
  const answer = await fetch(`${served.relais.url}/health/ready`);
  return { status: answer.status, says: await answer.text() };
};

async function allRead(served: Served, ipp: string, wanted: number[]): Promise<void> {
  await claire.until('all of it', () => transfersRead(claire, served.bot, ipp).length >= wanted.length, 60_000);
  await served.relais.quiet(0);
  expect(transfersRead(claire, served.bot, ipp)).toEqual(wanted.map(minuteOf));
  expect(await served.relais.command(['quarantine', 'list'])).toContain('Nothing in quarantine');
}

describe('a full disk', () => {
  it('under the base: 503 that says why, nothing acknowledged is lost, and it goes on by itself', async () => {
    const disk = smallDisk('base');
    const ipp = '20001';
    const served = await started('full-base', ipp, { store: { path: `${disk.path}/relais.sqlite` } });
    const { relais } = served;
    const acknowledged: number[] = [];
    let refused: { status: number; body: string } | undefined;
    for (let n = 1; n <= 40 && !refused; n += 1) {
      const answer = await relais.post(movement(ipp, 'A02', n), '/v1/hl7v2');
      if (answer.status === 200) acknowledged.push(n);
      else refused = answer;
      if (n === 3) disk.fill();
    }
    expect(refused).toMatchObject({ status: 503, body: expect.stringContaining('full disk: make room') as string });
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ status: 503, title: 'Storage unavailable' });
    expect(await health(served)).toMatchObject({ status: 503, says: expect.stringContaining('full disk') as string });
    expect((await fetch(`${relais.url}/health/live`)).status).toBe(200);
    expect(await served.log()).toMatch(/"why":"the database is on a full disk: make room"/);

    disk.empty();
    const next = acknowledged.length + 1;
    await served.acknowledged(movement(ipp, 'A02', next));
    await allRead(served, ipp, [...acknowledged, next]);
    expect((await health(served)).status).toBe(200);
  });

  it('under the account: hospitals are acknowledged, health says what is waited for, then all is said once', async () => {
    const disk = smallDisk('account');
    const ipp = '20002';
    const served = await started('full-account', ipp, { account: `${disk.path}/account` });
    disk.fill();
    const numbers = [1, 2, 3, 4, 5];
    for (const n of numbers) await served.acknowledged(movement(ipp, 'A02', n));
    await expect.poll(async () => (await health(served)).says, { timeout: 30_000 }).toMatch(/waiting: .*full disk/);
    expect((await health(served)).status).toBe(503);
    expect(await served.log()).toMatch(/waiting: the (?:crypto store|account’s directory) is on a full disk/);
    disk.empty();
    await allRead(served, ipp, numbers);
    expect((await health(served)).status).toBe(200);
    const again = claire.events.filter((e) => e.sender === served.bot && e.failure !== undefined);
    expect(again).toEqual([]);
  });
});

describe('a disk that does not keep what it took', () => {
  it('ends the server with its cure; what was acknowledged before is said after the next start', async () => {
    const forgets = bench.folder('forgets');
    const preload = new URL('../support/forgetful-disk.ts', import.meta.url).href;
    const ipp = '20003';
    const env = { NODE_OPTIONS: `--import=${preload}`, FORGETS: forgets };
    const served = await started('forgetful', ipp, { env });
    const { relais } = served;
    await served.acknowledged(movement(ipp, 'A02', 1));
    writeFileSync(forgets, '');
    const refused = await relais.post(movement(ipp, 'A02', 2), '/v1/hl7v2');
    expect(refused).toMatchObject({ status: 503, body: expect.stringContaining('did not keep') as string });
    expect(await relais.ended()).toBe(1);
    expect((await served.log()).trim().split('\n').at(-1)).toMatch(
      /did not keep what was written: .*start Relais again/,
    );
    rmSync(forgets);
    await relais.start();
    await served.acknowledged(movement(ipp, 'A02', 2));
    await allRead(served, ipp, [1, 2]);
  });
});
