/** Short names that end up in Matrix refs, keys and file names. */
import { z } from 'zod';
import { say } from '../problem.ts';

/** Lower case, digits, single hyphens. */
export const slug = z
  .string()
  .regex(
    /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
    say('not a short name', 'lower-case letters without accents, digits and single hyphens'),
  );
