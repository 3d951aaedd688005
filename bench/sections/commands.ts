/** A command as the asker lives it: from the PUT of the question to the answer in the asker's own /sync, beside an echo bot. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Asker } from '../asker.ts';
import { type Conversations, openConversations, type Side } from '../conversations.ts';
import { say, table } from '../markdown.ts';
import { type Bench, label, type Section, type Target } from '../section.ts';
import { type Figure, figure, percentile } from '../stats.ts';

/** What is typed, and how a good answer is known. */
const WORDS = [
  { words: 'aide', answered: /!?aide snp/ },
  { words: 'annuaire dermato lille', answered: /Lille/ },
  { words: 'snp demain', answered: /cr[ée]neau/i },
] as const;
const PROMISED = 1.3;
/** Between two questions: somebody reads. The same for both sides, and never in step with a rest of theirs. */
const READING_MS = { least: 250, more: 150 };
/** The bursts are long: as many rounds as this, at most. */
const BURSTS = 2;

type Percentiles = { p50: number; p95: number };
type Cell = { kind: Kind; words: string; echo: Percentiles; relais: Percentiles; p50: Figure; p95: number };
type Burst = { kind: Kind; seconds: Record<Side, Figure>; p95: Record<Side, Figure>; total: Figure; ratio: Figure };
type Kind = 'clear' | 'encrypted';
type Commands = { askers: number; asked: number; burst: number; cells: Cell[]; bursts: Burst[] };

const KINDS: readonly Kind[] = ['clear', 'encrypted'];
const SIDES: readonly Side[] = ['echo', 'relais'];

async function measure(bench: Bench): Promise<Commands> {
  const { rounds, sizes, onProgress } = bench;
  const world = await bench.world();
  const talk = await openConversations(world, sizes.askers, bench.visit().toLowerCase(), onProgress);
  const cells = KINDS.flatMap((kind) => WORDS.map((word) => ({ kind, ...word, rows: [] as Record<Side, number[]>[] })));
  const bursts = KINDS.map((kind) => ({ kind, rows: [] as Record<Side, { seconds: number; p95: number }>[] }));
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const cell of cells) {
        const row = await inTurns(talk, cell, sizes.asked);
        const [e, r] = SIDES.map((side) => percentile(row[side], 0.5).toFixed(0));
        onProgress(`${label(round)}, ${cell.kind}, « ${cell.words} »: echo p50 ${e} ms, Relais p50 ${r} ms`);
        if (round > 0) cell.rows.push(row);
      }
      if (round === 0 || round > BURSTS) continue;
      for (const burst of bursts) {
        const row = {
          echo: await atOnce(talk, burst.kind, 'echo', sizes.burst),
          relais: await atOnce(talk, burst.kind, 'relais', sizes.burst),
        };
        onProgress(
          `${label(round)}, ${burst.kind}, ${sizes.burst} at once: echo ${row.echo.seconds.toFixed(1)} s, Relais ${row.relais.seconds.toFixed(1)} s`,
        );
        burst.rows.push(row);
      }
    }
    const notOnce = talk.askers.reduce((sum, asker) => sum + asker.notOnce(), 0);
    if (notOnce > 0) throw new Error(`${notOnce} questions were not answered exactly once`);
  } finally {
    await talk.close();
  }
  return {
    askers: sizes.askers,
    asked: sizes.asked,
    burst: sizes.burst,
    cells: cells.map(({ kind, words, rows }) => {
      const both = (side: Side): Percentiles => {
        const all = rows.flatMap((row) => row[side]);
        return { p50: percentile(all, 0.5), p95: percentile(all, 0.95) };
      };
      const [echo, relais] = [both('echo'), both('relais')];
      const p50 = figure(rows.map((row) => percentile(row.relais, 0.5) / percentile(row.echo, 0.5)));
      return { kind, words, echo, relais, p50, p95: relais.p95 / echo.p95 };
    }),
    bursts: bursts.map(({ kind, rows }) => {
      const both = (key: 'seconds' | 'p95'): Record<Side, Figure> => ({
        echo: figure(rows.map((row) => row.echo[key])),
        relais: figure(rows.map((row) => row.relais[key])),
      });
      const ratio = (key: 'seconds' | 'p95'): Figure => figure(rows.map((row) => row.relais[key] / row.echo[key]));
      return { kind, seconds: both('seconds'), p95: both('p95'), total: ratio('seconds'), ratio: ratio('p95') };
    }),
  };
}

/** One question to the one, the same to the other, and so on: each asker in turn. @returns ms of each */
async function inTurns(
  { askers, roomOf }: Conversations,
  { kind, words, answered }: { kind: Kind; words: string; answered: RegExp },
  asked: number,
): Promise<Record<Side, number[]>> {
  const row: Record<Side, number[]> = { echo: [], relais: [] };
  for (let n = 0; n < asked; n += 1) {
    const asker = askers[n % askers.length];
    if (!asker) throw new Error('nobody asks');
    for (const side of n % 2 === 0 ? SIDES : SIDES.toReversed()) {
      await pause(READING_MS.least + ((n * 37) % READING_MS.more));
      const { ms, body } = await asker.ask(roomOf(asker, kind, side), words);
      if (!(side === 'echo' ? body === words : answered.test(body)))
        throw new Error(`« ${words} » was answered: ${body}`);
      row[side].push(ms);
    }
  }
  return row;
}

/** All at once, by all the askers, the words by turns. */
async function atOnce(
  { askers, roomOf }: Conversations,
  kind: Kind,
  side: Side,
  questions: number,
): Promise<{ seconds: number; p95: number }> {
  const one = async (asker: Asker, n: number): Promise<number> => {
    const { words, answered } = WORDS[n % WORDS.length] ?? WORDS[0];
    const { ms, body } = await asker.ask(roomOf(asker, kind, side), words);
    if (!(side === 'echo' ? body === words : answered.test(body)))
      throw new Error(`« ${words} » was answered: ${body}`);
    return ms;
  };
  const each = Math.ceil(questions / askers.length);
  const began = performance.now();
  const times = await Promise.all(askers.flatMap((asker) => Array.from({ length: each }, (_, n) => one(asker, n))));
  return { seconds: (performance.now() - began) / 1_000, p95: percentile(times, 0.95) };
}

function targets({ cells, bursts, burst }: Commands): Target[] {
  const target = (what: string, found: string, ratio: number): Target => ({
    what,
    promised: `≤ ${PROMISED}`,
    found,
    met: ratio <= PROMISED,
  });
  return [
    ...cells.map(({ kind, words, p50 }) =>
      target(`« ${words} », p50 beside an echo bot's: ${kind}`, say(p50, 2), p50.median),
    ),
    ...bursts.map(({ kind, ratio }) =>
      target(`${burst} commands at once, p95 beside an echo bot's: ${kind}`, say(ratio, 2), ratio.median),
    ),
  ];
}

function body({ askers, asked, burst, cells, bursts }: Commands): string {
  const ms = (value: number): string => value.toFixed(0);
  const rows = cells.map((c) => [
    ...[c.kind, c.words, ms(c.echo.p50), ms(c.relais.p50), ms(c.echo.p95), ms(c.relais.p95), say(c.p50, 2)],
    c.p95.toFixed(2),
  ]);
  const burstRows = bursts.map((b) => [
    ...[b.kind, say(b.seconds.echo), say(b.seconds.relais), ms(b.p95.echo.median), ms(b.p95.relais.median)],
    ...[say(b.total, 2), say(b.ratio, 2)],
  ]);
  return `From the PUT of the question to its answer read in the asker's own /sync; the words are checked too. ${askers} askers, each with one direct room with
Relais and one of the same making with an echo bot (a process of its own: a /sync loop, the same crypto library in memory, nothing on disk,
answers as soon as it has read). One question at a time, to both by turns, ${asked} of each per round, a quarter of a second apart and more. Directory of 100,000
rows. Milliseconds; p95 of all rounds together.

${table(['rooms are', 'asked', 'echo p50', 'Relais p50', 'echo p95', 'Relais p95', 'p50, Relais / echo', 'p95, Relais / echo'], rows)}

${burst} questions at once (the same three by turns, by all ${askers} askers), the two bots one after the other; each answered once, none with an error:

${table(['rooms are', 'echo, s', 'Relais, s', 'echo p95, ms', 'Relais p95, ms', 'time for all, Relais / echo', 'p95, Relais / echo'], burstRows)}`;
}

export const commands: Section = {
  name: 'commands',
  title: 'A command, from the question to its answer',
  measure: async (bench) => {
    const found = await measure(bench);
    return { figures: found, body: body(found), targets: targets(found) };
  },
};
