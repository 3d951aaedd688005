/** The YAML shape of a pathway (DESIGN §4) and its reading into `Pathway`. Strict: what is not written here is an error. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DAY, HOUR, MINUTE } from '../../care/relay/civil-time.ts';
import type { Pathway, SlaPolicy, SlaStep, SlaTarget, Span } from '../../care/request/pathway.ts';
import { say, strict } from '../problem.ts';
import { fold } from '../texts/fold.ts';

/** Short names that end up in Matrix refs, keys and file names: lower case, digits, hyphens. */
export const slug = z
  .string()
  .regex(
    /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
    say('not a short name', 'lower-case letters without accents, digits and single hyphens'),
  );

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

const sla = strict({
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

const LATER = ['number', 'file', 'choice', 'date', 'yes-no'];

const field = strict({
  key: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, say('not a key', 'lower-case letters without accents, digits, underscores')),
  label: z.string().min(1).optional(),
  type: z.literal('text', {
    error: ({ input }) =>
      typeof input === 'string' && LATER.includes(input)
        ? say(`fields of type ${input} come later`, 'write type: text and say in the label what is expected')
        : say('not a type of field', 'write type: text, the only one for now'),
  }),
  required: z.boolean(),
  share: z.enum(['before', 'after']),
}).transform(({ label, ...rest }) => ({
  ...rest,
  label: label ?? rest.key.charAt(0).toUpperCase() + rest.key.slice(1).replaceAll('_', ' '),
}));

const word = z
  .string()
  .regex(
    /^[\p{Ll}0-9]+(?:-[\p{Ll}0-9]+)*$/u,
    say('not a word that can be typed', 'one word, lower case, accents allowed, no space'),
  );

/** One file of config/pathways, version apart. */
export const pathwaySchema = strict({
  id: slug,
  title: z.string().min(1),
  family: slug,
  words: z.array(word).min(1),
  ask: strict({
    who: z.array(slug).min(1),
    consent: z.enum(['required', 'not-needed']),
    urgent: z.enum(['refuse-15', 'accept']),
  }),
  form: z
    .array(field)
    .min(1)
    .max(
      5,
      say('more than five questions', 'keep the five that matter before sending; ask the rest in the request room'),
    ),
  to: strict({
    group: slug,
    dispatch: z.enum(['first-accept', 'on-duty-then-all', 'everyone']),
    backup: z.array(slug).default([]),
  }),
  sla,
  trace: strict({
    report: slug.optional(),
    billing: z
      .array(z.string().regex(/^[A-Z][A-Z0-9]{1,6}$/, say('not a code of an act', 'capitals and digits: TE2')))
      .default([]),
    to: z.array(z.enum(['asker', 'medecin-traitant'])).default([]),
  }),
  count: z.array(z.enum(['asked', 'taken', 'answered', 'median-answer', 'within-sla'])).default([]),
})
  .refine((p) => new Set(p.words.map(fold)).size === p.words.length, {
    path: ['words'],
    error: say('the same word twice', 'accents and capitals do not make another word; keep one'),
  })
  .refine((p) => new Set(p.form.map((f) => f.key)).size === p.form.length, {
    path: ['form'],
    error: say('two fields with the same key', 'give each its own key'),
  })
  .transform((p): Omit<Pathway, 'version'> => ({ ...p, trace: { ...p.trace, report: p.trace.report } }));

/**
 * The version of a pathway: a hash of what its file says, so that a request keeps the policy it started with and a
 * corrected comment does not make a new one.
 * @returns 16 hexadecimal characters
 */
export function pathwayVersion(pathway: Omit<Pathway, 'version'>): string {
  return createHash('sha256').update(JSON.stringify(pathway)).digest('hex').slice(0, 16);
}
