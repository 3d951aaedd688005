/** A question of a pathway's form as YAML: `form:` (DESIGN §4). */
import { z } from 'zod';
import { say, strict } from '../problem.ts';

const LATER = ['number', 'file', 'choice', 'date', 'yes-no'];

export const fieldSchema = strict({
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
