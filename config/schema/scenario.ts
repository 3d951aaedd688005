/**
 * A scenario: hospital files and lines typed by personas at given instants, and what each must read. Played offline by
 * `relais rehearse`, and on a real homeserver by the demo.
 */
import { z } from 'zod';
import { parseParis } from '../paris-text.ts';
import { say, strict } from '../problem.ts';
import { instant, type ScenarioEvent, scenarioStep } from './scenario-step.ts';

export type { ScenarioStep } from './scenario-step.ts';

/** Units of the hospital and the tags that pathways start from. */
const unit = strict({ code: z.string(), label: z.string(), tags: z.array(z.string()).default([]) });

export const scenarioSchema = strict({
  title: z.string(),
  start: instant.describe('Europe/Paris, `2026-11-26 13:55`'),
  source: strict({
    id: z.string(),
    facility: z.string().min(1),
    name: z.string().optional(),
    units: z.array(unit).optional().describe('without them, any unit, and no tag'),
  }).optional(),
  people: z.string().optional().describe('people.yaml, with who is on duty'),
  equipe: z.string().optional(),
  pathways: z.string().optional().describe('a folder of pathways besides those that come with Relais'),
  late: z.array(z.string()).default([]).describe('persons who join only when a `joins` step says so'),
  steps: z.array(scenarioStep),
}).superRefine(({ start, source, steps }, context) => {
  let last = start;
  for (const [n, step] of steps.entries()) {
    const issue = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: ['steps', n, key], message });
    if ('event' in step && source === undefined)
      issue('event', say('no hospital says it', 'add source: { id: ch-modele, facility: CH_MODELE } above the steps'));
    if (step.at === undefined) continue;
    // Played as it stands, the step would happen at once, and what it proves would be of another hour.
    if (parseParis(step.at) < parseParis(last))
      issue('at', say(`${step.at} comes before ${last}: the clock never goes back`, 'write the steps in their order'));
    else last = step.at;
  }
});

export type Scenario = z.infer<typeof scenarioSchema>;

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
