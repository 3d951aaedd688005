/** A thousand rooms: how long until Relais takes messages again, and what it weighs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { provision } from '../../bot/matrix/provision.ts';
import { type Installation, PASSWORD, install, quiet, roomsOf, serve } from '../installation.ts';
import { hl7 } from '../messages.ts';
import { say, table } from '../markdown.ts';
import { type Bench, label, type Section, type Target } from '../section.ts';
import { type Figure, figure } from '../stats.ts';
import { freePort } from '../../demo/free-port.ts';
import { type World, admitAll } from '../world.ts';

type Rooms = {
  rooms: number;
  /** Without a sync token: the whole of /sync is read, and on disk. */
  cold: { readyMs: Figure; syncedMs: Figure; memoryMb: Figure };
  /** As after an update: everything is known. `firstMs`: from the start to the first message sent. */
  restart: { readyMs: Figure; firstMs: Figure; memoryMb: Figure };
};

type Kept = { installation: Installation; seeded: boolean };

async function measure(bench: Bench): Promise<Rooms> {
  const { rounds, sizes, onProgress } = bench;
  const installation = await seeded(await bench.world(), sizes.manyRooms, onProgress);
  const cold = { ready: [] as number[], synced: [] as number[], memory: [] as number[] };
  const restart = { ready: [] as number[], first: [] as number[], memory: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    const known = await coldStart(installation);
    const again = await start(installation, bench.visit());
    onProgress(
      `${label(round)}: cold ready ${known.ready.toFixed(0)} ms, synced ${known.synced.toFixed(0)} ms, ${known.memory.toFixed(0)} MB; restart ready ${again.ready.toFixed(0)} ms, first message ${again.first.toFixed(0)} ms, ${again.memory.toFixed(0)} MB`,
    );
    if (round === 0) continue;
    for (const key of ['ready', 'synced', 'memory'] as const) cold[key].push(known[key]);
    for (const key of ['ready', 'first', 'memory'] as const) restart[key].push(again[key]);
  }
  return {
    rooms: sizes.manyRooms,
    cold: { readyMs: figure(cold.ready), syncedMs: figure(cold.synced), memoryMb: figure(cold.memory) },
    restart: { readyMs: figure(restart.ready), firstMs: figure(restart.first), memoryMb: figure(restart.memory) },
  };
}

/** Made once; cut off in the middle, Relais itself goes on where it was. */
async function seeded(world: World, rooms: number, onProgress: Bench['onProgress']): Promise<Installation> {
  const marker = join(world.folder, `many-${rooms}.json`);
  const keep = (kept: Kept): void => writeFileSync(marker, JSON.stringify(kept));
  if (!existsSync(marker)) {
    const installation: Installation = {
      name: 'relais-mille',
      folder: join(world.folder, `relais-mille-${rooms}`),
      bot: `@relais-mille:${world.homeserver.serverName}`,
      port: await freePort(),
      patients: rooms,
      encrypted: true,
    };
    onProgress(`${rooms} rooms are made, about 12 per second on a machine that does nothing else`);
    const { url } = world.homeserver;
    const member = await provision({
      homeserver: url,
      user: 'second',
      password: PASSWORD,
      directory: join(world.folder, 'second'),
    });
    await install(installation, url, member.userId);
    keep({ installation, seeded: false });
  }
  const kept = JSON.parse(readFileSync(marker, 'utf8')) as Kept;
  if (kept.seeded) return kept.installation;
  const open = (await roomsOf(kept.installation)).filter((room) => room !== undefined).length;
  if (open === 0) await admitAll(kept.installation, onProgress);
  else {
    const serving = await serve(kept.installation);
    await quiet(serving);
    await serving.stop();
  }
  keep({ ...kept, seeded: true });
  return kept.installation;
}

async function coldStart(installation: Installation): Promise<{ ready: number; synced: number; memory: number }> {
  const path = join(installation.folder, 'relais.sqlite');
  const base = new DatabaseSync(path);
  try {
    base.exec("delete from setting where name like 'cursor:sync:%'");
    const began = performance.now();
    const serving = await serve(installation);
    const token = base.prepare("select count(*) as n from setting where name like 'cursor:sync:%'");
    while (token.get()?.['n'] === 0) await pause(10);
    const synced = performance.now() - began;
    const memory = serving.memory();
    await serving.stop();
    return { ready: serving.readyMs, synced, memory };
  } finally {
    base.close();
  }
}

async function start(
  installation: Installation,
  visit: string,
): Promise<{ ready: number; first: number; memory: number }> {
  const began = performance.now();
  const serving = await serve(installation);
  await serving.post(hl7({ trigger: 'A01', patient: 1, visit }, Date.now()));
  await quiet(serving);
  const first = performance.now() - began;
  const memory = serving.memory();
  await serving.stop();
  return { ready: serving.readyMs, first, memory };
}

const READY_MS = 2_000;
const MEMORY_MB = 200;

export const rooms: Section = {
  name: 'rooms',
  title: 'Many rooms',
  measure: async (bench) => {
    const found = await measure(bench);
    return { figures: found, body: body(found), targets: targets(found) };
  },
};

function targets({ rooms: n, restart: { readyMs, memoryMb } }: Rooms): Target[] {
  return [
    {
      what: `${n} rooms: ready after a restart`,
      promised: '< 2 s',
      found: `${say(readyMs, 0)} ms`,
      met: readyMs.median < READY_MS,
    },
    {
      what: `${n} rooms: resident memory`,
      promised: `< ${MEMORY_MB} MB`,
      found: `${say(memoryMb, 0)} MB`,
      met: memoryMb.median < MEMORY_MB,
    },
  ];
}

function body(found: Rooms): string {
  const { cold, restart } = found;
  const rows = [
    ['cold', say(cold.readyMs, 0), `first sync on disk: ${say(cold.syncedMs, 0)}`, say(cold.memoryMb, 0)],
    ['restart', say(restart.readyMs, 0), `first message sent: ${say(restart.firstMs, 0)}`, say(restart.memoryMb, 0)],
  ];
  return `${found.rooms} encrypted patient rooms of one account. Cold: without a sync token. Ready: from the start of the process to \`/health/ready\`. Memory:
resident, after the first sync and after the first message.

${table(['', 'ready, ms', 'then, ms from the start', 'memory, MB'], rows)}`;
}
