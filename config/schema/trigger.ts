/** What opens a request besides a person, as YAML: `on:` of a pathway. */
import { z } from 'zod';
import type { DischargeMode, Trigger } from '../../care/request/pathway.ts';
import { say, strict } from '../problem.ts';
import { slug } from './slug.ts';
import { dayLater, hourOfDay } from './time.ts';

const MODES: [DischargeMode, ...DischargeMode[]] = [
  'home',
  'transfer',
  'other',
  'against-advice',
  'left',
  'reoriented',
];

/** One, or a list of them. */
const tags = z.union([slug.transform((only) => [only]), z.array(slug).min(1)]);

const day = z
  .string()
  .regex(
    /^(?:\d{4}-)?(?:(?:0[1-9]|1[0-2])-)?(?:0[1-9]|[12]\d|3[01])$/,
    say('not a day', 'write 2026-09-15 (once), 09-15 (every year) or 15 (every month), between quotes'),
  );

/** An event, and optionally the days after it: each of them opens a request of its own. */
const trigger = strict({
  discharge: strict({
    'unit-tag': tags.optional(),
    mode: z
      .union(
        [z.enum(MODES).transform((one) => [one]), z.array(z.enum(MODES)).min(1)],
        say('not a way to leave', `write one or more of ${MODES.join(', ')}`),
      )
      .optional(),
  }).optional(),
  admission: strict({ 'unit-tag': tags.optional() }).optional(),
  stage: z
    .string()
    .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, say('not a stage of a pathway', 'write retinographie.lecture'))
    .optional(),
  outcome: slug.optional(),
  date: strict({ days: z.array(day).min(1), at: hourOfDay.default({ hour: 9, minute: 0 }) }).optional(),
  at: z.array(dayLater).max(12).default([]),
}).transform((on, context): Trigger => {
  const at = on.at.map((one) => ({ ...one, from: 'opening' as const }));
  const named = [on.discharge, on.admission, on.stage, on.date].filter((one) => one !== undefined);
  if (named.length !== 1) {
    context.addIssue(say('not one event', 'write one of discharge, admission, stage or date; a list for several'));
    return z.NEVER;
  }
  if (on.outcome !== undefined && on.stage === undefined) {
    context.addIssue(say('an outcome without a stage', 'write stage: pathway.stage beside it'));
    return z.NEVER;
  }
  if (on.discharge)
    return { event: 'discharge', tags: on.discharge['unit-tag'] ?? [], modes: on.discharge.mode ?? [], at };
  if (on.admission) return { event: 'admission', tags: on.admission['unit-tag'] ?? [], at };
  if (on.date) return { event: 'date', days: on.date.days, ...on.date.at, at };
  const [pathway = '', stage = ''] = on.stage?.split('.') ?? [];
  return { event: 'stage', pathway, stage, outcome: on.outcome, at };
});

export const triggersSchema = z.union([trigger.transform((one) => [one]), z.array(trigger).min(1)]);
