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

const step = z.union([
  z.strictObject({ at, post: z.string().describe('HL7 v2 or JSON file, relative to the scenario') }),
  z.strictObject({ at, who, where, says: z.string().describe('{code} stands for the last request code') }),
  z.strictObject({ at, who, where, reacts: z.string(), thread: z.boolean().optional() }),
  z.strictObject({ at, who, joins: z.literal(true) }),
  z.strictObject({ at, who, reads: z.string().describe('a part of what this person has read since the start') }),
  z.strictObject({ at, who, never: z.string().describe('what this person must not have read') }),
  z.strictObject({ at: z.string() }),
]);

export const scenarioSchema = z.strictObject({
  title: z.string(),
  start: z.string().describe('Europe/Paris, `2026-11-26 13:55`'),
  source: z.strictObject({ id: z.string(), facility: z.string(), name: z.string().optional() }).optional(),
  people: z.string().optional(),
  equipe: z.string().optional(),
  late: z.array(z.string()).default([]).describe('persons who join only when a `joins` step says so'),
  steps: z.array(step),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioStep = z.infer<typeof step>;
