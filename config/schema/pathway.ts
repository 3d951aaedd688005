/** The YAML shape of a pathway (DESIGN §4) and its reading into `Pathway`. Strict: what is not written here is an error. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Pathway } from '../../care/request/pathway.ts';
import { say, strict } from '../problem.ts';
import { fold } from '../texts/fold.ts';
import { fieldSchema } from './form.ts';
import { slaSchema } from './sla.ts';
import { slug } from './slug.ts';

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
    .array(fieldSchema)
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
  sla: slaSchema,
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
