/** The clock of a pathway as YAML: `sla:` (DESIGN §4). Strict: what is not written here is an error. */
import { z } from 'zod';
import { DAY, HOUR, MINUTE } from '../../care/relay/civil-time.ts';
import type {
  Period,
  ReminderMoment,
  RingWindow,
  SlaPolicy,
  SlaStep,
  SlaTarget,
  Span,
} from '../../care/request/sla-policy.ts';
import { say, strict } from '../problem.ts';

const UNITS: Record<string, number> = { min: MINUTE, h: HOUR, d: DAY };

/** `24h`, `90min`, `3d` → ms; a day of a clock is 24 of its hours. 0 when it is no span. */
function spanOf(text: string): Span {
  const [, count = '', unit = ''] = /^(\d+)\s?(min|h|d)$/.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? 0);
}

const span = z.string().transform((text, context): Span => {
  const found = spanOf(text);
  if (found > 0) return found;
  context.addIssue(
    say(`"${text}" is not a span of time`, 'write a number and its unit without a decimal: 90min, 24h or 3d'),
  );
  return z.NEVER;
});

/** `50%` → 0.5; undefined when it is no share of a delay. */
function shareOf(text: string): number | undefined {
  const found = Number(/^(\d{1,3})\s?%$/.exec(text)?.[1] ?? 0);
  return found > 0 && found <= 100 ? found / 100 : undefined;
}

const share = z.string().transform((text, context): number => {
  const found = shareOf(text);
  if (found !== undefined) return found;
  context.addIssue(say(`"${text}" is not a share of the delay`, 'write a percentage from 1% to 100%'));
  return z.NEVER;
});

/** `50%`, `4h` after the clock started, `-4h` before the target. */
const reminder = z.string().transform((text, context): ReminderMoment => {
  const part = shareOf(text);
  if (part !== undefined) return { share: part };
  const found = spanOf(text.replace(/^-\s?/, ''));
  if (found > 0) return text.startsWith('-') ? { before: found } : { after: found };
  context.addIssue(
    say(`"${text}" is not a moment to remind`, 'write 50% of the delay, 4h after the asking, or -4h: before the end'),
  );
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

const HOLIDAYS = z.enum(['france', 'alsace-moselle', 'none']);

const weekly = z
  .array(strict({ days: z.array(z.enum(DAYS)).min(1), hours: z.array(hours).min(1) }))
  .min(1)
  .transform((lines): Period[] =>
    lines.flatMap((line) =>
      line.days.flatMap((day) => line.hours.map((hour) => ({ day: DAYS.indexOf(day) + 1, ...hour }))),
    ),
  );

const ring = z.union(
  [z.literal('always'), strict({ opening: weekly, holidays: HOLIDAYS.default('france') })],
  say('not a time to ring', 'write always, or opening: [{ days: [lun, mar], hours: [08:00-20:00] }]'),
);

const TO = z.enum(['group', 'on-duty', 'backup', 'coordinator', 'asker']);

/** One line of the file may be several steps: several are told at once, or one is told again and again. */
const escalation = strict({
  at: share.optional(),
  after: span.optional(),
  to: z.union([TO, z.array(TO).min(1)], say('not somebody to tell', `write one or more of ${TO.options.join(', ')}`)),
  /** How many times this line is said, each `after` the one before. */
  repeat: z.int().min(2).max(10).optional(),
  ring: ring.optional(),
}).transform((line, context): SlaStep[] => {
  const { at, after, repeat = 1 } = line;
  if ((at === undefined) === (after === undefined)) {
    context.addIssue(say('a step of escalation has one moment', 'write either at: 100% or after: 4h'));
    return z.NEVER;
  }
  if (at !== undefined && repeat > 1) {
    context.addIssue(say('nothing says when to repeat', 'write after: 4h with repeat, on a line of its own'));
    return z.NEVER;
  }
  const window: { ring?: RingWindow } = line.ring === undefined ? {} : { ring: line.ring };
  const moment: SlaStep['at'] = at === undefined ? { after: after ?? 0 } : { share: at };
  const told = [line.to].flat();
  // Those who are told together: the first waits, the others ring at the same moment.
  const once = told.map((to, n): SlaStep => ({
    at: n === 0 || at !== undefined ? moment : { after: 0 },
    to,
    ...window,
  }));
  return Array.from({ length: repeat }, () => once).flat();
});

function isAscending(shares: number[]): boolean {
  return shares.every((one, n) => n === 0 || one > (shares[n - 1] ?? 0));
}

const sharesOf = (moments: (ReminderMoment | SlaStep['at'])[]): number[] =>
  moments.flatMap((moment) => ('share' in moment ? [moment.share] : []));

const target = strict({
  within: span,
  remind: z.array(reminder).default([]),
  escalate: z.array(escalation).default([]),
})
  .refine((t) => isAscending(sharesOf(t.remind)), {
    path: ['remind'],
    error: say('reminders out of order', 'write them from the first to the last: [50%, 80%]'),
  })
  .refine(
    (t) => t.remind.every((m) => !('after' in m || 'before' in m) || ('after' in m ? m.after : m.before) < t.within),
    {
      path: ['remind'],
      error: say('a reminder outside the delay', 'write a span shorter than within; what comes later is an escalation'),
    },
  )
  .refine((t) => isAscending(sharesOf(t.escalate.flatMap((steps) => steps[0]?.at ?? []))), {
    path: ['escalate'],
    error: say('steps of escalation out of order', 'write them from the first to the last'),
  })
  .transform((t): SlaTarget => ({ ...t, escalate: t.escalate.flat() }));

export const slaSchema = strict({
  clock: z.enum(['calendar', 'working-days', 'opening-hours']),
  opening: weekly.optional(),
  holidays: HOLIDAYS.default('france'),
  ring: ring.optional(),
  take: target.optional(),
  answer: target.optional(),
  pause: z.array(z.literal('info-requested')).default([]),
}).transform((policy, context): SlaPolicy => {
  const { opening, ring: window, take, answer, ...rest } = policy;
  const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
  if (policy.clock === 'opening-hours' && opening === undefined)
    issue(
      'opening',
      say('an opening-hours clock without hours', 'add opening: [{ days: [lun, mar], hours: [09:00-12:30] }]'),
    );
  if (policy.clock !== 'opening-hours' && opening !== undefined)
    issue('opening', say('hours that this clock does not look at', 'remove them, or write clock: opening-hours'));
  if (take === undefined && answer === undefined)
    issue('answer', say('a clock without a target', 'add answer: { within: 48h }, or take: { within: 24h }'));
  return {
    ...rest,
    ...(opening && { opening }),
    ...(window && { ring: window }),
    ...(take && { take }),
    ...(answer && { answer }),
  };
});
