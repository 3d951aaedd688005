/** `GET /openapi.json`: OpenAPI 3.1, paths by hand, the event's schema generated from the one that reads it. */
import * as z from 'zod'; // the namespace form bundles to 85 KB at the edge, `import { z }` to 454
import { EVENTS_DOOR } from './events-door.ts';
import { HL7V2_DOOR } from './hl7v2-door.ts';
import { FRESH_SECONDS } from './verify.ts';

const SIGNATURE = `HMAC-SHA256 with the source's secret over "<X-Relais-Source>\\n<X-Relais-Timestamp>\\n" followed by the exact bytes of the body, as "sha256=" and 64 hex digits. The timestamp is unix seconds, within ${FRESH_SECONDS} s of now; sign each retry again.`;

const header = (name: string, pattern: string, description: string): object => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', pattern },
});

const PARAMETERS = [
  header('X-Relais-Source', '^.+$', 'Id of the source, given by the operator of Relais.'),
  header('X-Relais-Timestamp', '^[0-9]{1,12}$', 'Unix seconds at the moment of sending.'),
  header('X-Relais-Signature', '^sha256=[0-9a-fA-F]{64}$', SIGNATURE),
];

const problem = (description: string): object => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const COMMON_PROBLEMS = {
  '401': problem('Signature headers missing, wrong signature, or stale timestamp.'),
  '403': problem('The source is declared with another format.'),
  '404': problem('No source has this id.'),
  '413': problem('Body too large.'),
  '415': problem('Media type or content coding not taken.'),
  '503': problem('Not stored, not acknowledged: send again after Retry-After.'),
};

const PROBLEM_SCHEMA = {
  type: 'object',
  description: 'RFC 9457. No field ever repeats what was sent.',
  required: ['type', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: { type: 'string', pattern: '^urn:relais:problem:' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What to do next.' },
    instance: { type: 'string', description: 'Request id: quote it when asking for help.' },
    stored: { type: 'string', description: 'Id of the envelope kept in quarantine.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};

const RECEIPT_SCHEMA = {
  type: 'object',
  required: ['id', 'duplicate', 'warnings'],
  properties: {
    id: { type: 'string', description: 'Id of the stored envelope.' },
    duplicate: { type: 'boolean', description: 'True when these very bytes were stored before under this key.' },
    warnings: { type: 'array', items: { type: 'string' } },
  },
};

const hl7v2Path = {
  post: {
    operationId: 'sendHl7v2',
    summary: 'One HL7 v2 message (ER7, PAM.fr); answered by an HL7 acknowledgement once it is on disk',
    parameters: PARAMETERS,
    requestBody: {
      required: true,
      content: Object.fromEntries(HL7V2_DOOR.mediaTypes.map((type) => [type, { schema: { type: 'string' } }])),
    },
    responses: {
      '200': {
        description:
          'MSA-1 AA: stored. AE: stored in quarantine, do not resend as it is. AR: stored, not usable (not HL7, version, type, several messages in one body). A retransmission of the same bytes gets the same acknowledgement again. Enhanced mode (MSH-15, MSH-16): the application acknowledgement when it is asked for, else the commit one (CA, CR).',
        headers: {
          'X-Relais-Warning': {
            description: 'Present when MSH-10 and MSH-7 were already used by another message.',
            schema: { type: 'string' },
          },
        },
        content: { 'application/hl7-v2': { schema: { type: 'string' } } },
      },
      '204': { description: 'Stored; MSH-15 and MSH-16 ask for no acknowledgement, or the message is one itself.' },
      ...COMMON_PROBLEMS,
    },
  },
};

const receipt = (description: string): object => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Receipt' } } },
});

const eventsPath = {
  post: {
    operationId: 'sendEvent',
    summary: 'One hospital event as JSON; 202 once it is on disk',
    parameters: PARAMETERS,
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Event' } } },
    },
    responses: {
      '200': receipt('Known already: the same key with the same bytes.'),
      '202': receipt('Stored; it will be decided in its turn.'),
      '400': problem('Not JSON, or not the schema: every fault is listed with its cure. Nothing was stored.'),
      '422': problem('Key already used with another body; or the event is kept in quarantine (facility not declared).'),
      ...COMMON_PROBLEMS,
    },
  },
};

const plain = (operationId: string, summary: string, mediaType: string): object => ({
  get: {
    operationId,
    summary,
    responses: { '200': { description: summary, content: { [mediaType]: {} } } },
  },
});

/** @param eventSchema the schema that reads an event: what is described is what is read */
export function openApi(eventSchema: z.ZodType): object {
  const schema = z.toJSONSchema(eventSchema, { io: 'input', unrepresentable: 'any' });
  const event = Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema')); // 3.1 has its own
  return {
    openapi: '3.1.0',
    info: {
      title: 'Relais, hospital side',
      version: '1',
      description: 'Hospital movements into the rooms of a patient’s professionals. Acknowledged means on disk.',
    },
    paths: {
      [HL7V2_DOOR.path]: hl7v2Path,
      [EVENTS_DOOR.path]: eventsPath,
      '/health/live': plain('live', 'The process answers', 'application/json'),
      '/health/ready': plain('ready', 'Messages can be stored and decided (503 otherwise)', 'application/json'),
      '/metrics': plain('metrics', 'Prometheus text: counts only', 'text/plain'),
    },
    components: { schemas: { Event: event, Problem: PROBLEM_SCHEMA, Receipt: RECEIPT_SCHEMA } },
  };
}
