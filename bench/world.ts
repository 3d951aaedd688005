/**
 * What every subject stands on: one real Synapse, one who watches, the floor's rooms, a Relais with encrypted rooms and
 * one with clear rooms. Rooms are made at about 12 per second, so the folder is kept under .relais/bench and used again.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { provision } from '../bot/matrix/provision.ts';
import { type Homeserver, startHomeserver } from '../demo/homeserver.ts';
import type { ClientRoom } from './client.ts';
import { type Contents, contentsOf } from './contents.ts';
import { openFloor, type Floor } from './floor.ts';
import { type Installation, PASSWORD, install, quiet, serve } from './installation.ts';
import { hl7 } from './messages.ts';
import { openWatcher, type Watcher } from './watcher.ts';
import { freePort } from '../demo/free-port.ts';

export type World = {
  homeserver: Homeserver;
  folder: string;
  watcher: Watcher;
  /** Directory of the reader's account: who watches may also speak. */
  reader: string;
  floor: Floor;
  /** What the floor says: the same as Relais. */
  contents: Contents;
  floorRooms: ClientRoom[];
  encrypted: Installation;
  clear: Installation;
  close(): Promise<void>;
};

type Kept = { port: number; floorRooms: ClientRoom[]; encrypted: Installation; clear: Installation };

type Progress = (line: string) => void;

/** @param rooms how many rooms each of the four has (floor and Relais, clear and encrypted) */
export async function openWorld(folder: string, rooms: number, onProgress: Progress): Promise<World> {
  const marker = join(folder, `made-${rooms}.json`);
  const isNew = !existsSync(marker);
  if (isNew) await rm(folder, { recursive: true, force: true }); // cut off before its end, or of another size
  await mkdir(folder, { recursive: true });
  const port = isNew ? await freePort() : (JSON.parse(await readFile(marker, 'utf8')) as Kept).port;
  const homeserver = await startHomeserver({ directory: join(folder, 'homeserver'), port, onProgress });
  const reader = join(folder, 'reader');
  if (isNew) await makeAccounts(homeserver, reader, onProgress);
  const watcher = await openWatcher(homeserver.url, { user: 'lecteur', password: PASSWORD });
  const floorFolder = join(folder, 'floor');
  await rm(floorFolder, { recursive: true, force: true }); // of a run that was cut off
  await mkdir(floorFolder);
  const floor = await openFloor(homeserver.url, { user: 'plancher', password: PASSWORD }, floorFolder, watcher.userId);
  const kept = isNew
    ? await seed({ homeserver, folder, rooms, port, floor, watcher, onProgress })
    : (JSON.parse(await readFile(marker, 'utf8')) as Kept);
  if (isNew) await writeFile(marker, JSON.stringify(kept));
  return {
    homeserver,
    folder,
    watcher,
    reader,
    floor,
    contents: await contentsOf(Date.now()),
    ...kept,
    close: async () => {
      await watcher.stop();
      floor.close();
      await homeserver.stop();
    },
  };
}

async function makeAccounts(homeserver: Homeserver, reader: string, onProgress: Progress): Promise<void> {
  for (const user of ['lecteur', 'second', 'plancher', 'relais', 'relais-clair', 'relais-mille'])
    await homeserver.register(user, PASSWORD);
  onProgress('provisioning the reader');
  await provision({ homeserver: homeserver.url, user: 'lecteur', password: PASSWORD, directory: reader });
}

async function seed(given: {
  homeserver: Homeserver;
  folder: string;
  rooms: number;
  port: number;
  floor: Floor;
  watcher: Watcher;
  onProgress: Progress;
}): Promise<Kept> {
  const { homeserver, folder, rooms, port, floor, watcher, onProgress } = given;
  const floorRooms: ClientRoom[] = [];
  for (const encrypted of [false, true])
    for (let n = 0; n < rooms; n += 1) {
      if (n % 10 === 0) onProgress(`floor: ${encrypted ? 'encrypted' : 'clear'} room ${n} of ${rooms}`);
      floorRooms.push(await floor.createRoom(`floor-${encrypted}-${n}`, encrypted));
    }
  const made = async (name: string, encrypted: boolean): Promise<Installation> => {
    const installation: Installation = {
      name,
      folder: join(folder, name),
      bot: `@${name}:${homeserver.serverName}`,
      port: await freePort(),
      patients: rooms,
      encrypted,
    };
    await install(installation, homeserver.url, watcher.userId);
    await admitAll(installation, onProgress);
    return installation;
  };
  return {
    port,
    floorRooms,
    encrypted: await made('relais', true),
    clear: await made('relais-clair', false),
  };
}

/** Every patient is admitted, so that every room is made. */
export async function admitAll(installation: Installation, onProgress: Progress): Promise<void> {
  const serving = await serve(installation);
  for (let patient = 0; patient < installation.patients; patient += 1)
    await serving.post(hl7({ trigger: 'A01', patient, visit: 'SEED' }, Date.now()));
  let said = 0;
  await quiet(serving, (pending) => {
    if (performance.now() - said < 2_000) return;
    said = performance.now();
    onProgress(`${installation.name}: ${installation.patients} rooms, ${pending} messages still wait`);
  });
  await serving.stop();
}
