/** A morning of the operator: every command beside a running server, each in a process of its own. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bodyOf, roomNamed } from '../../demo/cast.ts';
import type { Persona } from '../../demo/client.ts';
import { runCli } from '../support/cli.ts';
import { type FaultProxy, openFaultProxy } from '../support/fault-proxy.ts';
import { eventually, useHomeserver } from '../support/homeserver.ts';
import { clearMessages, encryptedMessages, searchFiles } from '../support/leaks.ts';
import {
  minuteOf,
  movement,
  nameOf,
  openServed,
  roomOf,
  type PersonEntry,
  type Served,
  transfersRead,
} from '../support/served.ts';

const IPP = '60001';
const ALONE = '60002';
const bench = useHomeserver();
let proxy: FaultProxy;
let served: Served;
let [claire, sophie, camille] = [] as unknown as [Persona, Persona, Persona];
let people: PersonEntry[];

beforeAll(async () => {
  proxy = await openFaultProxy(bench.homeserver.url);
  claire = await bench.persona('claire');
  sophie = await bench.persona('sophie');
  camille = await bench.persona('camille');
  people = [
    { id: 'claire', matrix: claire.userId, name: 'Dr Claire Modèle', role: 'medecin-traitant' },
    { id: 'sophie', matrix: sophie.userId, name: 'Sophie Exemple', role: 'infirmier' },
    { id: 'camille', matrix: camille.userId, name: 'Camille Coord', role: 'coordinateur' },
  ];
  const teams = [{ ipp: IPP, members: ['claire', 'sophie'] }];
  served = await openServed(bench, 'operated', { people, teams, homeserver: proxy.url });
  await served.relais.start();
});
afterAll(async () => {
  await served.relais.stop();
  await proxy.stop();
});

/** What the command prints. @throws Error when it fails */
const relais = (...args: string[]): Promise<string> => served.relais.command(args);

const laneOf = async (): Promise<{ room: string; line: string } | undefined> => {
  const line = (await relais('lane', 'list')).split('\n').find((one) => one.includes('PAUSED'));
  return line === undefined ? undefined : { room: line.split(' ')[0] ?? '', line };
};

/** The next messages of rooms are refused so; the room's making and the rest pass. */
function refuses(status: number, errcode: string): void {
  proxy.rule = ({ send }) => (send ? { answer: { status, body: { errcode, error: 'no' } } } : undefined);
}

it('rooms plan | apply: the territory’s room comes, and a second time there is nothing to do', async () => {
  expect(await relais('rooms', 'plan')).toMatch(/\+ territory:demo "Démonstration": to be made/);
  expect(await relais('rooms', 'apply')).toContain('the running server carries it out now');
  await claire.until('the territory’s room', () => roomNamed(claire, 'Démonstration') !== undefined);
  await eventually(async () => ((await relais('rooms', 'plan')).includes('Nothing to do.') ? true : undefined));
});

it('no-team: who has nobody is listed for the ward', async () => {
  expect(await relais('no-team')).toContain('Everybody has a team');
  await served.acknowledged(movement(ALONE, 'A01', 0));
  await served.acknowledged(movement(IPP, 'A01', 0));
  await claire.until('the room', () => roomOf(claire, served.bot, IPP) !== undefined);
  await served.relais.quiet(0);
  expect(await relais('no-team')).toMatch(new RegExp(`${nameOf(ALONE)}.*IPP ${ALONE}, CH_MODELE`));
});

it('lane list | skip | retry: a room that refuses stops visibly, and goes on when it is told to', async () => {
  refuses(403, 'M_FORBIDDEN');
  await served.acknowledged(movement(IPP, 'A02', 1));
  const lane = await eventually(laneOf);
  expect(lane.line).toMatch(/patient:\S+ {2}2 waiting {2}PAUSED: .*403 M_FORBIDDEN/);
  expect(await runCli(['lane', 'retry', 'patient:nobody', '-c', served.config], served.env)).toMatchObject({ code: 1 });
  proxy.rule = undefined;
  const skipped = /^(\S+) is put aside/.exec(await relais('lane', 'skip', lane.room))?.[1] ?? '';
  await claire.until('the next one', () => transfersRead(claire, served.bot, IPP).length === 1);
  expect(await relais('quarantine', 'list')).toContain(`${skipped}  delivery to ${lane.room}  skipped by operator`);

  refuses(403, 'M_FORBIDDEN');
  await served.acknowledged(movement(IPP, 'A02', 2));
  await eventually(laneOf);
  proxy.rule = undefined;
  expect(await relais('lane', 'retry', lane.room)).toContain('starts again, 2 waiting');
  await claire.until('both', () => transfersRead(claire, served.bot, IPP).length === 2);
  expect(transfersRead(claire, served.bot, IPP)).toEqual([minuteOf(1), minuteOf(2)]);
  expect(await relais('lane', 'list')).toContain('Nothing waits');
  expect(await relais('quarantine', 'drop', skipped)).toContain('will never be sent');
});

it('quarantine list | show | replay | drop: of a delivery and of an envelope', async () => {
  let refused = 0;
  proxy.rule = ({ send }) => {
    if (!send || refused === 2) return undefined;
    refused += 1;
    return { answer: { status: 413, body: { errcode: 'M_TOO_LARGE', error: 'no' } } };
  };
  await served.acknowledged(movement(IPP, 'A02', 3)); // a card and its fact: both are refused
  const listed = await eventually(async () => {
    const lines = (await relais('quarantine', 'list')).split('\n').filter((line) => line.includes('delivery to'));
    return lines.length === 2 ? lines : undefined;
  });
  expect(listed.join('\n')).toMatch(/413 M_TOO_LARGE/);
  const shown = await Promise.all(listed.map((line) => relais('quarantine', 'show', line.split(' ')[0] ?? '')));
  const fact = shown.findIndex((text) => text.includes('"kind": "stay-fact"'));
  expect(shown[fact]).toContain('Changement de service');
  expect(shown[fact]).toContain(nameOf(IPP));
  const [replayed, dropped] = [listed[fact], listed[1 - fact]].map((line) => line?.split(' ')[0] ?? '');
  expect(await relais('quarantine', 'replay', replayed ?? '')).toContain('will be sent again');
  await claire.until('it', () => transfersRead(claire, served.bot, IPP).includes(minuteOf(3)));
  expect(await relais('quarantine', 'drop', dropped ?? '')).toContain('will never be sent');

  const strange = new TextEncoder().encode(
    new TextDecoder().decode(movement(IPP, 'A02', 4)).replaceAll('CH_MODELE', 'CH_AUTRE'),
  );
  expect((await served.relais.post(strange, '/v1/hl7v2')).body).toContain('MSA|AE');
  const line = await eventually(async () =>
    (await relais('quarantine', 'list')).split('\n').find((one) => one.includes('wrong-facility')),
  );
  const id = line.split(' ')[0] ?? '';
  expect(await relais('quarantine', 'show', id)).toMatch(/"reason": "wrong-facility"[\s\S]*MSH\|/);
  expect(await relais('quarantine', 'replay', id)).toContain('decided again');
  await served.relais.quiet(0);
  expect(await relais('quarantine', 'list')).toContain(id); // nothing was mended: it is back
  expect(await runCli(['quarantine', 'show', 'nothing', '-c', served.config], served.env)).toMatchObject({ code: 1 });
});

it('somebody taken off the équipe is out of the room at the next start, and reads nothing more', async () => {
  served.write(people, [{ ipp: IPP, members: ['claire'] }]);
  const roomId = roomOf(sophie, served.bot, IPP) ?? '';
  await served.relais.stop();
  await served.relais.start();
  await sophie.until('being out', () => sophie.membership(roomId, sophie.userId) === 'leave');
  const out = sophie.client.getRoom(roomId)?.getMember(sophie.userId)?.events.member?.getContent();
  expect(out?.['reason']).toBeUndefined();
  await served.acknowledged(movement(IPP, 'A02', 5));
  await claire.until('it', () => transfersRead(claire, served.bot, IPP).includes(minuteOf(5)));
  expect(transfersRead(sophie, served.bot, IPP)).not.toContain(minuteOf(5));
  await served.acknowledged(movement(IPP, 'A02', 6));
  await claire.until('it', () => transfersRead(claire, served.bot, IPP).includes(minuteOf(6)));
});

it('audit: every act of this morning has its row; and nothing of a patient stands in clear anywhere', async () => {
  const audit = await relais('audit', '--number', '500');
  const acts = ['rooms-apply', 'no-team:list', 'lane:skip', 'lane:retry', 'delivery:drop', 'delivery:replay'];
  for (const act of [...acts, 'quarantine:show', 'quarantine:replay', 'team-changed', 'member-removed'])
    expect(audit, act).toContain(`  ${act}  `);
  expect(audit).toContain(sophie.userId);
  expect(audit).not.toMatch(PATIENTS);

  const { url } = served.relais;
  for (const path of ['metrics', 'health/ready', 'openapi.json'])
    expect(await (await fetch(`${url}/${path}`)).text(), path).not.toMatch(PATIENTS);
  expect(await readFile(served.config, 'utf8')).not.toMatch(PATIENTS);
  const ours = searchFiles(served.folder, PATIENTS);
  expect(ours.looked).toEqual(expect.arrayContaining(['relais.log', 'relais.sqlite', 'state.sqlite']));
  const theirs = searchFiles(bench.homeserver.directory, PATIENTS);
  expect(theirs.looked).toContain('homeserver.db');
  expect([...ours.found, ...theirs.found]).toEqual([]);
  expect(clearMessages(bench.homeserver.directory)).toBe(0);
  expect(encryptedMessages(bench.homeserver.directory, served.bot)).toBeGreaterThanOrEqual(10);
  expect(claire.events.filter((e) => e.sender === served.bot && e.failure !== undefined).map(bodyOf)).toEqual([]);
});

/** As their messages write them. */
const PATIENTS = new RegExp(
  [nameOf(IPP), nameOf(ALONE), 'Zelie', '19610704', '1961-07-04', '04/07/1961'].join('|'),
  'i',
);
