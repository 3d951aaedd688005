/**
 * What a document's bytes are, by the bytes themselves: a declared type is a claim. A CDA gives its header and the file of
 * its body.
 */
import type { PatientIdentity, ToldDocument } from '../../care/stay/intent.ts';
import { type Cda, isXml, readCda } from './cda.ts';
import { civilMoment } from './hl7v2/timestamp.ts';

const SIGNATURES: [mediaType: string, bytes: number[]][] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]],
];

export function mediaTypeOf(bytes: Uint8Array): string {
  const found = SIGNATURES.find(([, start]) => start.every((byte, n) => bytes[n] === byte));
  return found?.[0] ?? (isXml(bytes) ? 'text/xml' : 'application/octet-stream');
}

/**
 * The document with what its own content says of it: the message around it may be poorer.
 * @param about the patient whom the message names
 * @returns `somebody-else` when the document is about another person: the worst mistake (invariant 6)
 */
export function withContent(
  told: ToldDocument,
  about: PatientIdentity,
  warnings: string[],
): ToldDocument | 'somebody-else' {
  const { content } = told;
  if (content === undefined) return told;
  const mediaType = mediaTypeOf(content.bytes);
  if (mediaType !== 'text/xml') return { ...told, content: { mediaType, bytes: content.bytes } };
  const cda = readCda(content.bytes);
  if (cda === undefined) {
    warnings.push('the XML of the document is no CDA, or declares a DTD: the document is told without its content');
    return { ...told, content: undefined };
  }
  if (isAboutAnother(cda, about)) return 'somebody-else';
  const file = cda.file && { mediaType: mediaTypeOf(cda.file.bytes), bytes: cda.file.bytes };
  return {
    ...told,
    type: told.type ?? cda.type,
    replaces: told.replaces ?? cda.replaces,
    action: told.action === 'create' && cda.replaces !== undefined ? 'replace' : told.action,
    createdAt: told.createdAt ?? civilMoment(cda.createdAt),
    masked: told.masked || cda.confidentiality === 'R' || cda.confidentiality === 'V',
    content: file ?? { mediaType, bytes: content.bytes },
  };
}

/** Another birth date, or another birth name that is not the name in use either. */
function isAboutAnother({ patient }: Cda, about: PatientIdentity): boolean {
  const fold = (name: string): string =>
    name
      .normalize('NFD')
      .replaceAll(/[^A-Za-z]/g, '')
      .toUpperCase();
  const { birthDate, birthName } = patient;
  if (birthDate !== undefined && about.birthDate !== undefined && birthDate !== about.birthDate) return true;
  const names = [about.birthName, about.usedName].filter((one) => one !== undefined).map(fold);
  return birthName !== undefined && names.length > 0 && !names.includes(fold(birthName));
}
