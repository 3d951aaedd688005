/**
 * The event notification of the ANS ("Notification d'évènements", nde-*): a CommunicationRequest whose extension says, by
 * TRE_R254, that a patient was admitted (ADM), has left (SOR), or that a document was put somewhere (DOC).
 */
import type { StayIntent } from '../../../care/stay/intent.ts';
import { withContent } from '../content.ts';
import { bareEncounter, type FhirProblem, versionOf } from './encounter.ts';
import { attachmentDocument } from './document.ts';
import type { Given } from './given.ts';
import { codings, extensions, objects, text, valueOf } from './json.ts';
import { instantOf } from './moment.ts';
import { finessOf, readFacility, readUnits } from './place.ts';
import { ownKey, type Resource, type Resources } from './resources.ts';

const TYPES: Record<string, 'admitted' | 'discharged' | 'document-received'> = {
  ADM: 'admitted',
  SOR: 'discharged',
  DOC: 'document-received',
};

/** @returns undefined for an event that is none of a stay (medical devices, notes): acknowledged, nothing to say */
export function readNotification(
  request: Resource,
  resources: Resources,
  given: Given,
  warnings: string[],
): StayIntent | FhirProblem {
  const event = extensions(request, 'event-type').flatMap((one) => codings(valueOf(one)))[0]?.code ?? '';
  const type = TYPES[event];
  const base = about(request, resources, given, warnings);
  const trigger = `CommunicationRequest ${event}`;
  if (type === undefined || base.protections.length > 0) return { ...base, trigger, type: 'unknown' };
  if (base.patient.ipp === undefined)
    return {
      reason: 'missing-identity',
      expression: 'CommunicationRequest.subject',
      detail: 'the Patient needs an IPP (identifier of type PI): Relais never matches by name or INS',
    };
  const date = (name: string): number | undefined => {
    const [found] = extensions(request, name);
    return found && instantOf(valueOf(found), `CommunicationRequest.extension(${name})`, warnings);
  };
  const occurredAt =
    date('event-time') ?? instantOf(request['authoredOn'], 'CommunicationRequest.authoredOn', warnings);
  if (occurredAt === undefined && type !== 'document-received')
    return {
      reason: 'bad-date',
      expression: 'CommunicationRequest.extension(event-time)',
      detail: 'event-time must be the date of the event',
    };
  const recordedAt = date('event-emission-time') ?? base.recordedAt ?? occurredAt;
  const status = text(request['status'])?.toLowerCase();
  const isCancel = status === 'revoked' || status === 'entered-in-error';
  if (type === 'document-received') {
    const document = withContent(attachmentDocument(request, resources, isCancel, warnings), base.patient, warnings);
    if (document !== 'somebody-else') return { ...base, trigger, type, recordedAt, document };
    return {
      reason: 'missing-identity',
      expression: 'CommunicationRequest.payload',
      detail: 'the document names another person than the subject',
    };
  }
  return {
    ...base,
    trigger,
    type: isCancel ? 'movement-cancelled' : type,
    ...(isCancel ? { cancels: type } : {}),
    // The notification tells no class: an admission into the establishment is a hospital stay.
    class: base.class ?? 'I',
    movement: { ...base.movement, id: `${keyOf(request)}/${event}`, action: isCancel ? 'cancel' : 'insert' },
    occurredAt,
    recordedAt,
    effectiveAt: type === 'discharged' ? occurredAt : undefined,
  };
}

/** Who it is about, and which stay: by the Encounter that it names, or by a logical reference to one. */
function about(request: Resource, resources: Resources, given: Given, warnings: string[]): StayIntent {
  const encounter = resources.target(request['encounter'], request);
  const stay: Resource = {
    ...(encounter.resource ?? { identifier: encounter.identifiers }),
    resourceType: 'Encounter',
    subject: request['subject'] ?? encounter.resource?.['subject'],
    meta: request['meta'],
    contained: request['contained'],
  };
  const base = bareEncounter(stay, resources, given, warnings);
  const requester = resources.target(request['requester'], request);
  const units = encounter.resource ? readUnits(encounter.resource, resources, base.facility, warnings) : undefined;
  return {
    ...base,
    visit: encounter.resource || encounter.identifiers.length > 0 ? base.visit : undefined,
    facility:
      base.facility !== ''
        ? base.facility
        : (finessOf(requester.identifiers)[0] ?? readFacility([requester], resources, given.facilities)),
    ...(units === undefined ? {} : { unit: units.unit, otherUnits: units.others }),
  };
}

/** Its own identifier names the event for ever; the id is that of one server. */
function keyOf(request: Resource): string {
  const [own] = objects(request['identifier']).flatMap((one) => text(one['value']) ?? []);
  return own === undefined
    ? `${ownKey(request)}${text(request['id']) === undefined ? `@${versionOf(request)}` : ''}`
    : `CommunicationRequest/${own}`;
}
