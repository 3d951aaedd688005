/**
 * `npm run test:system`: a client that is nobody's of ours (Debian's nheko, in a window on Xvfb) shows what Relais says,
 * decrypted, on the demo's homeserver; tesseract reads the window. `-- --pictures` also takes the guide's pictures anew.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { play } from '../../demo/play.ts';
import { setUp } from '../../demo/setup.ts';
import { directRoom, loginOf, verify } from './owner.ts';
import { checkPrograms, openScreen, type Screen } from './screen.ts';
import { STORY } from './story.ts';

const { values: options } = parseArgs({ options: { pictures: { type: 'boolean', default: false } } });
const IMAGES = resolve(import.meta.dirname, '..', '..', 'docs', 'fr', 'images');
const WHO = 'claire';

/** What nheko shows between two messages, and no professional needs to see. */
const HIDDEN = ['create', 'member', 'power_levels', 'join_rules', 'history_visibility', 'guest_access', 'encryption']
  .concat(['name', 'topic', 'canonical_alias', 'avatar'])
  .map((name) => `m.room.${name}`);

async function main(folder: string): Promise<void> {
  const began = Date.now();
  await checkPrograms();
  const ready = await setUp({ folder: join(folder, 'demo'), present: [WHO], onProgress: say });
  let screen: Screen | undefined;
  try {
    const persona = ready.cast.personas.get(WHO);
    if (!persona) throw new Error(`${WHO} is not in the demo`);
    await persona.client.setAccountData('im.nheko.hidden_events' as never, { hidden_event_types: HIDDEN } as never);
    ready.cast.directs.set(WHO, await directRoom(persona, ready.bot));
    screen = await openScreen(join(folder, 'screen'), await loginOf(ready, persona.userId));
    await verify(screen, persona);
    say('nheko is there, verified with its owner’s recovery key');
    let start = ready.scenario.start;
    let open = '';
    for (const { picture, steps, shows, room } of STORY) {
      const transcript = { flush: () => undefined, note: () => undefined };
      await play({ ...ready, folder: ready.dayFolder, transcript }, { ...ready.scenario, start, steps });
      start = steps.findLast(({ at }) => at !== undefined)?.at ?? start;
      const there = await persona.seen(({ sender, content }) => {
        return sender === ready.bot && String(content['body']).includes(room);
      });
      if (there.roomId !== open) await screen.openRoom((open = there.roomId));
      for (const pattern of shows) await screen.until(pattern);
      if (options.pictures) await screen.shot(join(IMAGES, `${picture}.png`));
      say(`${picture}: read in nheko’s window`);
    }
    console.log(`${STORY.length} windows read in ${Math.round((Date.now() - began) / 1000)} s`);
  } catch (error) {
    await mkdir(join(folder, 'failed'), { recursive: true });
    await screen?.shot(join(folder, 'failed', 'screen.png')).catch(() => undefined);
    throw error;
  } finally {
    screen?.close();
    for (const one of ready.cast.personas.values()) one.stop();
    await ready.relais.stop();
    await ready.homeserver.stop();
  }
}

function say(line: string): void {
  console.log(`· ${line}`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const folder = await mkdtemp(join(tmpdir(), 'relais-nheko-'));
try {
  await main(folder);
  await rm(folder, { recursive: true, force: true });
} catch (error) {
  console.error(error, `\nThe window at that moment, and the logs: ${folder}`);
  process.exitCode = 1;
}
process.exit();
