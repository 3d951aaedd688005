/** The bot was away: what was said meanwhile, encrypted, is read, kept and decided. */
import { setTimeout as pause } from 'node:timers/promises';
import { openMatrixTransport } from '../../bot/matrix/matrix-transport.ts';
import { wallClocks } from '../../bridge/wall-clock.ts';
import type { Bench, Section } from '../section.ts';
import { roomsOf, type Serving, serve } from '../installation.ts';
import { round1 } from '../stats.ts';
import type { World } from '../world.ts';

type Drain = { events: number; rooms: number; seconds: number; perSecond: number; memoryMb: number };

/** Once: what takes the time is the saying, not the reading. */
async function measure(bench: Bench): Promise<Drain> {
  const { sizes, onProgress } = bench;
  const world = await bench.world();
  const rooms = (await roomsOf(world.encrypted)).filter((room) => room !== undefined);
  const before = await serve(world.encrypted);
  const counted = await decided(before);
  await before.stop();
  await say(bench, world, rooms);
  onProgress('Relais comes back');
  const began = performance.now();
  const serving = await serve(world.encrypted);
  for (let last = began; (await decided(serving)) - counted < sizes.drained;) {
    await pause(200);
    if (performance.now() - last < 5_000) continue;
    last = performance.now();
    onProgress(`${(await decided(serving)) - counted} of ${sizes.drained} decided`);
  }
  const seconds = (performance.now() - began) / 1000;
  const memoryMb = serving.memory();
  await serving.stop();
  return { events: sizes.drained, rooms: rooms.length, seconds, perSecond: sizes.drained / seconds, memoryMb };
}

async function say(bench: Bench, world: World, rooms: readonly string[]): Promise<void> {
  const { sizes, onProgress } = bench;
  const reader = await openMatrixTransport({ directory: world.reader, clocks: wallClocks(), log: () => undefined });
  let said = 0;
  await Promise.all(
    rooms.map(async (room, index) => {
      for (let n = index; n < sizes.drained; n += rooms.length) {
        const content = { msgtype: 'm.text', body: `bien reçu, passage noté (${n})` };
        await reader.send(room, 'm.room.message', content, `bench-${bench.visit()}-${n}`, true);
        said += 1;
        if (said % 500 === 0) onProgress(`${said} of ${sizes.drained} events said while the bot is away`);
      }
    }),
  );
  await reader.close();
}

/** Envelopes that have an outcome; a room's talk is decided too, and muted. */
async function decided(serving: Serving): Promise<number> {
  const m = await serving.metrics();
  return [...m].reduce((sum, [name, n]) => (name.startsWith('relais_messages_total') ? sum + n : sum), 0);
}

export const drain: Section = {
  name: 'drain',
  title: 'Back after an absence',
  measure: async (bench) => {
    const found = await measure(bench);
    const { events, rooms, seconds, perSecond, memoryMb } = found;
    const body = `Once: ${events} encrypted messages said in ${rooms} rooms while the bot was away: read, kept, decrypted and decided within ${round1(seconds)} s of the start
of the process (${Math.round(perSecond)}/s); resident memory then: ${Math.round(memoryMb)} MB.`;
    return { figures: found, body, targets: [] };
  },
};
