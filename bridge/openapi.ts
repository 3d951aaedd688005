/** `GET /openapi.json`: OpenAPI 3.1, paths by hand, the event's schema generated from the one that reads it. */
import * as z from 'zod'; // the namespace form bundles to 85 KB at the edge, `import { z }` to 454
import { DOCUMENTS_DOOR } from './documents-door.ts';
import { EVENTS_DOOR } from './events-door.ts';
import { FHIR_DOOR } from './fhir-door.ts';
import { SLOTS_DOOR } from './slots-door.ts';
import { documentSchema } from './formats/documents.ts';
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

const COMMON_WORDS: Record<string, string> = {
  '401': 'Signature headers missing, wrong signature, or stale timestamp.',
  '403': 'The source is declared with another format.',
  '404': 'No source has this id.',
  '413': 'Body too large.',
  '415': 'Media type or content coding not taken.',
  '503': 'Not stored, not acknowledged: send again after Retry-After.',
};

const COMMON_PROBLEMS = Object.fromEntries(
  Object.entries(COMMON_WORDS).map(([status, words]) => [status, problem(words)]),
);

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

const outcome = (description: string): object => ({
  description,
  content: { 'application/fhir+json': { schema: { $ref: '#/components/schemas/OperationOutcome' } } },
});

const OUTCOME_SCHEMA = {
  type: 'object',
  description: 'FHIR R4 OperationOutcome. expression is a FHIRPath; no field ever repeats what was sent.',
  required: ['resourceType', 'issue'],
  properties: {
    resourceType: { const: 'OperationOutcome' },
    issue: {
      type: 'array',
      items: {
        type: 'object',
        required: ['severity', 'code', 'diagnostics'],
        properties: {
          severity: { enum: ['error', 'warning', 'information'] },
          code: { type: 'string' },
          diagnostics: { type: 'string', description: 'What to do next.' },
          expression: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
};

const fhirPath = {
  post: {
    operationId: 'sendFhir',
    summary: 'One FHIR R4 resource or Bundle in JSON; 202 once it is on disk',
    description:
      'FR Core Encounter (alone, or in a Bundle of any type with its Patient, Organization and Location), the event notification of the ANS (CommunicationRequest, TRE_R254 ADM, SOR, DOC), DocumentReference. A Bundle of type transaction is answered by an OperationOutcome too: nothing is stored as a resource. XML is not read.',
    parameters: PARAMETERS,
    requestBody: {
      required: true,
      content: Object.fromEntries(FHIR_DOOR.mediaTypes.map((type) => [type, { schema: { type: 'object' } }])),
    },
    responses: {
      '200': outcome('Known already: the same key (Bundle.identifier, MessageHeader.id, id and version) and bytes.'),
      '202': outcome('Stored; it will be decided in its turn. Warnings say what was assumed.'),
      '400': outcome('Not JSON. Kept in quarantine.'),
      '422': outcome(
        'Kept in quarantine: expression says where, diagnostics what to mend. Or a key used with other bytes.',
      ),
      ...Object.fromEntries(Object.entries(COMMON_WORDS).map(([status, words]) => [status, outcome(words)])),
    },
  },
};

const slotsPath = {
  post: {
    operationId: 'sendSlots',
    summary: 'Slots of a scheduling service (ANS, SAS interface: Bundle of Slot with Schedule, PractitionerRole…)',
    parameters: PARAMETERS,
    requestBody: {
      required: true,
      content: Object.fromEntries(SLOTS_DOOR.mediaTypes.map((type) => [type, { schema: { type: 'object' } }])),
    },
    responses: {
      '202': outcome(
        'Stored, with each slot that was left out and why. Slots that are no longer free, or have moved, are withdrawn; the whole answer to a search (link self) withdraws what it no longer holds too.',
      ),
      '422': outcome('No Bundle of Slot; kept in quarantine.'),
      ...Object.fromEntries(Object.entries(COMMON_WORDS).map(([status, words]) => [status, outcome(words)])),
    },
  },
};

const documentsPath = {
  post: {
    operationId: 'sendDocument',
    summary: 'One document for the professionals of a patient; 202 once it is on disk',
    description:
      'What becomes of it is declared per source and LOINC type: a pointer in words, an encrypted file in the room, or nothing. The file is erased once sent. A FHIR DocumentReference is answered as /v1/fhir answers.',
    parameters: PARAMETERS,
    requestBody: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            required: ['document'],
            properties: {
              document: { $ref: '#/components/schemas/Document' },
              file: { type: 'string', format: 'binary', description: 'PDF, JPEG, PNG, or CDA R2 (its PDF is taken).' },
            },
          },
          encoding: { document: { contentType: 'application/json' } },
        },
        'application/fhir+json': { schema: { type: 'object' } },
      },
    },
    responses: {
      '200': receipt('Known already: the same key with the same bytes.'),
      '202': receipt('Stored; it will be decided in its turn.'),
      '400': problem('The form is not as described. Kept in quarantine.'),
      '422': problem(
        'Key already used with another body; or kept in quarantine (another person, facility not declared).',
      ),
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
  const [event, document] = [eventSchema, documentSchema].map((one) => {
    const schema = z.toJSONSchema(one, { io: 'input', unrepresentable: 'any' });
    return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema')); // 3.1 has its own
  });
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
      [FHIR_DOOR.path]: fhirPath,
      [DOCUMENTS_DOOR.path]: documentsPath,
      [SLOTS_DOOR.path]: slotsPath,
      '/health/live': plain('live', 'The process answers', 'application/json'),
      '/health/ready': plain('ready', 'Messages can be stored and decided (503 otherwise)', 'application/json'),
      '/metrics': plain('metrics', 'Prometheus text: counts only', 'text/plain'),
    },
    components: {
      schemas: {
        Document: document,
        Event: event,
        OperationOutcome: OUTCOME_SCHEMA,
        Problem: PROBLEM_SCHEMA,
        Receipt: RECEIPT_SCHEMA,
      },
    },
  };
}
