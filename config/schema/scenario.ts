/**
 * A scenario: hospital files and lines typed by personas at given instants, and what each must read. Played offline by
 * `relais rehearse`, and on a real homeserver by the demo.
 */
import { z } from 'zod';

const at = z
  .string()
  .describe('Europe/Paris, `2026-11-26 14:00`; the clock runs until then, deadlines included')
  .optional();
const who = z.string().describe('id of a person of the people file');
const where = z
  .string()
  .regex(
    /^(direct|request|group:[\w-]+|patient:[\w-]+)$/,
    'direct, request (the last one), group:<name> or patient:<IPP>',
  );

/** What a hospital says of the patient of a scenario, with an invented identity: `POST /v1/events` in short. */
const event = z.strictObject({
  type: z.enum(['admission', 'discharge']),
  ipp: z.string(),
  unit: z.string(),
  destination: z.enum(['home', 'transfer', 'death', 'other']).optional(),
});

const step = z.union([
  z.strictObject({ at, post: z.string().describe('HL7 v2 or JSON file, relative to the scenario') }),
  z.strictObject({ at, event }),
  z.strictObject({
    at,
    who,
    where,
    says: z
      .union([z.string().transform((line) => [line]), z.array(z.string()).min(1)])
      .describe(
        'a line, or one after the other; {code} stands for the last request code, {booking} for the last booking',
      ),
  }),
  z.strictObject({
    at,
    who,
    where,
    attaches: z
      .strictObject({ name: z.string(), mime: z.string(), size: z.int().min(1) })
      .describe('an encrypted file'),
  }),
  z.strictObject({ at, who, where, reacts: z.string(), thread: z.boolean().optional() }),
  z.strictObject({ at, who, joins: z.literal(true) }),
  z.strictObject({
    at,
    who,
    where: where.optional().describe('in this room alone'),
    reads: z.string().describe('a part of what this person has read since the start'),
    rung: z.boolean().optional().describe('and it rang them, or did not'),
  }),
  z.strictObject({
    at,
    who,
    where: where.optional(),
    never: z.string().describe('what this person must not have read'),
  }),
  z.strictObject({ at: z.string() }),
]);

/** Units of the hospital and the tags that pathways start from. */
const unit = z.strictObject({ code: z.string(), label: z.string(), tags: z.array(z.string()).default([]) });

export const scenarioSchema = z.strictObject({
  title: z.string(),
  start: z.string().describe('Europe/Paris, `2026-11-26 13:55`'),
  source: z
    .strictObject({
      id: z.string(),
      facility: z.string(),
      name: z.string().optional(),
      units: z.array(unit).optional().describe('without them, any unit, and no tag'),
    })
    .optional(),
  people: z.string().optional().describe('people.yaml, with who is on duty'),
  equipe: z.string().optional(),
  pathways: z.string().optional().describe('a folder of pathways besides those that come with Relais'),
  late: z.array(z.string()).default([]).describe('persons who join only when a `joins` step says so'),
  steps: z.array(step),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioStep = z.infer<typeof step>;

type ScenarioEvent = z.infer<typeof event>;

/** The same shorthand as the JSON that a hospital posts. @param n makes key and movement unique. @param at epoch ms UTC */
export function eventBody(
  { type, ipp, unit: code, destination }: ScenarioEvent,
  facility: string,
  n: number,
  at: number,
): string {
  return JSON.stringify({
    key: `scenario-${String(n)}`,
    type,
    occurredAt: new Date(at).toISOString(),
    facility,
    patient: { ipp, birthName: 'MODELE', givenName: 'Odile', birthDate: '1941-05-12', sex: 'F' },
    visit: `V${ipp}`,
    movement: { id: `M${String(n)}` },
    unit: { code },
    ...(destination && { destination }),
  });
}

/** Of requests (`D-4K7`) and of bookings (`C-4K7M`). */
export type CodeLetter = 'D' | 'C';

/** @returns the first code of that sort in what was said */
export function codeIn(body: string, letter: CodeLetter): string | undefined {
  return new RegExp(`\\b${letter}-[A-Z0-9]{3,4}\\b`).exec(body)?.[0];
}

/** A line with its codes in place; one that nobody has read yet stays as it is written. */
export function filled(text: string, last: (letter: CodeLetter) => string | undefined): string {
  return text.replaceAll('{code}', () => last('D') ?? '{code}').replaceAll('{booking}', () => last('C') ?? '{booking}');
}

/** Is it in what somebody read? An apostrophe is the same however it is typed: one that differs would hide a `never`. */
export function holds(body: string, text: string): boolean {
  const plain = (one: string): string => one.replaceAll('’', "'");
  return plain(body).includes(plain(text));
}
