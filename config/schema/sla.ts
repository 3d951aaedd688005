/** The clock of a pathway as YAML: `sla:` (DESIGN §4). Strict: what is not written here is an error. */
import { z } from 'zod';
import { DAY, HOUR, MINUTE } from '../../care/relay/civil-time.ts';
import type { SlaPolicy, SlaStep, SlaTarget, Span } from '../../care/request/sla-policy.ts';
import { say, strict } from '../problem.ts';

const UNITS: Record<string, number> = { min: MINUTE, h: HOUR, d: DAY };

/** `24h`, `90min`, `3d` → ms. A day of a clock is 24 of its hours. */
const span = z.string().transform((text, context): Span => {
  const [, count = '', unit = ''] = /^(\d+)\s?(min|h|d)$/.exec(text) ?? [];
  const found = Number(count) * (UNITS[unit] ?? 0);
  if (found > 0) return found;
  context.addIssue(
    say(`"${text}" is not a span of time`, 'write a number and its unit without a decimal: 90min, 24h or 3d'),
  );
  return z.NEVER;
});

/** `50%` → 0.5 */
const share = z.string().transform((text, context): number => {
  const found = /^(\d{1,3})\s?%$/.exec(text)?.[1];
  if (found !== undefined && Number(found) > 0 && Number(found) <= 100) return Number(found) / 100;
  context.addIssue(say(`"${text}" is not a share of the delay`, 'write a percentage from 1% to 100%'));
  return z.NEVER;
});

const DAYS = ['lun', 'mar', 'mer', 'jeu', 'ven', 'sam', 'dim'] as const;

/** `09:00-12:30` → minutes since midnight; `24:00` is the end of the day. */
const hours = z.string().transform((text, context): { from: number; to: number } => {
  const [, fromHour, fromMinute, toHour, toMinute] =
    /^(\d{2}):([0-5]\d)\s?-\s?(\d{2}):([0-5]\d)$/.exec(text)?.map(Number) ?? [];
  const from = (fromHour ?? 99) * 60 + (fromMinute ?? 0);
  const to = (toHour ?? 99) * 60 + (toMinute ?? 0);
  if (from < to && to <= 1440) return { from, to };
  context.addIssue(
    say(
      `"${text}" are not opening hours of one day`,
      'write 09:00-12:30; a night is two lines: 20:00-24:00 and 00:00-08:00',
    ),
  );
  return z.NEVER;
});

const escalation = strict({
  at: share.optional(),
  after: span.optional(),
  to: z.enum(['group', 'on-duty', 'backup', 'coordinator']),
}).transform((step, context): SlaStep => {
  if (step.at !== undefined && step.after === undefined) return { at: { share: step.at }, to: step.to };
  if (step.after !== undefined && step.at === undefined) return { at: { after: step.after }, to: step.to };
  context.addIssue(say('a step of escalation has one moment', 'write either at: 100% or after: 4h'));
  return z.NEVER;
});

function ascending(shares: number[]): boolean {
  return shares.every((share, n) => n === 0 || share > (shares[n - 1] ?? 0));
}

const target = strict({ within: span, remind: z.array(share).default([]), escalate: z.array(escalation).default([]) })
  .refine((t) => ascending(t.remind), {
    path: ['remind'],
    error: say('reminders out of order', 'write them from the first to the last: [50%, 80%]'),
  })
  .refine((t) => ascending(t.escalate.flatMap((step) => ('share' in step.at ? [step.at.share] : []))), {
    path: ['escalate'],
    error: say('steps of escalation out of order', 'write them from the first to the last'),
  })
  .transform((t): SlaTarget => t);

export const slaSchema = strict({
  clock: z.enum(['calendar', 'working-days', 'opening-hours']),
  opening: z
    .array(strict({ days: z.array(z.enum(DAYS)).min(1), hours: z.array(hours).min(1) }))
    .min(1)
    .optional(),
  holidays: z.enum(['france', 'alsace-moselle']).default('france'),
  take: target,
  answer: target,
  pause: z.array(z.literal('info-requested')).default([]),
}).transform((policy, context): SlaPolicy => {
  const { opening, ...rest } = policy;
  if (policy.clock === 'opening-hours' && opening === undefined)
    context.addIssue({
      code: 'custom',
      path: ['opening'],
      message: say('an opening-hours clock without hours', 'add opening: [{ days: [lun, mar], hours: [09:00-12:30] }]'),
    });
  if (policy.clock !== 'opening-hours' && opening !== undefined)
    context.addIssue({
      code: 'custom',
      path: ['opening'],
      message: say('hours that this clock does not look at', 'remove them, or write clock: opening-hours'),
    });
  const periods = (opening ?? []).flatMap((o) =>
    o.days.flatMap((day) => o.hours.map((h) => ({ day: DAYS.indexOf(day) + 1, ...h }))),
  );
  return opening === undefined ? rest : { ...rest, opening: periods };
});
