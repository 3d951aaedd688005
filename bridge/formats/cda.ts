/**
 * The header of a CDA R2 document (CI-SIS "Structuration minimale"; FACTS §4), and the file that a level 1 body holds. Read
 * without any entity, DTD or network: a document that declares one is refused whole.
 */
import { XMLParser } from 'fast-xml-parser';
import { decodeBase64 } from './base64.ts';
import { at, type Json, object, objects, text } from './fhir/json.ts';
import { readTimestamp, type Timestamp } from './hl7v2/timestamp.ts';

export type Cda = {
  id: string | undefined;
  /** LOINC. */
  type: string | undefined;
  createdAt: Timestamp | undefined;
  /** N, R or V. */
  confidentiality: string | undefined;
  /** The document that this one replaces (relatedDocument RPLC). */
  replaces: string | undefined;
  patient: { birthDate: string | undefined; birthName: string | undefined };
  /** Level 1: a PDF as a rule; undefined when the body is structured. */
  file: { mediaType: string; bytes: Uint8Array } | undefined;
};

/** Deeper than any CDA; a parser must not be made to recurse without end. */
const MOST_DEPTH = 100;

/** Element names lose their namespace prefix, attributes are marked, texts stay texts. */
const parser = new XMLParser({
  processEntities: false,
  htmlEntities: false,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  parseTagValue: false,
  parseAttributeValue: false,
  removeNSPrefix: true,
  trimValues: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

/** @returns undefined for what is no ClinicalDocument, and for whatever declares a DTD or an entity. Never throws. */
export function readCda(bytes: Uint8Array): Cda | undefined {
  const xml = decode(bytes);
  if (xml === undefined || /<!(?:DOCTYPE|ENTITY)/i.test(xml) || depthOf(xml) > MOST_DEPTH) return undefined;
  let root: Json | undefined;
  try {
    root = object(at(parser.parse(xml), 'ClinicalDocument'));
  } catch {
    return undefined;
  }
  if (root === undefined) return undefined;
  const related = objects(root['relatedDocument']).find((one) => text(one['@typeCode'])?.toUpperCase() === 'RPLC');
  const person = at(root, 'recordTarget', 'patientRole', 'patient');
  const code = text(at(root, 'code', '@code'));
  return {
    id: identifier(root['id']),
    type: code !== undefined && /^\d{1,7}-\d$/.test(code) ? code : undefined,
    createdAt: readTimestamp(text(at(root, 'effectiveTime', '@value')), 'CDA effectiveTime', []),
    confidentiality: text(at(root, 'confidentialityCode', '@code'))?.toUpperCase(),
    replaces: identifier(objects(at(related, 'parentDocument'))[0]?.['id']),
    patient: {
      birthDate: readTimestamp(text(at(person, 'birthTime', '@value')), 'CDA birthTime', [])?.date,
      birthName: birthName(at(person, 'name')),
    },
    file: fileOf(at(root, 'component', 'nonXMLBody', 'text')),
  };
}

/** Does this look like a CDA at all? Enough to know which reader to try. */
export function isXml(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).replace(/^\uFEFF/, '');
  return start.trimStart().startsWith('<');
}

function decode(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const named = /encoding\s*=\s*["']([\w.-]+)["']/i.exec(head)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(named, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Most elements open at once, counted without a parser. */
function depthOf(xml: string): number {
  let [depth, most] = [0, 0];
  for (const tag of xml.matchAll(/<(\/?)[A-Za-z][^<>]*?(\/?)>/g)) {
    if (tag[1] === '/') depth -= 1;
    else if (tag[2] !== '/') depth += 1;
    if (depth > most) most = depth;
  }
  return most;
}

/** II: root, and extension when there is one, as XDS writes it. */
function identifier(value: unknown): string | undefined {
  const [one] = objects(value);
  const root = text(one?.['@root']);
  const extension = text(one?.['@extension']);
  return extension === undefined ? root : `${root ?? ''}^${extension}`;
}

function birthName(name: unknown): string | undefined {
  const families = objects(name).flatMap((one) => {
    const family = one['family'];
    return Array.isArray(family) ? (family as unknown[]) : [family];
  });
  const birth = families.find((one) => text(at(one, '@qualifier')) === 'BR') ?? families[0];
  return text(birth) ?? text(at(birth, '#'));
}

function fileOf(body: unknown): Cda['file'] {
  const said = object(body);
  const data = text(said?.['#']);
  if (said === undefined || data === undefined) return undefined;
  const bytes = text(said['@representation'])?.toUpperCase() === 'B64' ? decodeBase64(data) : undefined;
  return bytes && { mediaType: (text(said['@mediaType']) ?? 'application/pdf').toLowerCase(), bytes };
}
