import { auditAct, type Environment, withStore } from './configured.ts';

/** Each room's queue: how many wait, and why it is paused. */
export async function listLanes(
  options: { config: string },
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  return withStore(options.config, env, async ({ store }) => {
    const lanes = (await store.outbox.lanes()).filter((lane) => lane.pending > 0 || lane.paused !== undefined);
    for (const lane of lanes)
      print(
        `${lane.room}  ${String(lane.pending)} waiting  ${lane.paused === undefined ? '' : `PAUSED: ${lane.paused}`}`,
      );
    print(
      lanes.length === 0
        ? 'Nothing waits.'
        : 'Next: mend the room, then relais lane retry <room>; or relais lane skip <room> puts its first delivery aside.',
    );
    return 0;
  });
}

export async function retryLane(
  room: string,
  options: { config: string },
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  return withStore(options.config, env, async ({ store }) => {
    const lane = (await store.outbox.lanes()).find((one) => one.room === room);
    if (lane?.paused === undefined) {
      console.error(`${room} is not paused: relais lane list shows which are.`);
      return 1;
    }
    await auditAct(store, 'lane:retry', room);
    await store.outbox.resumeLane(room);
    print(`${room} starts again, ${String(lane.pending)} waiting.`);
    return 0;
  });
}

/** The first delivery of a room's queue goes to quarantine, and the room goes on with the next one. */
export async function skipLane(
  room: string,
  options: { config: string },
  env: Environment,
  print: (line: string) => void,
): Promise<number> {
  return withStore(options.config, env, async ({ store }) => {
    const id = await store.outbox.skipHead(room, { actor: 'operator', at: Date.now() });
    if (id === undefined) {
      console.error(`Nothing waits for ${room}: relais lane list shows which rooms have a queue.`);
      return 1;
    }
    print(`${id} is put aside, ${room} goes on. Later: relais quarantine replay ${id}, or drop ${id}.`);
    return 0;
  });
}
