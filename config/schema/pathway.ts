/** The YAML shape of a pathway (DESIGN §4) and its reading into `Pathway`, or into a pointer to another tool. Strict. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DAY } from '../../care/relay/civil-time.ts';
import type { FormField } from '../../care/request/form.ts';
import type { Offer, Pathway, Pointer } from '../../care/request/pathway.ts';
import { say, strict } from '../problem.ts';
import { fold } from '../texts/fold.ts';
import { fieldSchema, namesSomebody } from './form.ts';
import { slug } from './slug.ts';
import { onlyStage, singleStage, stageFaults, stagesSchema } from './stage.ts';
import { span, weekHours } from './time.ts';
import { triggersSchema } from './trigger.ts';

const word = z
  .string()
  .regex(
    /^[\p{Ll}0-9]+(?:-[\p{Ll}0-9]+)*$/u,
    say('not a word that can be typed', 'one word, lower case, accents allowed, no space'),
  );

const named = {
  id: slug,
  title: z.string().min(1),
  family: slug,
  words: z.array(word).default([]),
  help: z.string().min(1).optional(),
};

const urgent = z.union(
  [
    z.literal('accept'),
    z.literal('refuse-15').transform(() => ({ call: '15', say: undefined })),
    strict({
      call: z.string().regex(/^[0-9 +]{2,20}$/, say('not a telephone number', 'write it between quotes: "114"')),
      say: z.string().min(1).optional(),
      words: z
        .array(
          z
            .string()
            .regex(/[\p{L}\p{N}]/u)
            .max(60),
        )
        .min(1)
        .optional(),
    }).transform(({ call, say: what, words }) => ({ call, say: what, ...(words && { words }) })),
  ],
  {
    error: ({ input }) =>
      typeof input === 'string'
        ? say(`"${input}" is not what to do of an urgent case`, 'write refuse-15, accept, or { call: "114", say: … }')
        : undefined,
  },
);

const ask = strict({
  who: z.array(slug).min(1),
  territories: z.array(slug).min(1).optional(),
  consent: z.enum(['required', 'not-needed', 'ask']),
  urgent,
  hours: strict({
    opening: weekHours,
    holidays: z.boolean().default(false),
    'on-duty': z.boolean().default(false),
    otherwise: z.string().min(1),
  })
    .transform(({ 'on-duty': onDuty, ...hours }) => ({ ...hours, onDuty }))
    .optional(),
  anonymous: z.enum(['never', 'default', 'always']).default('never'),
});

/** Nobody asks for what an event alone opens. */
const NOBODY: Pathway['ask'] = {
  who: [],
  territories: undefined,
  consent: 'not-needed',
  urgent: 'accept',
  hours: undefined,
  anonymous: 'never',
};

const MOST_REQUIRED = 5;

/** One file of config/pathways, version apart. */
const pathwaySchema = strict({
  ...named,
  referent: slug.optional(),
  about: z.enum(['patient', 'nobody']).default('patient'),
  ask: ask.optional(),
  form: z
    .array(fieldSchema)
    .max(20)
    .default([])
    .refine((form) => form.filter((f) => f.required).length <= MOST_REQUIRED, {
      error: say(
        'more than five required questions',
        'keep the five that matter before sending; the others optional, or asked of who answers',
      ),
    }),
  ...singleStage,
  stages: stagesSchema.optional(),
  on: triggersSchema.default([]),
  closes: span.default(7 * DAY),
  trace: strict({
    report: slug.optional(),
    billing: z
      .array(z.string().regex(/^[A-Z][A-Z0-9]{1,6}$/, say('not a code of an act', 'capitals and digits: TE2')))
      .default([]),
    to: z.array(z.enum(['asker', 'medecin-traitant'])).default([]),
  }).prefault({}),
  count: z.array(z.enum(['asked', 'taken', 'answered', 'median-answer', 'within-sla'])).default([]),
}).transform((file, context): Omit<Pathway, 'version'> => {
  const issue = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  const { to, sla, answer, outcomes, expires, ...rest } = file;
  if ((to === undefined) === (file.stages === undefined))
    issue(
      ['to'],
      to
        ? say('both to and stages', 'keep one of them')
        : say('nobody does it', 'write to:, or stages: with a to: in each'),
    );
  const stages = file.stages ?? (to ? [onlyStage({ sla, answer, outcomes, expires }, to)] : []);
  if (file.ask === undefined && file.on.length === 0)
    issue(['ask'], say('nobody asks', 'write ask: with who may, or on: with the event that opens it'));
  const asks = file.ask ? { ...NOBODY, ...file.ask, territories: file.ask.territories, hours: file.ask.hours } : NOBODY;
  if (file.on.length > 0 && asks.consent !== 'not-needed')
    issue(
      ['ask', 'consent'],
      say(
        'an event cannot give the patient’s consent',
        'write not-needed, and make the consent the first question of the answer',
      ),
    );
  if (file.on.length === 0 && stages.some((stage) => stage.outcomes.some(({ rings }) => rings !== undefined)))
    issue(
      [file.stages ? 'stages' : 'outcomes'],
      say(
        'rings: of an outcome that is not told in a patient’s room',
        'it serves a pathway that an event opens (on:); who has asked is always rung: remove it',
      ),
    );
  if (new Set(file.words.map(fold)).size !== file.words.length)
    issue(['words'], say('the same word twice', 'accents and capitals do not make another word; keep one'));
  if (file.family === 'avis' && file.words.length === 0)
    issue(['words'], say('no word after avis', 'write the words that mean it: words: [cardio, ecg]'));
  if (file.trace.to.length > 0 && file.trace.report === undefined)
    issue(['trace', 'to'], say('there is no report to send', 'name it: trace: { report: conciliation, to: … }'));
  if (file.trace.to.includes('medecin-traitant') && file.about === 'nobody')
    issue(['trace', 'to'], say('nobody’s médecin traitant', 'write about: patient, or only asker'));
  formFaults([{ path: ['form'], form: file.form }, ...answerForms(file.stages !== undefined, stages)], issue);
  for (const [n, stage] of stages.entries())
    for (const { path, message } of stageFaults(stage)) issue(file.stages ? ['stages', n, ...path] : path, message);
  return {
    ...rest,
    help: file.help,
    referent: file.referent,
    ask: asks,
    stages,
    trace: { ...file.trace, report: file.trace.report },
  };
});

/** A file of config/pathways that sends elsewhere. */
const pointerSchema = strict({
  ...named,
  elsewhere: strict({ name: z.string().min(1), how: z.string().min(1), line: z.string().min(1).optional() }),
}).transform(({ elsewhere, ...rest }): Omit<Pointer, 'version'> => ({
  ...rest,
  help: rest.help,
  elsewhere: { name: elsewhere.name, how: elsewhere.how, line: elsewhere.line },
}));

/** One or the other: told apart by `elsewhere`, so that the problems said are those of the right one. */
export const offerSchema = z
  .unknown()
  .transform((raw, context): Omit<Pathway, 'version'> | Omit<Pointer, 'version'> => {
    const elsewhere = typeof raw === 'object' && raw !== null && 'elsewhere' in raw;
    const read = (elsewhere ? pointerSchema : pathwaySchema).safeParse(raw, { reportInput: true });
    if (read.success) return read.data;
    // Already worded for the reader: only their place in zod's own list is new.
    context.issues.push(...(read.error.issues as unknown as z.core.$ZodRawIssue[]));
    return z.NEVER;
  });

/**
 * The version of a pathway: a hash of what its file says, so that a request keeps the policy it started with and a
 * corrected comment does not make a new one.
 * @returns 16 hexadecimal characters
 */
export function pathwayVersion(offer: Omit<Offer, 'version'>): string {
  return createHash('sha256').update(JSON.stringify(offer)).digest('hex').slice(0, 16);
}

type PlacedForm = { path: (string | number)[]; form: FormField[] };

function answerForms(many: boolean, stages: Pathway['stages']): PlacedForm[] {
  return stages.map(({ answer }, n) => ({
    path: many ? ['stages', n, 'answer', 'form'] : ['answer', 'form'],
    form: answer.form,
  }));
}

/** Keys are unique over all the forms of a pathway, so that a condition and a carried answer mean one question. */
function formFaults(placed: PlacedForm[], issue: (path: (string | number)[], message: string) => void): void {
  const seen = new Set<string>();
  for (const { path, form } of placed) {
    for (const [n, field] of form.entries()) {
      const at = [...path, n];
      // The free text that stands for a missing form is the same question at each stage.
      if (seen.has(field.key) && field.key !== 'answer')
        issue([...at, 'key'], say(`two fields with the same key "${field.key}"`, 'give each its own key'));
      if (field.when && !seen.has(field.when.field))
        issue(
          [...at, 'when', 'field'],
          say(`no question "${field.when.field}" before this one`, 'name a question that is asked earlier'),
        );
      if (field.share === 'before' && (namesSomebody(field.key) || namesSomebody(field.label)))
        issue(
          [...at, 'share'],
          say(
            'the whole group would read who it is',
            'write share: after, or leave it to about: patient, which asks for the identity',
          ),
        );
      seen.add(field.key);
    }
  }
}
