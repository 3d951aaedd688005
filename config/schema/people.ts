/** The YAML shapes of people.yaml (persons and duty) and equipe.yaml (the équipe de soins of each patient). */
import { z } from 'zod';
import { fromParis, toParis } from '../../care/relay/civil-time.ts';
import { ROLES } from '../../care/people/person.ts';
import type { DutyPeriod, Person, Team } from '../../care/people/person.ts';
import { say, strict } from '../problem.ts';
import { slug } from './slug.ts';

/** An identifier of another system (FINESS, IPP, RPPS): text, even when it is typed as a number. */
export const identifier = z
  .union(
    [z.string().trim().min(1), z.int()],
    say('not an identifier', 'write it as it is printed, without spaces around it'),
  )
  .transform(String);

/** `2026-11-27 08:00` on a wall in Paris → epoch ms UTC. */
const parisMoment = z.string().transform((text, context): number => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] =
    /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})$/.exec(text)?.slice(1).map(Number) ?? [];
  if (year > 0) {
    const instant = fromParis({ year, month, day, hour, minute });
    const shown = toParis(instant);
    if (
      shown.year === year &&
      shown.month === month &&
      shown.day === day &&
      shown.hour === hour &&
      shown.minute === minute
    )
      return instant;
    context.addIssue(
      say(
        `"${text}" does not exist in Paris`,
        'look at the calendar: a month has no such day, or the clocks jump over this hour',
      ),
    );
    return z.NEVER;
  }
  context.addIssue(say(`"${text}" is not a local date and time`, 'write 2026-11-27 08:00 (Europe/Paris)'));
  return z.NEVER;
});

const person = strict({
  id: slug,
  matrix: z
    .string()
    .regex(
      /^@[a-z0-9._=/+-]+:[a-z0-9.-]+(?::\d+)?$/,
      say('not a Matrix id', 'write it between quotes, lower case: "@prenom.nom:serveur.fr"'),
    ),
  name: z.string().trim().min(1),
  role: z.enum(ROLES),
  rpps: identifier
    .pipe(z.string().regex(/^\d{11}$/, say('not an RPPS number', 'eleven digits; leave it out for who has none')))
    .optional(),
  territory: slug.optional(),
  groups: z.array(slug).default([]),
  cabinet: slug.optional(),
});

const period = strict({ group: slug, person: slug, from: parisMoment, to: parisMoment }).refine((p) => p.from < p.to, {
  path: ['to'],
  error: say('the duty ends before it begins', 'exchange the two dates'),
});

export const peopleSchema: z.ZodType<{ persons: Person[]; duty: DutyPeriod[] }> = strict({
  persons: z.array(person),
  duty: z.array(period).default([]),
});

export const teamsSchema: z.ZodType<Team[]> = z.array(
  strict({
    facility: identifier,
    ipp: identifier,
    members: z
      .array(slug)
      .min(
        1,
        say(
          'nobody in this équipe',
          'name somebody, or remove the entry: without équipe a patient has no room and is listed',
        ),
      ),
  }),
);
