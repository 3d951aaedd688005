/** How long what is over is kept: days, each with its reason. The law gives few numbers: these are proposals to the hospital's DPO. */
import { z } from 'zod';
import { strict } from '../problem.ts';

const days = (least: number, usual: number): z.ZodDefault<z.ZodInt> => z.int().min(least).max(7_300).default(usual);

export const retention = strict({
  messages: days(7, 30).describe(
    'what a hospital or a person sent, from its receipt, once it is decided: the sender has the original; long enough to see how a message was read',
  ),
  announcements: days(7, 30).describe(
    'the words of what was said in rooms, from their sending: the rooms have them; long enough for who says that nothing came',
  ),
  requests: days(7, 30).describe(
    'what was asked and answered, files included, from the end of a request: its report is with those whom it is for; instants, roles and outcomes stay, to be counted',
  ),
  patients: days(31, 90).describe(
    'identity and stays, from the last message, stay or request: corrections of a stay come for weeks; a later admission begins anew',
  ),
  audit: days(180, 365).describe(
    'who did or looked at what: CNIL, six months to a year for the log of access (délibération 2021-122)',
  ),
});
