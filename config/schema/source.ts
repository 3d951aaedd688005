/** A hospital that sends: how it is known, what it may speak for, what may be said of it. */
import { z } from 'zod';
import { CURE, say, strict } from '../problem.ts';
import { mllp, mllpIssues } from './mllp.ts';
import { identifier } from './people.ts';
import { slug } from './slug.ts';
import { variable } from './words.ts';

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

export const source = strict({
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

type Source = z.infer<typeof source>;

/**
 * What is only wrong beside something else of the file.
 * @param listen the HTTP door: no MLLP listener may have its port
 * @returns each with its place below `sources`
 */
export function sourceIssues(
  sources: readonly Source[],
  listen: { host: string; port: number },
  production: boolean,
): { path: (string | number)[]; message: string }[] {
  const issues: { path: (string | number)[]; message: string }[] = [];
  const issue = (path: (string | number)[], message: string): void => void issues.push({ path, message });
  for (const [s, source] of sources.entries()) {
    // A scheduling service says slots, and nothing of a facility's patients.
    if (source.facility.length === 0 && source.format !== 'sas')
      issue([s, 'facility'], `no facility${CURE}name the facilities that this source may speak for`);
    if (source.mllp === undefined) {
      if (source.secret_env === undefined)
        issue([s], `neither secret_env nor mllp${CURE}add secret_env to post over HTTP, or mllp`);
      continue;
    }
    if (source.format !== 'hl7v2')
      issue([s, 'mllp'], `MLLP carries HL7 only${CURE}write format: hl7v2, or remove mllp`);
    const { host, port } = source.mllp;
    const twin = sources.findIndex((other) => other.mllp?.port === port && other.mllp.host === host);
    if (twin < s || (port === listen.port && host === listen.host))
      issue([s, 'mllp', 'port'], `this port is used above${CURE}give each source its own port`);
    for (const { key, message } of mllpIssues(source.mllp, production)) issue([s, 'mllp', key], message);
  }
  for (const [s, { units = [] }] of sources.entries())
    for (const [n, { code }] of units.entries())
      if (units.findIndex((other) => other.code === code) < n)
        issue(
          [s, 'units', n, 'code'],
          `"${code}" is already in the list${CURE}keep one line per unit: two policies would contradict each other`,
        );
  return issues;
}
