/** The tariffs of acts that come with Relais: dated data, so that a new amount is a line and no code. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Tariff } from '../care/request/billing.ts';
import { readYaml, say, sayProblems, strict } from './problem.ts';
import { span } from './schema/time.ts';

const FILE = fileURLToPath(new URL('data/tarifs.yaml', import.meta.url));

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, say('not a date', 'write it as 2026-01-01'));

/** Decimals stay text in our YAML (config/problem.ts). */
const euros = z
  .union([z.number(), z.string().regex(/^\d+\.\d{1,2}$/, say('not an amount', 'write it as 23 or 27.60'))])
  .transform(Number);

const tariffs = strict({
  acts: z.array(
    strict({
      code: z.string().min(1),
      label: z.string().min(1),
      by: z.enum(['taker', 'asker']),
      'per-year': z.number().int().positive().optional(),
      'answer-within': span.optional(),
      amounts: z.array(strict({ from: date, to: date.optional(), euros, drom: euros.optional() })).min(1),
    }).transform((act): Tariff => ({
      code: act.code,
      label: act.label,
      by: act.by,
      perYear: act['per-year'],
      within: act['answer-within'],
      amounts: act.amounts.map(({ from, to, euros, drom }) => ({ from, to, euros, drom })),
    })),
  ),
});

/** @throws with every problem of the file */
export function loadTariffs(file: string = FILE): Tariff[] {
  const read = readYaml(file, tariffs);
  if ('problems' in read) throw new Error(sayProblems(read.problems, file));
  return read.value.acts;
}
