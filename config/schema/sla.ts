/** The clock of a pathway as YAML: `sla:` (DESIGN §4). Strict: what is not written here is an error. */
import { z } from 'zod';
import type {
  HolidayRegion,
  ReminderMoment,
  RingWindow,
  SlaPolicy,
  SlaStep,
  SlaTarget,
} from '../../care/request/sla-policy.ts';
import { say, strict } from '../problem.ts';
import { span, spanOf, weekHours } from './time.ts';

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

const HOLIDAYS = z.enum(['france', 'alsace-moselle', 'none']);

const ring = z.union([z.literal('always'), strict({ opening: weekHours, holidays: HOLIDAYS.optional() })], {
  // Of keys, the problem of that key is said.
  error: ({ input }) =>
    typeof input === 'object' && input !== null && !Array.isArray(input)
      ? undefined
      : say('not a time to ring', 'write always, or { opening: [{ days: [lun, mar], hours: ["08:00-20:00"] }] }'),
});

type Window = z.infer<typeof ring>;

/** Where public holidays are not written with the hours, they are those of the clock. */
function windowOf(window: Window, holidays: HolidayRegion): RingWindow {
  return window === 'always' ? window : { opening: window.opening, holidays: window.holidays ?? holidays };
}

const TO = z.enum(['group', 'on-duty', 'backup', 'coordinator', 'asker']);

/** As in the file: its hours do not know yet which holidays. */
type WrittenStep = Omit<SlaStep, 'ring'> & { ring?: Window };

/** One line of the file may be several steps: several are told at once, or one is told again and again. */
const escalation = strict({
  at: share.optional(),
  after: span.optional(),
  to: z.union([TO, z.array(TO).min(1)], say('not somebody to tell', `write one or more of ${TO.options.join(', ')}`)),
  /** How many times this line is said, each `after` the one before. */
  repeat: z.int().min(2).max(10).optional(),
  ring: ring.optional(),
}).transform((line, context): WrittenStep[] => {
  const { at, after, repeat = 1 } = line;
  if ((at === undefined) === (after === undefined)) {
    context.addIssue(say('a step of escalation has one moment', 'write either at: 100% or after: 4h'));
    return z.NEVER;
  }
  if (at !== undefined && repeat > 1) {
    context.addIssue(say('nothing says when to repeat', 'write after: 4h with repeat, on a line of its own'));
    return z.NEVER;
  }
  const window: { ring?: Window } = line.ring === undefined ? {} : { ring: line.ring };
  const moment: SlaStep['at'] = at === undefined ? { after: after ?? 0 } : { share: at };
  const told = [line.to].flat();
  // Those who are told together: the first waits, the others ring at the same moment.
  const once = told.map((to, n): WrittenStep => ({
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
  .transform((t) => ({ ...t, escalate: t.escalate.flat() }));

function targetOf(written: z.infer<typeof target>, holidays: HolidayRegion): SlaTarget {
  const escalate = written.escalate.map(({ ring: window, ...step }): SlaStep => ({
    ...step,
    ...(window && { ring: windowOf(window, holidays) }),
  }));
  return { ...written, escalate };
}

export const slaSchema = strict({
  clock: z.enum(['calendar', 'working-days', 'opening-hours']),
  opening: weekHours.optional(),
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
    ...(window && { ring: windowOf(window, policy.holidays) }),
    ...(take && { take: targetOf(take, policy.holidays) }),
    ...(answer && { answer: targetOf(answer, policy.holidays) }),
  };
});
