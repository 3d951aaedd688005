/** `relais sla`: every instant at which a pathway reminds, escalates, is late or ends; and the drawing that check-config shows. */
import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { MINUTE, parisDate, parisWeekday, toParis } from '../care/relay/civil-time.ts';
import type { Stretch } from '../care/request/calendar.ts';
import { isPointer, type Pathway, type Stage } from '../care/request/pathway.ts';
import type { ReminderMoment, SlaPolicy } from '../care/request/sla-policy.ts';
import { type DueStep, dueSteps, heldRing } from '../care/request/sla.ts';
import { loadPathways, SHIPPED_PATHWAYS } from '../config/load-pathways.ts';
import { parseParis } from '../config/paris-text.ts';
import { sayProblems } from '../config/problem.ts';
import { saySpan } from '../config/texts/dates.ts';
import { saidOfOther } from './other-file.ts';

const WIDTH = 60;
const MARKS = { remind: 'r', target: 'T', escalate: '!' } as const;
const TARGETS = ['take', 'answer'] as const;

export type SlaOptions = { from?: string; pause?: string[]; json?: boolean };

/**
 * @param name a pathway's file, or the id of one that comes with Relais
 * @param options.from Europe/Paris, `2026-11-20 17:00`; now when it is not said
 * @param options.pause spans `FROM,TO` during which the clock stood still; without an end it still does
 * @returns 0; 2 when an instant or the pathway cannot be read (said on stderr, with the cure)
 */
export function printSla(
  name: string,
  options: SlaOptions,
  print: (line: string) => void,
  now: number = Date.now(),
): number {
  try {
    const pathway = pathwayOf(name);
    const from = options.from === undefined ? now : parseParis(options.from);
    const pauses = (options.pause ?? []).map(pauseOf);
    if (options.json) {
      for (const stage of pathway.stages)
        for (const { step, at, what, to } of allSteps(stage, from, pauses))
          print(
            JSON.stringify({
              stage: stage.id,
              step,
              at: at === Infinity ? null : new Date(at).toISOString(),
              what,
              to,
            }),
          );
      return 0;
    }
    print(`${pathway.title} [${pathway.id}], asked ${sayCivil(from)}`);
    for (const [n, stage] of pathway.stages.entries()) {
      if (pathway.stages.length > 1) print(`${stage.title}${n === 0 ? '' : `: ${sayBeginning(stage)}`}`);
      for (const line of drawStage(stage, from, pauses)) print(line);
    }
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

/** Each stage has its own clock, which starts when the one before is done: drawn as if it were at the same instant. */
function sayBeginning({ starts }: Stage): string {
  if (starts === undefined) return 'once that is done, drawn as if it were at the same instant';
  const two = (n: number): string => String(n).padStart(2, '0');
  const since = starts.from === 'stage' ? 'the stage before' : 'the asking';
  return `begins J+${starts.days} ${two(starts.hour)}:${two(starts.minute)} after ${since}, drawn as if it were at the same instant`;
}

type Due = Omit<DueStep, 'what'> & { what: DueStep['what'] | 'expire' };

function allSteps(stage: Stage, from: number, pauses: Stretch[]): Due[] {
  const { sla, expires } = stage;
  const held = heldRing(stage, from);
  const first: Due[] = held === undefined ? [] : [{ step: 'take:ring', at: held, what: 'remind' }];
  const due: Due[] = sla
    ? TARGETS.flatMap((target) => dueSteps(sla, target, from, target === 'answer' ? pauses : []))
    : [];
  const steps = [...first, ...due];
  return expires === undefined ? steps : [...steps, { step: 'expire', at: from + expires, what: 'expire' }];
}

/** The clock of a stage: what it is, then both targets drawn, and when nobody can take it any more. Pauses only hold the answer. */
export function drawStage(stage: Stage, from: number, pauses: Stretch[] = []): string[] {
  const { sla, expires } = stage;
  const held = heldRing(stage, from);
  const first = held === undefined ? [] : [`  r ${sayCivil(held)}  first ring: asked outside the hours of ring`];
  const targets = TARGETS.flatMap((target) =>
    sla ? drawSla(sla, target, from, target === 'answer' ? pauses : []) : [],
  );
  const end =
    expires === undefined
      ? []
      : [
          `expires after ${saySpan(expires)} that nobody took it`,
          `  x ${sayCivil(from + expires)}  it ends, who asked and the groups are told`,
        ];
  return [sla ? `clock: ${sayClock(sla)}` : 'no clock', ...first, ...targets, ...end];
}

function pathwayOf(name: string): Pathway {
  const isFile = /\.ya?ml$/.test(name);
  if (isFile && !existsSync(name)) throw new Error(`${name}: no such file`);
  const loaded = loadPathways([isFile ? dirname(name) : SHIPPED_PATHWAYS]);
  if ('problems' in loaded)
    throw new Error(
      (isFile ? saidOfOther(name, 'a pathway') : undefined) ??
        sayProblems(loaded.problems, 'the pathways of this folder'),
    );
  const id = basename(name).replace(/\.ya?ml$/, '');
  const found = loaded.pathways.find((pathway) => pathway.id === id);
  if (found && isPointer(found)) throw new Error(`${id} sends to ${found.elsewhere.name}: it has no clock here`);
  if (found) return found;
  const known = loaded.pathways.map((pathway) => `  ${pathway.id}`).join('\n');
  throw new Error(`no pathway is called ${id}: write the path of its file, or one of\n${known}`);
}

function pauseOf(text: string): Stretch {
  const [from = '', to] = text.split(',');
  const stretch = { from: parseParis(from), to: to?.trim() ? parseParis(to) : Infinity };
  if (stretch.to <= stretch.from) throw new Error(`the pause ${text} ends before it begins: write FROM,TO`);
  return stretch;
}

/**
 * One target of a policy as a bar to scale and its instants: `r` reminder, `T` target, `!` escalation.
 * @param from instant of the asking, epoch ms UTC
 * @returns no line when the policy has no such target
 */
function drawSla(sla: SlaPolicy, target: 'take' | 'answer', from: number, pauses: Stretch[]): string[] {
  const { within } = sla[target] ?? {};
  if (within === undefined) return [];
  const steps = dueSteps(sla, target, from, pauses);
  const known = steps.filter((step) => step.at !== Infinity);
  const end = Math.max(from + MINUTE, ...known.map((step) => step.at));
  const bar = ['|', ...Array.from({ length: WIDTH }, () => '-')];
  for (const step of known) bar[Math.max(1, Math.round(((step.at - from) / (end - from)) * WIDTH))] = MARKS[step.what];
  return [
    `${target} within ${saySpan(within)}`,
    `  ${bar.join('')}`,
    ...steps.map((step) => `  ${MARKS[step.what]} ${sayCivil(step.at)}  ${sayStep(step, sla, target)}`),
  ];
}

function sayStep({ step, what, to }: DueStep, sla: SlaPolicy, target: 'take' | 'answer'): string {
  if (what === 'target') return 'target';
  const n = Number(step.split(':').at(-1));
  const moment = what === 'remind' ? sla[target]?.remind[n] : sla[target]?.escalate[n]?.at;
  return what === 'remind'
    ? `reminder ${sayMoment(moment, 'after the asking')}`
    : `escalation ${sayMoment(moment, 'later')} → ${to ?? ''}`;
}

function sayMoment(moment: ReminderMoment | undefined, after: string): string {
  if (moment === undefined) return '';
  if ('share' in moment) return `at ${Math.round(moment.share * 100)} %`;
  if ('before' in moment) return `${saySpan(moment.before)} before the target`;
  return moment.after === 0 ? 'at the same time' : `${saySpan(moment.after)} ${after}`;
}

/** `working-days, holidays: france, pauses: info-requested`. */
function sayClock({ clock, holidays, ring, pause }: SlaPolicy): string {
  const rings = ring === undefined ? '' : `, rings: ${ring === 'always' ? 'at any hour' : 'in its own hours'}`;
  return `${clock}, holidays: ${holidays}${rings}${pause.length > 0 ? `, pauses: ${pause.join(', ')}` : ''}`;
}

/** `Mon 2026-11-23 08:00` in Paris; `never` while the clock stands still. */
export function sayCivil(instant: number): string {
  if (instant === Infinity) return 'never (paused) ';
  const { hour, minute } = toParis(instant);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][parisWeekday(instant) - 1] ?? ''} ${parisDate(instant)} ${two(hour)}:${two(minute)}`;
}
