/** `slot_feeds:` of relais.yaml: calendars and tables of slots, read again every quarter of an hour. */
import { z } from 'zod';
import { CURE, say, strict } from '../problem.ts';
import { slug } from './slug.ts';

const text = z.string().trim().min(1);

export const slotFeed = strict({
  id: slug.describe('its name in logs; another name is another feed').meta({ sample: 'dermato-caudry' }),
  url: z
    .url({ protocol: /^https?$/, error: say('not a web address', 'write https://…') })
    .optional()
    .describe('address of an iCalendar (.ics) or CSV file that anybody may know')
    .meta({ sample: 'https://agenda.example.fr/creneaux.ics', shown: true }),
  url_env: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, say('not the name of an environment variable', 'capitals, digits and underscores'))
    .optional()
    .describe('instead: variable that holds an address that lets in who knows it')
    .meta({ sample: 'RELAIS_AGENDA_DERMATO', instead: 'url' }),
  file: text
    .optional()
    .describe('instead: an .ics or CSV file that something else keeps')
    .meta({ sample: 'data/creneaux.csv', instead: 'url' }),
  offered_by: text.optional().describe('who receives, as said in a room').meta({ sample: 'Dr Alice ESSAIDERM' }),
  specialty: text.optional().describe('as one asks for it').meta({ sample: 'dermatologie' }),
  place: text
    .optional()
    .describe('for all its slots; without it, the place that each event or line says')
    .meta({ sample: 'MSP de Caudry' }),
  person: slug.optional().describe('id of people.yaml who is told of bookings').meta({ sample: 'dr-essaiderm' }),
  phone: text.optional().describe('to be called').meta({ sample: '03 53 01 00 01' }),
  link: z
    .url(say('not a link', 'write it whole: https://…'))
    .optional()
    .describe('booked there, and not here')
    .meta({ sample: 'https://rdv.example.fr/caudry' }),
  visibility: z
    .enum(['PUBLIC', 'PRO', 'SNP', 'CPTS'])
    .optional()
    .describe('who may see them: professionals known here (default), who regulates, the territory'),
  territory: slug.optional().describe('whose slots they are, with CPTS').meta({ sample: 'cambresis' }),
  places: z.int().min(1).max(99).default(1).describe('patients per slot'),
  events: z
    .enum(['all', 'free'])
    .default('all')
    .describe('every event is a slot, or only those marked as available in somebody’s own calendar'),
});

type SlotFeedFile = z.infer<typeof slotFeed>;

/** What no field can tell alone. */
export function slotFeedIssues(
  feeds: readonly SlotFeedFile[],
  production: boolean,
): { path: (string | number)[]; message: string }[] {
  return feeds.flatMap((feed, n) => {
    const given = [feed.url, feed.url_env, feed.file].filter((one) => one !== undefined).length;
    const twin = feeds.findIndex((other) => other.id === feed.id) < n;
    return [
      ...(given === 1
        ? []
        : [{ path: [n], message: `neither or several of url, url_env, file${CURE}write one of them` }]),
      ...(twin ? [{ path: [n, 'id'], message: `"${feed.id}" is already above${CURE}give each its own id` }] : []),
      ...(production && feed.url?.startsWith('http:')
        ? [{ path: [n, 'url'], message: `clear text in production${CURE}write https://` }]
        : []),
    ];
  });
}
