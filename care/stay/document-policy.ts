/** What may become of a document before anything is known of the patient: by its source, its LOINC type and its flags. */
import type { Outcome, Reason } from '../relay/outcome.ts';
import type { StayIntent, ToldDocument } from './intent.ts';

/** Lettre de liaison à la sortie (ANS, JDV of document types; FACTS §4). */
export const LETTER = '11490-0';

/** Say that it exists and where, put the file itself in the encrypted room, or say nothing. */
export type DocumentHandling = 'pointer' | 'attachment' | 'none';

export type DocumentPolicy = { default: DocumentHandling; byType: ReadonlyMap<string, DocumentHandling> };

/** A source that declares nothing: the letter that the law wants sent is pointed to, and nothing else is said. */
const UNDECLARED: DocumentPolicy = { default: 'none', byType: new Map([[LETTER, 'pointer']]) };

/** A document without a type is only ever handled by the default. */
export function handlingOf(policy: DocumentPolicy | undefined, type: string | undefined): DocumentHandling {
  const { byType, default: otherwise } = policy ?? UNDECLARED;
  return (type === undefined ? undefined : byType.get(type)) ?? otherwise;
}

/** Files that a phone opens; anything else is pointed to. */
const OPENED = new Map([
  ['application/pdf', 'pdf'],
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
]);

/** The usual ending of a file that can be attached; undefined when it cannot. */
export function endingOf(content: ToldDocument['content']): string | undefined {
  return content && OPENED.get(content.mediaType);
}

/** Identities known to be doubtful: a document is never brought to a room by one (the same list as for movements). */
const DOUBTFUL = new Set(['USUR', 'COLP', 'COLV', 'DOUT', 'INVA', 'DESA']);

/**
 * @returns blocked when it is masked to professionals, muted when nobody wants
 *   its type (a letter always counts, said or not), quarantined when it cannot be brought to a patient
 */
export function documentVerdict(
  intent: StayIntent,
  policy: DocumentPolicy | undefined,
): { outcome: Outcome; reason: Reason } {
  const { document, patient } = intent;
  // A deletion is always carried out: what was said before it was masked must be taken back.
  if (document?.masked && document.action !== 'delete') return { outcome: 'blocked', reason: 'masked-document' };
  const unwanted = document === undefined || handlingOf(policy, document.type) === 'none';
  if (document === undefined || document.preliminary || (unwanted && document.type !== LETTER))
    return { outcome: 'muted', reason: 'document-only' };
  if (patient.ipp === undefined) return { outcome: 'quarantined', reason: 'missing-identity' };
  if (patient.reliability.some((value) => DOUBTFUL.has(value)))
    return { outcome: 'quarantined', reason: 'undecidable' };
  return { outcome: 'posted', reason: 'announced' };
}
