/**
 * `POST /v1/documents`, multipart/form-data: a part `document` (the JSON below) and a part `file` (PDF, JPEG, PNG or CDA R2).
 * The file may be left out: then the document is only announced.
 */
import * as z from 'zod'; // the namespace form lets the edge bundle drop what it does not use
import type { Reading, StayIntent, ToldDocument } from '../../care/stay/intent.ts';
import { withContent } from './content.ts';
import { plannedAt } from './fhir/moment.ts';
import { readMultipart } from './multipart.ts';

const text = (max: number): z.ZodString => z.string().trim().min(1).max(max);
const moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .describe('A day, or a date and hour with an offset');

export const documentSchema = z.strictObject({
  key: text(200).describe(
    'Unique per source. The same key and bytes again give the same answer; other bytes are refused',
  ),
  facility: text(100).describe('Identifier of the facility, as declared for this source'),
  patient: z.strictObject({
    ipp: text(100).describe('Permanent identifier of the patient in this facility'),
    birthName: text(100),
    usedName: text(100).optional(),
    givenName: text(100),
    birthDate: z.iso.date(),
    sex: z.enum(['F', 'M', 'U']).optional(),
  }),
  visit: text(100).optional().describe('Number of the stay (venue)'),
  document: z.strictObject({
    id: text(200).describe('Unique in the facility, never used again'),
    type: z
      .string()
      .regex(/^\d{1,7}-\d$/)
      .describe('LOINC code: 11490-0 is the lettre de liaison at discharge'),
    action: z.enum(['create', 'replace', 'delete']).default('create'),
    replaces: text(200).optional().describe('Id of the document that this one replaces'),
    createdAt: moment.optional(),
    sentTo: z
      .array(z.enum(['mssante', 'dmp']))
      .default([])
      .describe('Where the document was put besides'),
  }),
  unit: z.strictObject({ code: text(50), label: text(200).optional() }).optional(),
  protected: z.boolean().optional().describe('true: nothing is said, and nothing is kept'),
});
type Posted = z.infer<typeof documentSchema>;

/** @param receivedAt civil time, epoch ms UTC. @returns never throws; `detail` names fields, never values */
export function readPostedDocument(body: Uint8Array, receivedAt: number): Reading {
  const parts = readMultipart(body);
  const described = parts?.find((one) => one.name === 'document');
  if (parts === undefined || described === undefined)
    return refused(
      'rejected',
      'document',
      'send multipart/form-data with a part named "document" (JSON) and a part named "file"',
    );
  const parsed = documentSchema.safeParse(parseJson(described.bytes));
  if (!parsed.success) {
    const places = parsed.error.issues.map((one) => `/${one.path.map(String).join('/')}`).join(', ');
    return refused('rejected', places, 'missing or not as the schema says: GET /openapi.json shows it');
  }
  const warnings: string[] = [];
  const base = intentOf(parsed.data, receivedAt);
  const file = parts.find((one) => one.name === 'file');
  const told: ToldDocument = {
    ...toldOf(parsed.data),
    content: file && file.bytes.length > 0 ? { mediaType: file.mediaType, bytes: file.bytes } : undefined,
  };
  const document = withContent(told, base.patient, warnings);
  if (document === 'somebody-else' && base.protections.length === 0)
    return refused('quarantined', 'file', 'the document names another person than the part "document"');
  const intent: StayIntent = document === 'somebody-else' ? base : { ...base, document };
  return { readable: true, key: parsed.data.key, facility: base.facility, intents: [intent], warnings };
}

function toldOf({ document }: Posted): Omit<ToldDocument, 'content'> {
  const { id, type, action, replaces, createdAt, sentTo } = document;
  return {
    id,
    type,
    action,
    replaces,
    createdAt: plannedAt(createdAt, '', []),
    sentTo,
    masked: false,
    preliminary: false,
  };
}

function intentOf({ facility, patient, visit, unit, ...posted }: Posted, receivedAt: number): StayIntent {
  return {
    type: 'document-received',
    trigger: `document ${posted.document.action}`,
    facility,
    patient: { ...patient, usedName: patient.usedName, sex: patient.sex, ins: undefined, reliability: [] },
    visit,
    class: undefined,
    movement: { id: undefined, action: 'insert', historic: false, nature: [], originalTrigger: undefined },
    occurredAt: receivedAt,
    recordedAt: receivedAt,
    effectiveAt: undefined,
    unit: { code: unit?.code, label: unit?.label },
    previousUnit: { code: undefined, label: undefined },
    expectedAdmission: undefined,
    expectedDischarge: undefined,
    expectedReturn: undefined,
    destination: undefined,
    disposition: undefined,
    died: false,
    protections: posted.protected === true ? ['protected-visit'] : [],
    generalPractitioner: undefined,
    fictional: false,
    training: false,
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

function refused(verdict: 'rejected' | 'quarantined', place: string, detail: string): Reading {
  const reason = verdict === 'rejected' ? 'unreadable' : 'missing-identity';
  return { readable: false, verdict, reason, place, detail, key: undefined, warnings: [] };
}
