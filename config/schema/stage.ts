/** One stage of a pathway as YAML: who does it, against which clock, and what its answer consists of (DESIGN §4). */
import { z } from 'zod';
import { ROLES } from '../../care/people/person.ts';
import type { FormField } from '../../care/request/form.ts';
import type { Destination, OutcomeChoice, Stage, Start } from '../../care/request/pathway.ts';
import { say, strict } from '../problem.ts';
import { fold } from '../texts/fold.ts';
import { fieldSchema } from './form.ts';
import { slaSchema } from './sla.ts';
import { slug } from './slug.ts';
import { dayLater, span } from './time.ts';

/** A group, with the asker's territory in it when there is one per territory. */
const group = z
  .string()
  .regex(
    /^(?:[a-z0-9]+|\{territory\})(?:-(?:[a-z0-9]+|\{territory\}))*$/,
    say(
      'not the name of a group',
      'lower-case letters, digits and single hyphens; {territory} for one group per territory',
    ),
  )
  .refine((name) => name.split('{territory}').length <= 2, {
    error: say('{territory} twice', 'once is enough'),
  });

const destination = strict({
  group,
  dispatch: z.enum(['first-accept', 'on-duty-then-all', 'queue', 'everyone']),
  backup: z.array(slug).default([]),
  restricted: z.boolean().default(false),
})
  .refine((to) => !to.restricted || to.backup.length === 0, {
    path: ['backup'],
    error: say('a restricted group with a backup', 'nobody else is told of it: remove the backup, or restricted'),
  })
  .transform((to): Destination => to);

const outcome = strict({
  word: slug,
  label: z.string().min(1),
  next: slug.optional(),
  opens: slug.optional(),
  rings: z.array(z.enum(ROLES)).min(1).optional(),
}).transform(({ rings, ...o }): OutcomeChoice => ({
  word: o.word,
  label: o.label,
  next: o.next,
  opens: o.opens,
  ...(rings && { rings }),
}));

/** Roles that may answer within the group, and what is asked of them; without a form, a single free text. */
const answer = strict({
  who: z.array(z.enum(ROLES)).min(1).optional(),
  form: z.array(fieldSchema).min(1).max(30).optional(),
});

const FREE_TEXT: FormField = {
  key: 'answer',
  label: 'Réponse',
  help: undefined,
  type: 'text',
  multiline: true,
  longest: 8_000,
  required: true,
  share: 'after',
  when: undefined,
};

/** `J+7`, or `{ at: J+7 14:00, from: stage }`; counted from the opening of the request when nothing is said. */
const starts = z.union([
  dayLater.transform((day): Start => ({ ...day, from: 'opening' })),
  strict({ at: dayLater, from: z.enum(['opening', 'stage']).default('opening') }).transform(({ at, from }): Start => ({
    ...at,
    from,
  })),
]);

const doing = {
  to: destination,
  sla: slaSchema.optional(),
  answer: answer.optional(),
  outcomes: z.array(outcome).default([]),
  expires: span.optional(),
};

/** What a pathway of a single stage writes at its top level, instead of `stages`. */
export const singleStage = { ...doing, to: destination.optional() };

/** `to: same`: whoever did the stage before goes on with it, and reads on. */
const stage = strict({
  ...doing,
  id: slug,
  title: z.string().min(1),
  done: z.string().min(1),
  to: z.union([z.literal('same'), destination], {
    error: ({ input }) =>
      typeof input === 'string' ? say(`"${input}" is no destination`, 'write same, or { group, dispatch }') : undefined,
  }),
  starts: starts.optional(),
  readers: z.array(slug).default([]),
});

type StageFile = z.infer<typeof stage>;

type Doing = Pick<StageFile, 'sla' | 'answer' | 'outcomes' | 'expires'>;

export const stagesSchema = z
  .array(stage)
  .min(2, say('a single stage', 'write to:, sla: and answer: at the top of the file, without stages:'))
  .superRefine((list, context) => {
    const issue = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    for (const [n, one] of list.entries()) {
      if (list.findIndex((other) => other.id === one.id) < n)
        issue([n, 'id'], say(`"${one.id}" is already a stage`, 'give each its own id'));
      if (one.to === 'same' && n === 0)
        issue([n, 'to'], say('nobody did anything before the first stage', 'name its group'));
      if (
        one.to === 'same' &&
        list[n - 1]?.to !== 'same' &&
        (list[n - 1]?.to as Destination | undefined)?.dispatch === 'everyone'
      )
        issue([n, 'to'], say('everybody did the stage before', 'name the group of this one'));
      for (const [m, reader] of one.readers.entries())
        if (!list.slice(0, n).some((other) => other.id === reader))
          issue(
            [n, 'readers', m],
            say(`"${reader}" is no stage before this one`, 'name earlier stages whose doers are to read this one'),
          );
      for (const [m, { next }] of one.outcomes.entries())
        if (next !== undefined && next !== 'end' && !list.some((other) => other.id === next))
          issue(
            [n, 'outcomes', m, 'next'],
            say(`"${next}" is no stage of this pathway`, 'write the id of a stage, or end'),
          );
    }
  })
  .transform((list): Stage[] => {
    const stages: Stage[] = [];
    for (const one of list) {
      const before = stages.at(-1);
      const to = one.to === 'same' ? before?.to : one.to;
      if (to)
        stages.push(
          stageOf(one, {
            id: one.id,
            title: one.title,
            done: one.done,
            to,
            sameTaker: one.to === 'same',
            starts: one.starts,
            readers: one.to === 'same' && before ? [...before.readers, before.id, ...one.readers] : one.readers,
          }),
        );
    }
    return stages;
  });

/** The only stage of a pathway without `stages`. */
export function onlyStage(file: Doing, to: Destination): Stage {
  return stageOf(file, {
    id: 'demande',
    title: '',
    done: 'répondue',
    to,
    sameTaker: false,
    starts: undefined,
    readers: [],
  });
}

function stageOf(
  { sla, answer: given, outcomes, expires }: Doing,
  named: Pick<Stage, 'id' | 'title' | 'done' | 'to' | 'sameTaker' | 'starts' | 'readers'>,
): Stage {
  return {
    ...named,
    answer: { who: given?.who, form: given?.form ?? [FREE_TEXT] },
    outcomes,
    sla,
    expires,
  };
}

/** What is wrong between the clock, the outcomes and the destination of a stage. */
export function stageFaults({ to, sla, outcomes, expires }: Stage): { path: string[]; message: string }[] {
  const faults: { path: string[]; message: string }[] = [];
  const words = outcomes.map((o) => fold(o.word));
  if (new Set(words).size !== words.length)
    faults.push({ path: ['outcomes'], message: say('the same word twice', 'each outcome has its own word') });
  if (to.dispatch === 'everyone' && outcomes.length > 0)
    faults.push({
      path: ['outcomes'],
      message: say('outcomes of a stage that everybody answers', 'add a stage after it, for who decides'),
    });
  const targets = sla ? [sla.take, sla.answer] : [];
  const leaves = targets.some((target) =>
    target?.escalate.some((step) => step.to === 'coordinator' || step.to === 'backup'),
  );
  if (to.restricted && leaves)
    faults.push({
      path: ['sla'],
      message: say('an escalation out of a restricted group', 'escalate to group or on-duty'),
    });
  if (to.backup.length === 0 && targets.some((target) => target?.escalate.some((step) => step.to === 'backup')))
    faults.push({
      path: ['to'],
      message: say('an escalation to a backup that is not named', 'add backup: [group] to to:, or escalate to group'),
    });
  const [first] = sla?.take?.escalate ?? [];
  const within = sla?.take?.within ?? 0;
  const late = first && ('share' in first.at ? within * first.at.share : within + first.at.after);
  // A clock is never faster than the calendar, in which the end is counted: it comes first.
  if (expires !== undefined && late !== undefined && expires <= late)
    faults.push({
      path: ['expires'],
      message: say('it ends before anybody is told that it is late', 'write a longer span, or escalate earlier'),
    });
  return faults;
}
