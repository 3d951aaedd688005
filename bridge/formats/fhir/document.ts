/** FHIR DocumentReference (and the attachment of a DOC notification): which document, of which type, with its bytes or not. */
import type { StayIntent, ToldDocument } from '../../../care/stay/intent.ts';
import { decodeBase64 } from '../base64.ts';
import { withContent } from '../content.ts';
import { bareEncounter, type FhirProblem } from './encounter.ts';
import type { Given } from './given.ts';
import { at, codings, hasCode, type Json, object, objects, text } from './json.ts';
import { civilMoment } from '../hl7v2/timestamp.ts';
import { readMoment } from './moment.ts';
import { readProtections } from './patient.ts';
import { ownKey, type Resource, type Resources } from './resources.ts';

const LOINC = /^\d{1,7}-\d$/;

export function readDocumentReference(
  reference: Resource,
  resources: Resources,
  given: Given,
  warnings: string[],
): StayIntent | FhirProblem {
  const [about] = objects(at(reference, 'context', 'encounter'));
  const encounter = resources.target(about, reference);
  const stay: Resource = {
    ...(encounter.resource ?? { identifier: encounter.identifiers }),
    resourceType: 'Encounter',
    subject: reference['subject'] ?? encounter.resource?.['subject'],
    meta: reference['meta'],
    contained: reference['contained'],
    serviceProvider: reference['custodian'] ?? encounter.resource?.['serviceProvider'],
  };
  const base = bareEncounter(stay, resources, given, warnings);
  const document = withContent(documentOf(reference, resources, warnings), base.patient, warnings);
  if (document === 'somebody-else' && base.protections.length === 0)
    return {
      reason: 'missing-identity',
      expression: 'DocumentReference.content.attachment',
      detail: 'the document names another person than the subject',
    };
  const intent: StayIntent = {
    ...base,
    type: 'document-received',
    trigger: `DocumentReference ${text(reference['status']) ?? ''}`.trim(),
    visit: encounter.resource || encounter.identifiers.length > 0 ? base.visit : undefined,
    ...(document === 'somebody-else' ? {} : { document }),
  };
  if (base.patient.ipp !== undefined || base.protections.length > 0) return intent;
  return {
    reason: 'missing-identity',
    expression: 'DocumentReference.subject',
    detail: 'the Patient needs an IPP (identifier of type PI): Relais never matches by name or INS',
  };
}

function documentOf(reference: Resource, resources: Resources, warnings: string[]): ToldDocument {
  const status = text(reference['status'])?.toLowerCase();
  const docStatus = text(reference['docStatus'])?.toLowerCase();
  const relations = objects(reference['relatesTo']);
  const replaced = relations.find((one) => text(one['code'])?.toLowerCase() === 'replaces');
  const target = replaced && resources.target(replaced['target'], reference);
  const [content] = objects(reference['content']);
  const attachment = object(content?.['attachment']);
  const deleted = status === 'entered-in-error' || docStatus === 'entered-in-error' || status === 'superseded';
  const labels = codings(reference['securityLabel']).map(({ code }) => code);
  return {
    id: idOf(reference),
    action: deleted ? 'delete' : replaced ? 'replace' : 'create',
    replaces: target && (text(target.identifiers[0]?.['value']) ?? target.key),
    type: codings(reference['type']).find(({ code }) => LOINC.test(code))?.code,
    createdAt: civilMoment(
      readMoment(attachment?.['creation'] ?? reference['date'], 'DocumentReference.date', warnings),
    ),
    sentTo: [],
    masked:
      labels.some((code) => ['MASQUE_PS', 'R', 'V'].includes(code)) ||
      readProtections({ patient: undefined, others: [{ meta: { security: reference['securityLabel'] } }] }, []).length >
        0,
    preliminary: docStatus === 'preliminary',
    content: contentOf(attachment, reference, resources, warnings),
  };
}

/** The document that a DOC notification carries or points to. */
export function attachmentDocument(
  request: Resource,
  resources: Resources,
  deleted: boolean,
  warnings: string[],
): ToldDocument {
  const payloads = objects(request['payload']);
  for (const payload of payloads) {
    const target = resources.target(payload['contentReference'], request);
    if (target.resource?.resourceType === 'DocumentReference') {
      const told = documentOf(target.resource, resources, warnings);
      return deleted ? { ...told, action: 'delete' } : told;
    }
  }
  const attachment = payloads.map((one) => object(one['contentAttachment'])).find((one) => one !== undefined);
  return {
    id: idOf(request),
    action: deleted ? 'delete' : 'create',
    replaces: undefined,
    type: undefined,
    createdAt: civilMoment(readMoment(attachment?.['creation'], 'CommunicationRequest.payload.creation', warnings)),
    sentTo: [],
    masked: false,
    preliminary: false,
    content: contentOf(attachment, request, resources, warnings),
  };
}

function idOf(resource: Resource): string {
  const master = text(at(resource, 'masterIdentifier', 'value'));
  const own = objects(resource['identifier']).flatMap((one) => text(one['value']) ?? [])[0];
  return master ?? own ?? ownKey(resource);
}

/** Bytes that came along: inline, or in a Binary of the same Bundle. A url elsewhere is never fetched. */
function contentOf(
  attachment: Json | undefined,
  from: Resource,
  resources: Resources,
  warnings: string[],
): ToldDocument['content'] {
  if (attachment === undefined) return undefined;
  const url = text(attachment['url']);
  const binary = url === undefined ? undefined : resources.target({ reference: url }, from).resource;
  const data = text(attachment['data']) ?? (hasType(binary, 'Binary') ? text(binary?.['data']) : undefined);
  if (data === undefined) return undefined;
  const bytes = decodeBase64(data);
  if (bytes === undefined) {
    warnings.push('the content of the document is not base64: the document is told without it');
    return undefined;
  }
  const mediaType = text(attachment['contentType']) ?? text(binary?.['contentType']) ?? 'application/octet-stream';
  return { mediaType: mediaType.toLowerCase(), bytes };
}

function hasType(resource: Resource | undefined, type: string): boolean {
  return resource?.resourceType === type || hasCode(resource?.['type'], type);
}
