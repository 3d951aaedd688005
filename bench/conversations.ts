/** Several askers, each in a direct room with Relais and in one of the same making with an echo bot: encrypted, and in clear. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Asker, openAsker } from './asker.ts';
import type { ClientRoom } from './client.ts';
import { syntheticRpps } from './directory-rows.ts';
import type { EchoOrder } from './echo-bot.ts';
import { type Installation, PASSWORD, install, type Serving, serve } from './installation.ts';
import { freePort } from '../demo/free-port.ts';
import type { World } from './world.ts';

export type Side = 'echo' | 'relais';
type Kind = 'clear' | 'encrypted';

export type Conversations = {
  askers: readonly Asker[];
  roomOf: (asker: Asker, kind: Kind, side: Side) => ClientRoom;
  close(): Promise<void>;
};

const ROWS = 100_000;
const SLOTS = join(import.meta.dirname, '..', 'demo', 'data', 'creneaux.yaml');

/** Everybody is new to everybody: no run depends on an earlier one. @param run lower-case letters and digits, never used before */
export async function openConversations(
  world: World,
  many: number,
  run: string,
  onProgress: (line: string) => void,
): Promise<Conversations> {
  const { homeserver, watcher } = world;
  const folder = join(world.folder, 'conversations');
  await rm(folder, { recursive: true, force: true }); // of a run that was cut off
  await mkdir(folder);
  const rpps = await syntheticRpps(world.folder, ROWS, onProgress);
  onProgress(`${many} askers make themselves known`);
  const askers: Asker[] = [];
  for (let n = 0; n < many; n += 1) askers.push(await openAsker(homeserver, `demandeur-${run}-${n}`));
  const rooms = new Map<string, ClientRoom>();
  const keyOf = (asker: Asker, kind: Kind, side: Side): string => `${asker.userId} ${kind} ${side}`;
  const roomOf: Conversations['roomOf'] = (asker, kind, side) => {
    const room = rooms.get(keyOf(asker, kind, side));
    if (!room) throw new Error('this asker has not met this bot');
    return room;
  };

  const echoUser = await homeserver.register(`echo-${run}`, PASSWORD);
  const echo = await startEcho(homeserver.url, echoUser, folder);
  const servings: Serving[] = [];
  for (const kind of ['clear', 'encrypted'] as const) {
    const encrypted = kind === 'encrypted';
    const name = `ordres-${run}-${kind}`;
    const bot = await homeserver.register(name, PASSWORD);
    const installation: Installation = {
      ...{ name, bot, encrypted, folder: join(folder, name), port: await freePort(), patients: 0 },
    };
    const config = { directory: { rpps }, slots: SLOTS };
    await install(installation, homeserver.url, watcher.userId, { people: askers.map((a) => a.userId), config });
    servings.push(await serve(installation));
    onProgress(`${kind}: the askers meet both bots`);
    await Promise.all(
      askers.map(async (asker) => {
        rooms.set(keyOf(asker, kind, 'relais'), { id: await asker.meet(bot), encrypted, others: [bot] });
      }),
    );
    for (const [n, asker] of askers.entries()) {
      const order = { alias: `echo-${run}-${kind}-${n}`, encrypted, member: asker.userId };
      const [made] = await Promise.all([echo.make(order), asker.nextRoom()]);
      rooms.set(keyOf(asker, kind, 'echo'), { id: made.id, encrypted, others: [echo.userId] });
      // One after the other, until the directory is there: the keys of every room are shared before anything is timed.
      while (!/Lille/.test((await asker.ask(roomOf(asker, kind, 'relais'), 'annuaire lille')).body)) await pause(1_000);
      await asker.ask(roomOf(asker, kind, 'echo'), 'annuaire lille');
    }
  }
  return {
    askers,
    roomOf,
    async close() {
      for (const asker of askers) await asker.close();
      await echo.close();
      for (const serving of servings) await serving.stop();
      await rm(folder, { recursive: true });
    },
  };
}

type Echo = { userId: string; make(order: EchoOrder): Promise<ClientRoom>; close(): Promise<void> };

async function startEcho(homeserver: string, userId: string, folder: string): Promise<Echo> {
  const child: ChildProcess = fork(new URL('./echo-bot.ts', import.meta.url), [homeserver, userId, folder]);
  const next = async <T>(): Promise<T> => ((await once(child, 'message')) as [T])[0];
  await next();
  return {
    userId,
    make: (order) => {
      const made = next<ClientRoom>();
      child.send(order);
      return made;
    },
    async close() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
