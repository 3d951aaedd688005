/**
 * One step of a scenario: an instant, and one act. The act is told by its key, so that what is wrong is said of the act
 * that was meant, and never of all the others.
 */
import { z } from 'zod';
import { parseParis } from '../paris-text.ts';
import { say, strict } from '../problem.ts';

/** Europe/Paris, `2026-11-26 14:00`, kept as written. */
export const instant = z.string().refine(isInstant, {
  error: ({ input }) => say(`${String(input)} is no instant`, 'write 2026-11-26 14:00 (Europe/Paris)'),
});

const at = instant
  .describe('Europe/Paris, `2026-11-26 14:00`; the clock runs until then, deadlines included')
  .optional();
const who = z.string().describe('id of a person of the people file');
const where = z.string().regex(/^(direct|request|group:[\w-]+|patient:[\w-]+)$/, {
  error: ({ input }) =>
    say(`"${String(input)}" is no room`, 'write direct, request (the last one), group:<name> or patient:<IPP>'),
});

/** What a hospital says of the patient of a scenario, with an invented identity: `POST /v1/events` in short. */
const event = strict({
  type: z.enum(['admission', 'discharge']),
  ipp: z.string(),
  unit: z.string(),
  destination: z.enum(['home', 'transfer', 'death', 'other']).optional(),
});

export type ScenarioEvent = z.infer<typeof event>;

/** What a step may do, each under the key that tells it. */
const ACTS = {
  says: strict({
    at,
    who,
    where,
    says: z
      .union([z.string().transform((line) => [line]), z.array(z.string()).min(1)])
      .describe(
        'a line, or one after the other; {code} stands for the last request code, {booking} for the last booking',
      ),
  }),
  reads: strict({
    at,
    who,
    where: where.optional().describe('in this room alone'),
    reads: z.string().describe('a part of what this person has read since the start'),
    rung: z.boolean().optional().describe('and it rang them, or did not'),
  }),
  never: strict({
    at,
    who,
    where: where.optional(),
    never: z.string().describe('what this person must not have read'),
  }),
  attaches: strict({
    at,
    who,
    where,
    attaches: strict({ name: z.string(), mime: z.string(), size: z.int().min(1) }).describe('an encrypted file'),
  }),
  reacts: strict({ at, who, where, reacts: z.string(), thread: z.boolean().optional() }),
  joins: strict({ at, who, joins: z.literal(true) }),
  event: strict({ at, event }),
  post: strict({ at, post: z.string().describe('HL7 v2 or JSON file, relative to the scenario') }),
};

/** Time passes. */
const waits = strict({ at: instant });

type Act = { [K in keyof typeof ACTS]: z.infer<(typeof ACTS)[K]> }[keyof typeof ACTS];
export type ScenarioStep = Act | z.infer<typeof waits>;

export const scenarioStep = z.unknown().transform((raw, context): ScenarioStep => {
  const keys = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? Object.keys(raw) : [];
  const acts = Object.keys(ACTS).filter((key): key is keyof typeof ACTS => keys.includes(key));
  const [act, other] = acts;
  if (act && other) {
    context.addIssue(say(`${act} and ${other} in one step`, 'write two steps'));
    return z.NEVER;
  }
  const unknown = keys.filter((key) => !['at', 'who', 'where'].includes(key));
  if (!act && (keys.length === 0 || keys.some((key) => key !== 'at'))) {
    const what = unknown.length > 0 ? `unknown key ${unknown.join(', ')}` : 'nothing is done';
    context.addIssue(say(what, `a step does one of ${Object.keys(ACTS).join(', ')}; or at alone, and time passes`));
    return z.NEVER;
  }
  const read = (act ? ACTS[act] : waits).safeParse(raw, { reportInput: true });
  if (read.success) return read.data;
  // Already worded for the reader: only their place in zod's own list is new.
  context.issues.push(...(read.error.issues as unknown as z.core.$ZodRawIssue[]));
  return z.NEVER;
});

function isInstant(text: string): boolean {
  try {
    parseParis(text);
    return true;
  } catch {
    return false;
  }
}
