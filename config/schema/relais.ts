/** relais.yaml: its only description. docs/relais.sample.yaml is generated from it (config/sample.ts). */
import { z } from 'zod';
import { CURE, say, strict } from '../problem.ts';
import { directory } from './directory.ts';
import { retention } from './retention.ts';
import { slotFeed, slotFeedIssues } from './slot-feeds.ts';
import { slug } from './slug.ts';
import { source, sourceIssues } from './source.ts';
import { path, variable } from './words.ts';

const territory = strict({
  id: slug.describe('used in people.yaml').meta({ sample: 'cambresis' }),
  name: z.string().min(1).describe('as said in a room').meta({ sample: 'Cambrésis' }),
  communes: z
    .array(z.string().trim().min(1))
    .optional()
    .describe('its communes, by name or postcode: their professionals come first in its people’s searches')
    .meta({ sample: ['59400', 'Caudry', 'Le Cateau-Cambrésis (59)'] }),
});

export const relaisSchema = strict({
  environment: z
    .enum(['production', 'test', 'demo'])
    .describe('production refuses a stepped clock and clear-text connections')
    .meta({ sample: 'production' }),
  account: strict({
    homeserver: z
      .url({ protocol: /^https?$/, error: say('not a web address', 'write https://matrix.example.fr') })
      .describe('client-server address')
      .meta({ sample: 'https://matrix.example.fr' }),
    directory: path
      .describe('device, tokens and keys of the account, 0700; never restored from an old copy')
      .meta({ sample: 'var/account' }),
    password_env: variable
      .optional()
      .describe('variable that holds the password: only to log in again when the homeserver ends the session')
      .meta({ sample: 'RELAIS_PASSWORD' }),
    access_rule: z
      .enum(['restricted', 'unrestricted'])
      .optional()
      .describe('on Tchap: whether rooms are for agents only, or also for guests')
      .meta({ sample: 'restricted' }),
    allowed_servers: z
      .array(z.string().regex(/^[a-z0-9.-]+(?::\d+)?$/, say('not a server name', 'write matrix.example.fr')))
      .optional()
      .describe('with restricted: accounts of other servers are not invited, and the coordination is told')
      .meta({ sample: ['matrix.example.fr'] }),
    room_version: z
      .string()
      .regex(/^\d+$/, say('not a room version', "write '11'"))
      .optional()
      .describe('of the rooms to make, when not the homeserver’s own choice')
      .meta({ sample: '11' }),
    calls_per_second: z
      .number()
      .positive(say('not a pace', 'write 1 for one call a second, or leave it out'))
      .optional()
      .describe('at most so many messages a second; Tchap asks bots for about one. Without it: as fast as it answers')
      .meta({ sample: 1 }),
  }).describe('the bot, an ordinary Matrix account: relais provision fills its directory'),
  store: strict({
    path: path
      .optional()
      .describe('SQLite file, on a local disk; past one machine, PostgreSQL (15 or later) instead')
      .meta({ sample: 'var/relais.sqlite', shown: true }),
    url_env: variable
      .optional()
      .describe('variable that holds postgres://user:password@host/database (or its name followed by _FILE: a file)')
      .meta({ sample: 'RELAIS_STORE_URL', instead: 'path' }),
  }).describe('where everything is kept'),
  listen: strict({
    host: z.string().min(1).default('127.0.0.1').describe('behind a TLS proxy, the loopback'),
    port: z.int().min(0).max(65_535).describe('hospital messages, health, metrics').meta({ sample: 8080 }),
  }).describe('the door for the hospital'),
  seal: strict({
    key_env: variable
      .describe('variable that holds at least 32 characters: openssl rand -base64 48')
      .meta({ sample: 'RELAIS_SEAL_KEY' }),
  }).describe('the key of what is kept: lost, everything is lost; keep a copy apart from the backups'),
  sources: z.array(source).describe('the hospitals that send'),
  people: path.describe('who is bound to which Matrix account, and who is on duty').meta({ sample: 'people.yaml' }),
  equipe: path
    .describe('the équipe de soins of each patient, declared by the hospital')
    .meta({ sample: 'equipe.yaml' }),
  directory: directory.optional().describe('who practises where (annuaire command)'),
  slots: path.optional().describe('slots of unscheduled care (snp command)').meta({ sample: 'creneaux.yaml' }),
  slot_feeds: z.array(slotFeed).default([]).describe('calendars and tables of slots, read every quarter of an hour'),
  repertory: path
    .optional()
    .describe('direct lines, documents, prevention, actions (ligne, doc, prevention, actions commands)')
    .meta({ sample: 'repertoire.yaml' }),
  pathways: path
    .optional()
    .describe('folder of your own pathways, besides those that come with Relais; the same id replaces')
    .meta({ sample: 'pathways' }),
  territories: z.array(territory).default([]).describe('the territories of people.yaml'),
  rooms: strict({
    close_after_days: z
      .int()
      .min(1)
      .max(365)
      .default(30)
      .describe('a patient’s room closes so many days after the last stay ended, unless a request is open'),
  })
    .prefault({})
    .describe('the life of rooms'),
  retention: retention
    .prefault({})
    .describe('days that things are kept once they are over; docs/operations.md says what goes and what stays'),
  timezone: z
    .literal('Europe/Paris', say('another time zone', 'Relais lives by Europe/Paris; remove this line'))
    .default('Europe/Paris')
    .describe('fixed'),
}).superRefine((value, context) => {
  const issue = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  if (value.environment === 'production' && value.account.homeserver.startsWith('http:'))
    issue(['account', 'homeserver'], `clear text in production${CURE}write https://`);
  for (const one of slotFeedIssues(value.slot_feeds, value.environment === 'production'))
    issue(['slot_feeds', ...one.path], one.message);
  const { patients, requests } = value.retention;
  const least = Math.max(value.rooms.close_after_days, requests);
  if (patients <= least)
    issue(
      ['retention', 'patients'],
      `${patients} days, and a room or a request of the patient lives for ${least}${CURE}write more than ${least}`,
    );
  const { path: file, url_env: url } = value.store;
  if ((file === undefined) === (url === undefined))
    issue(
      ['store'],
      `${file === undefined ? 'neither path nor url_env' : 'both path and url_env'}${CURE}write one of them: a SQLite file, or PostgreSQL`,
    );
  for (const key of ['sources', 'territories'] as const)
    for (const [n, { id }] of value[key].entries())
      if (value[key].findIndex((other) => other.id === id) < n)
        issue([key, n, 'id'], `"${id}" is already above${CURE}give each its own id`);
  for (const one of sourceIssues(value.sources, value.listen, value.environment === 'production'))
    issue(['sources', ...one.path], one.message);
});

export type RelaisFile = z.infer<typeof relaisSchema>;
