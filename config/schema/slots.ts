/**
 * The slots of unscheduled care (SNP) that a coordinator keeps in a YAML file: recurring rules (`jours`, `de`, `a`) and
 * dated slots (`date`, `de`, `a`). Keys are French: professionals edit this file.
 */
import { z } from 'zod';
import { readYaml, say, strict } from '../problem.ts';
import type { ConfigProblem } from '../problem.ts';
import { slug } from './slug.ts';

export const DAYS = ['lun', 'mar', 'mer', 'jeu', 'ven', 'sam', 'dim'] as const;

const hour = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, say('not an hour of the day', 'write an hour of Paris from 00:00 to 23:59'));

const date = z.iso.date(say('not a possible day', 'write year-month-day, for instance 2026-12-24'));

const text = z.string().trim().min(1, say('empty', 'write what a colleague should read'));

const minutes = say('not a length of a slot', 'write whole minutes, from 5 to 720');

const fields = {
  id: slug,
  par: text,
  specialite: text,
  lieu: text,
  telephone: text.optional(),
  /** Who is told of a booking: an id of people.yaml. */
  personne: slug.optional(),
  /** Booked there and not here. */
  lien: z.url(say('not a link', 'write it whole: https://…')).optional(),
  /** Who may see it; PRO when nothing is said. */
  visibilite: z.enum(['PUBLIC', 'PRO', 'SNP', 'CPTS']).optional(),
  /** How many patients each slot can take. */
  places: z.int().min(1, say('no place', 'write 1 or more, or remove the slot')).default(1),
  /** Cuts the span into slots of so many minutes; without it the span is one slot. */
  duree: z.int(minutes).min(5, minutes).max(720, minutes).optional(),
  de: hour,
  /** Before `de`: the next day. */
  a: hour,
  jours: z
    .array(z.enum(DAYS))
    .min(1, say('no day', `write one or more of ${DAYS.join(', ')}`))
    .optional(),
  date: date.optional(),
  /** First and last day of a recurring rule, both included. */
  du: date.optional(),
  au: date.optional(),
  /** Only every so many weeks, counted from that of `du` (one Friday in two: 2). */
  semaines: z.int().min(2, say('not a number of weeks', 'write 2 for one week in two, or remove it')).max(8).optional(),
  /** Days on which a recurring rule does not hold. */
  sauf: z.array(date).optional(),
};

export type SlotRule = z.infer<ReturnType<typeof strict<typeof fields>>>;

/** What no field can tell alone. Looked at even when a field is wrong, so that everything is said at once. */
const CROSS: { path: keyof SlotRule; wrong: (rule: Partial<SlotRule>) => boolean; message: string }[] = [
  {
    path: 'jours',
    wrong: (rule) => (rule.jours === undefined) === (rule.date === undefined),
    message: say('a slot has either jours or date', 'write jours (every week) or date (once), and only one of them'),
  },
  ...(['du', 'au', 'sauf'] as const).map((path) => ({
    path,
    wrong: (rule: Partial<SlotRule>) => rule.date !== undefined && rule[path] !== undefined,
    message: say(`${path} means nothing for a single date`, `remove ${path}, or replace date by jours`),
  })),
  {
    path: 'semaines',
    wrong: (rule) => rule.semaines !== undefined && rule.du === undefined,
    message: say('nothing says which weeks', 'add du: the first day of a week in which it holds'),
  },
  {
    path: 'a',
    wrong: (rule) => rule.de !== undefined && rule.de === rule.a,
    message: say('it ends when it begins', 'write another hour; an earlier one is on the next day'),
  },
  {
    path: 'au',
    wrong: (rule) => rule.du !== undefined && rule.au !== undefined && rule.au < rule.du,
    message: say('it ends before it begins', 'write the same day as du, or a later one'),
  },
];

const isObject = (value: unknown): value is Partial<SlotRule> => typeof value === 'object' && value !== null;

const rule = CROSS.reduce<z.ZodType<SlotRule>>(
  (schema, { path, wrong, message }) =>
    schema.refine((value: unknown) => !isObject(value) || !wrong(value), { path: [path], message, when: () => true }),
  strict(fields),
);

/** The whole file. Ids are unique: they name a slot in a request. */
const slotsSchema = strict({
  creneaux: z.array(rule),
}).superRefine(({ creneaux }, context) => {
  creneaux.forEach(({ id }, i) => {
    if (creneaux.findIndex((other) => other.id === id) === i) return;
    const message = say(`id ${id} is already taken above`, 'give another one');
    context.addIssue({ code: 'custom', path: ['creneaux', i, 'id'], message });
  });
});

/** @returns the rules of a file of slots, or every problem at once */
export function readSlots(file: string): { rules: SlotRule[] } | { problems: ConfigProblem[] } {
  const read = readYaml(file, slotsSchema);
  return 'problems' in read ? read : { rules: read.value.creneaux };
}
