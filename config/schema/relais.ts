/** relais.yaml: its only description. docs/relais.sample.yaml is generated from it (config/sample.ts). */
import { z } from 'zod';
import { CURE, say, strict } from '../problem.ts';
import { mllp, mllpIssues } from './mllp.ts';
import { identifier } from './people.ts';
import { slotFeed, slotFeedIssues } from './slot-feeds.ts';
import { slug } from './slug.ts';

const path = z.string().trim().min(1);

/** Name of an environment variable; the secret itself never stands in a file that is committed. */
const variable = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]*$/,
    say('not the name of an environment variable', 'capitals, digits and underscores: RELAIS_SEAL_KEY'),
  );

const unit = strict({
  code: identifier.describe('UF code as the hospital sends it, between quotes').meta({ sample: '4521' }),
  label: z.string().describe('for the reader of this file').meta({ sample: 'Médecine A' }),
  policy: z
    .enum(['event+label', 'event', 'block'])
    .describe('say the event with the unit, say the event alone, or say nothing and keep nothing')
    .meta({ sample: 'event+label' }),
  tags: z
    .array(slug)
    .default([])
    .describe('words that pathways start from: on: { discharge: { unit-tag: maternite } }'),
});

const secretariat = strict({
  units: z
    .array(identifier)
    .optional()
    .describe('UF codes; without this list: every unit that no other entry names')
    .meta({ sample: ['4521'] }),
  group: slug.describe('group of people.yaml').meta({ sample: 'secretariat-medecine-a' }),
});

const source = strict({
  id: slug.describe('name of this door, in signatures and logs').meta({ sample: 'ch-modele' }),
  name: z.string().min(1).optional().describe('how the hospital is called in a room').meta({ sample: 'CH Modèle' }),
  format: z
    .enum(['hl7v2', 'events', 'fhir', 'documents', 'sas'])
    .describe(
      'IHE PAM.fr in HL7 v2.5, the JSON of POST /v1/events, FHIR R4 in JSON, POST /v1/documents, or slots of a scheduling service (SAS)',
    ),
  facility: z
    .array(identifier)
    .default([])
    .describe('facilities that this source may speak for (FINESS or MSH-4); another one is quarantined')
    .meta({ sample: ['590000000'], shown: true }),
  identity_desk: slug
    .optional()
    .describe('group of people.yaml that decides on merged and moved patients (cellule d’identitovigilance)')
    .meta({ sample: 'cellule-identitovigilance', shown: true }),
  mode: z
    .enum(['live', 'shadow'])
    .default('live')
    .describe(
      'shadow: all is taken, decided and counted, nothing is said; relais shadow report tells what would have been',
    ),
  secret_env: variable
    .optional()
    .describe('variable that holds the shared secret (or its name followed by _FILE: a file); not needed by MLLP alone')
    .meta({ sample: 'RELAIS_SECRET_CH_MODELE', shown: true }),
  mllp: mllp.optional().describe('the same messages over MLLP (hl7v2 only), besides HTTP'),
  max_bytes: z
    .int()
    .min(1024)
    .max(4_194_304, say('more than the door can take', 'at most 4194304'))
    .default(1_048_576)
    .describe('largest message'),
  units: z
    .array(unit)
    .optional()
    .describe('what may be said of each unit; without this list: the event, never the unit'),
  unknown_unit: z
    .enum(['hold', 'event'])
    .optional()
    .describe('a unit that is not in the list: keep the message for a human (default), or say the event alone')
    .meta({ sample: 'hold' }),
  documents: z
    .partialRecord(
      z.union([
        z.literal('default'),
        z.string().regex(/^\d{1,7}-\d$/, say('not a LOINC code', "write '11490-0', or default")),
      ]),
      z.enum(['pointer', 'attachment', 'none']),
    )
    .optional()
    .describe('by LOINC type: say where the document is, put the file in the encrypted room, or say nothing')
    .meta({ sample: { default: 'none', '11490-0': 'attachment' } }),
  secretariats: z
    .array(secretariat)
    .optional()
    .describe('who is told when no lettre de liaison has come by the end of the day of discharge'),
  accept_training: z
    .boolean()
    .default(false)
    .describe('in production: this source writes D or T in MSH-11 of real messages'),
  accept_fictional: z
    .boolean()
    .default(false)
    .describe('in production: this source marks real identities as fictional (PID-32 FICT)'),
});

const territory = strict({
  id: slug.describe('used in people.yaml').meta({ sample: 'cambresis' }),
  name: z.string().min(1).describe('as said in a room').meta({ sample: 'Cambrésis' }),
  communes: z
    .array(z.string().trim().min(1))
    .optional()
    .describe('its communes, by name or postcode: their professionals come first in its people’s searches')
    .meta({ sample: ['59400', 'Caudry', 'Le Cateau-Cambrésis (59)'] }),
});

const directory = strict({
  rpps: path
    .optional()
    .describe('extraction of the national directory, annuaire.esante.gouv.fr; imported at the start when it is newer')
    .meta({ sample: 'data/PS_LibreAcces_Personne_activite.txt' }),
  finess: path
    .optional()
    .describe('extraction of the establishments (etalab-cs1100507, with coordinates), data.gouv.fr')
    .meta({ sample: 'data/etalab-cs1100507-stock.csv' }),
  folder: path
    .optional()
    .describe(
      'instead of naming the files: the newest of each kind in this folder is imported, at the start and at night',
    )
    .meta({ sample: 'data' }),
  communes: path
    .optional()
    .describe('communes with latitude and longitude (CSV), for distances; else those of the establishments serve')
    .meta({ sample: 'data/communes.csv' }),
  max_shrink: z
    .string()
    .regex(/^\d{1,2} ?%$/, say('not a share', "write '10%'"))
    .default('10%')
    .describe('a file that has lost more of its rows than this is refused (relais import --accept-shrunk)'),
  annuaire_sante: strict({
    url: z
      .url({
        protocol: /^https?$/,
        error: say('not a web address', 'write https://gateway.api.esante.gouv.fr/fhir/v2'),
      })
      .default('https://gateway.api.esante.gouv.fr/fhir/v2')
      .describe('base of the FHIR API'),
    key_env: variable
      .describe('variable that holds the key (ESANTE-API-KEY)')
      .meta({ sample: 'RELAIS_ANNUAIRE_SANTE_KEY' }),
  })
    .optional()
    .describe('asked only about a number that the files do not have; off when absent'),
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
  for (const [s, source] of value.sources.entries()) {
    // A scheduling service says slots, and nothing of a facility's patients.
    if (source.facility.length === 0 && source.format !== 'sas')
      issue(['sources', s, 'facility'], `no facility${CURE}name the facilities that this source may speak for`);
    if (source.mllp === undefined) {
      if (source.secret_env === undefined)
        issue(['sources', s], `neither secret_env nor mllp${CURE}add secret_env to post over HTTP, or mllp`);
      continue;
    }
    if (source.format !== 'hl7v2')
      issue(['sources', s, 'mllp'], `MLLP carries HL7 only${CURE}write format: hl7v2, or remove mllp`);
    const { host, port } = source.mllp;
    const twin = value.sources.findIndex((other) => other.mllp?.port === port && other.mllp.host === host);
    if (twin < s || (port === value.listen.port && host === value.listen.host))
      issue(['sources', s, 'mllp', 'port'], `this port is used above${CURE}give each source its own port`);
    for (const { key, message } of mllpIssues(source.mllp, value.environment === 'production'))
      issue(['sources', s, 'mllp', key], message);
  }
  for (const [s, { units = [] }] of value.sources.entries())
    for (const [n, { code }] of units.entries())
      if (units.findIndex((other) => other.code === code) < n)
        issue(
          ['sources', s, 'units', n, 'code'],
          `"${code}" is already in the list${CURE}keep one line per unit: two policies would contradict each other`,
        );
});

export type RelaisFile = z.infer<typeof relaisSchema>;
