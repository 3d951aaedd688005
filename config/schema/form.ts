/** The questions of a form as YAML: `form:` and `answer.form:` of a pathway (DESIGN §4). */
import { z } from 'zod';
import type { Column, FormField, Option } from '../../care/request/form.ts';
import { say, strict } from '../problem.ts';
import { fold } from '../texts/fold.ts';

const key = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/, say('not a key', 'lower-case letters without accents, digits, underscores'));

/** `age_du_patient` → « Age du patient » when the file gives no label. */
function labelOf(from: string): string {
  return from.charAt(0).toUpperCase() + from.slice(1).replaceAll(/[_-]/g, ' ');
}

/** A number, with or without decimals: the YAML reader keeps `0.5` as the text that was typed. */
const decimal = z
  .union([z.number(), z.string().regex(/^-?\d+\.\d+$/)], say('not a number', 'write 12 or 0.5'))
  .transform(Number);

const words = z.union([z.string(), z.boolean(), z.number()]).transform(String);

/** `[oui, non]`, or `{ value, label }` when what is kept is not what is read. */
const options = z
  .array(
    z.union([
      z
        .string()
        .min(1)
        .transform((label): Option => ({ value: slugOf(label), label })),
      strict({ value: key, label: z.string().min(1) }),
    ]),
  )
  .min(2, say('fewer than two options', 'a choice has at least two; else write type: yes-no'))
  .refine((list) => new Set(list.map((o) => o.value)).size === list.length, {
    error: say('the same option twice', 'accents and capitals do not make another option; give a value to each'),
  });

function slugOf(label: string): string {
  return fold(label)
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
}

const most = (few: number, all: number): z.ZodDefault<z.ZodInt> => z.int().min(1).max(all).default(few);

const common = {
  key,
  label: z.string().min(1).optional(),
  help: z.string().min(1).optional(),
  required: z.boolean().default(false),
  /** Safe when nothing is said: only who takes it reads it. */
  share: z.enum(['before', 'after']).default('after'),
  when: strict({
    field: key,
    is: z.union(
      [words.transform((one) => [one]), z.array(words).min(1)],
      say('no answer to compare with', 'write is: one of its answers, or a list of them'),
    ),
  }).optional(),
};

const column = z
  .discriminatedUnion(
    'type',
    [
      strict({ key, label: z.string().optional(), required: z.boolean().default(false), type: z.literal('text') }),
      strict({
        key,
        label: z.string().optional(),
        required: z.boolean().default(false),
        type: z.literal('number'),
        unit: z.string().optional(),
      }),
      strict({
        key,
        label: z.string().optional(),
        required: z.boolean().default(false),
        type: z.literal('choice'),
        options,
      }),
    ],
    say('not a type of column', 'write one of: text, number, choice'),
  )
  .transform((c): Column => {
    const base = { key: c.key, label: c.label ?? labelOf(c.key), required: c.required };
    if (c.type === 'text') return { ...base, type: c.type };
    return c.type === 'number'
      ? { ...base, type: c.type, unit: c.unit }
      : { ...base, type: c.type, options: c.options };
  });

const field = z.discriminatedUnion(
  'type',
  [
    strict({
      ...common,
      type: z.literal('text'),
      multiline: z.boolean().default(true),
      longest: z.int().min(1).max(8000).default(2000),
      urgent: z.literal('ignore').optional(),
    }),
    strict({ ...common, type: z.literal('choice'), options }),
    strict({ ...common, type: z.literal('choices'), options }),
    strict({
      ...common,
      type: z.literal('number'),
      unit: z.string().min(1).optional(),
      min: decimal.optional(),
      max: decimal.optional(),
      decimals: z.int().min(0).max(4).default(0),
    }),
    strict({ ...common, type: z.literal('date'), bound: z.enum(['past', 'future']).optional() }),
    strict({ ...common, type: z.literal('yes-no') }),
    strict({ ...common, type: z.literal('photo'), most: most(4, 10) }),
    strict({
      ...common,
      type: z.literal('file'),
      accept: z
        .array(
          z
            .string()
            .regex(/^[a-z]+\/(?:\*|[a-z0-9.+-]+)$/, say('not a type of file', 'write image/* or application/pdf')),
        )
        .min(1)
        .default(['image/*', 'application/pdf']),
      most: most(4, 10),
    }),
    strict({
      ...common,
      type: z.literal('table'),
      columns: z
        .array(column)
        .min(1)
        .max(8)
        .refine((list) => new Set(list.map((c) => c.key)).size === list.length, {
          error: say('two columns with the same key', 'give each its own key'),
        }),
      most: most(20, 100),
      urgent: z.literal('ignore').optional(),
    }),
    strict({
      ...common,
      type: z.literal('scale'),
      from: z.int().default(0),
      to: z.int(),
      lowest: z.string().optional(),
      highest: z.string().optional(),
    }).refine((s) => s.from < s.to && s.to - s.from <= 20, {
      path: ['to'],
      error: say('not a scale', 'from is below to, twenty steps at most: from: 0, to: 10'),
    }),
  ],
  say('not a type of field', 'write one of: text, choice, choices, number, date, yes-no, photo, file, table, scale'),
);

export const fieldSchema = field.transform((given): FormField => {
  const { label, help, when } = given;
  const base = {
    key: given.key,
    label: label ?? labelOf(given.key),
    help,
    when,
    required: given.required,
    share: given.share,
  };
  switch (given.type) {
    case 'number':
      return { ...base, type: 'number', unit: given.unit, min: given.min, max: given.max, decimals: given.decimals };
    case 'date':
      return { ...base, type: 'date', bound: given.bound };
    case 'scale':
      return { ...base, type: 'scale', from: given.from, to: given.to, lowest: given.lowest, highest: given.highest };
    case 'text':
    case 'table': {
      const { urgent, ...rest } = given;
      return { ...rest, ...base, ...(urgent && { urgent }) };
    }
    default:
      return { ...given, ...base };
  }
});

/** What names somebody: the group must not read it, and the request room has the identity anyway. */
const IDENTITY = new Set([
  'prenom',
  'prenoms',
  'naissance',
  'ddn',
  'ins',
  'nir',
  'ipp',
  'nss',
  'identite',
  'adresse',
  'telephone',
]);

export function namesSomebody(name: string): boolean {
  const parts = fold(name).split(/[^a-z0-9]+/);
  if (parts.some((part) => IDENTITY.has(part))) return true;
  return parts[0] === 'nom' && (parts.length === 1 || /^(?:de|du|patient|usage|famille)/.test(parts[1] ?? ''));
}
