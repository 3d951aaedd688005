/** What several parts of relais.yaml are made of. */
import { z } from 'zod';
import { say } from '../problem.ts';

export const path = z.string().trim().min(1);

/** Name of an environment variable; the secret itself never stands in a file that is committed. */
export const variable = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]*$/,
    say('not the name of an environment variable', 'capitals, digits and underscores: RELAIS_SEAL_KEY'),
  );
