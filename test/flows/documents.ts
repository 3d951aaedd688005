/** Documents as hospitals send them: MDM and ORU with a PDF or a CDA. Everything is invented. */
import type { SourcePolicy } from '../../care/stay/verdict.ts';
import type { Fields } from '../formats/hl7v2/fixtures.ts';
import { POLICY, type Ward } from './stage.ts';

export const PDF = new TextEncoder().encode('%PDF-1.7\nLettre de liaison de Lucie FICTIVE, synthétique.\n%%EOF\n');

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

type Told = {
  id?: string;
  parent?: string;
  type?: string;
  content?: Uint8Array;
  status?: string;
  at?: string;
  /** OBX flags: code → Y or N. */
  flags?: Record<string, string>;
  pid?: Record<number, string>;
};

/** Fields of an MDM over the ADT of the fixtures: no ZBE, a TXA, an OBX with the document. */
export function mdm(trigger: string, told: Told = {}): Fields {
  const at = told.at ?? '20260113160000';
  const flags = Object.entries(told.flags ?? {});
  return {
    MSH: { 9: `MDM^${trigger}^MDM_T02`, 7: at, 12: '2.6' },
    EVN: { 2: at, 6: '' },
    ZBE: null,
    ...(told.pid ? { PID: told.pid } : {}),
    TXA: {
      1: '1',
      2: told.type ?? '11490-0',
      3: 'TEXT',
      4: at,
      12: told.id ?? 'DOC1^DPI',
      13: told.parent ?? '',
      17: 'LA',
    },
    OBX: {
      1: '1',
      2: 'ED',
      3: `${told.type ?? '11490-0'}^Lettre de liaison^LN`,
      5: `^text^PDF^Base64^${base64(told.content ?? PDF)}`,
      11: told.status ?? 'F',
    },
    // Segments of the same name need their own key: the fixtures name a segment once.
    ...(flags.length === 0
      ? {}
      : { NTE: { 1: '1', 3: flags.map(([code, yes]) => `\rOBX|2|CWE|${code}||${yes}||||||F`).join('') } }),
  };
}

export function cda(
  over: {
    birthTime?: string;
    body?: Uint8Array;
    code?: string;
    confidentiality?: string;
    head?: string;
    id?: string;
    replaces?: string;
  } = {},
): Uint8Array {
  const body = over.body ?? PDF;
  return new TextEncoder().encode(`<?xml version="1.0" encoding="UTF-8"?>${over.head ?? ''}
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <id root="1.2.250.1.999.7" extension="${over.id ?? 'CDA1'}"/>
  <code code="${over.code ?? '11490-0'}" codeSystem="2.16.840.1.113883.6.1"/>
  <title>Lettre de liaison</title>
  <effectiveTime value="20260113155000+0100"/>
  <confidentialityCode code="${over.confidentiality ?? 'N'}"/>
  <recordTarget><patientRole><id root="1.2.250.1.999.1" extension="00700123"/>
    <patient><name><given>Lucie</given><family qualifier="SP">INVENTEE</family><family qualifier="BR">FICTIVE</family></name>
    <birthTime value="${over.birthTime ?? '19610704'}"/></patient></patientRole></recordTarget>
  ${over.replaces === undefined ? '' : `<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.1.999.7" extension="${over.replaces}"/></parentDocument></relatedDocument>`}
  <component><nonXMLBody><text mediaType="application/pdf" representation="B64">${base64(body)}</text></nonXMLBody></component>
</ClinicalDocument>`);
}

/** The letter as a file, other documents in words, biology not at all. */
export const ATTACH: SourcePolicy = {
  ...POLICY,
  name: 'CH Val',
  documents: {
    default: 'pointer',
    byType: new Map([
      ['11490-0', 'attachment'],
      ['11502-2', 'none'],
    ]),
  },
};

export type Content = { msgtype?: string; body?: string; filename?: string; file?: { url: string } };

export const contents = (ward: Ward, id = 'mt'): Content[] =>
  ward.readBy(`@${id}:test`).map((h) => h.event.content as Content);
export const files = (ward: Ward): Content[] => contents(ward).filter((one) => one.file !== undefined);
export const last = (ward: Ward): string =>
  contents(ward)
    .filter((one) => one.file === undefined)
    .at(-1)?.body ?? '';

export async function bytesOf(ward: Ward, content: Content | undefined): Promise<string> {
  const limits = { bytes: 10_000_000, types: ['application/pdf'] };
  return ward.transport.download({ ...content }, limits, async (file) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.bytes()) chunks.push(chunk);
    return Buffer.concat(chunks).toString('hex');
  });
}

export const hex = Buffer.from(PDF).toString('hex');

export const BOUNDARY = 'relais-boundary-7f3k';

/** A form, as any HTTP client writes it. */
export function form(document: unknown, file?: Uint8Array): Uint8Array {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="document"\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(document)}\r\n`;
  const part = file
    ? [
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="lettre.pdf"\r\nContent-Type: application/pdf\r\n\r\n`,
        file,
        '\r\n',
      ]
    : [];
  const pieces = [head, ...part, `--${BOUNDARY}--\r\n`];
  return Buffer.concat(pieces.map((one) => (typeof one === 'string' ? Buffer.from(one) : one)));
}
