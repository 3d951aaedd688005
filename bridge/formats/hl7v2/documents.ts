/**
 * MDM and ORU^R01 that carry a document in OBX-5 (CI-SIS "Transmission d'un document CDA-R2 en HL7v2"; FACTS §1.10, §4): a
 * PDF or a CDA in base64, its type by LOINC, its flags in the OBX that follow.
 */
import type { StayIntent, ToldDocument } from '../../../care/stay/intent.ts';
import { decodeBase64 } from '../base64.ts';
import { withContent } from '../content.ts';
import { bare } from './bare.ts';
import type { Header } from './header.ts';
import { readProtections } from './identity.ts';
import type { Unreadable } from './intents.ts';
import { first, part, repetitions, segment, segmentsNamed, type Message, type Segment } from './pipes.ts';
import { civilMoment, readTimestamp } from './timestamp.ts';

const LOINC = /^\d{1,7}-\d$/;

/** MDM: what the event says of the document; T01 to T12 (HL7 2.6 §9.5). Status changes alone (T03, T04) create or delete. */
const REPLACES = new Set(['T09', 'T10']);
const EDITS = new Set(['T07', 'T08']);

export function readDocument(
  message: Message,
  header: Header,
  warnings: string[],
): { intents: StayIntent[] } | { problem: Unreadable } {
  const protections = readProtections(message, warnings);
  const trigger = header.trigger ?? '';
  const base = bare(message, header, trigger, 'document-received', protections, warnings);
  const told = readTold(message, header, warnings);
  const whole = told && withContent(told, base.patient, warnings);
  if (whole === 'somebody-else') {
    if (protections.length > 0) return { intents: [base] };
    const detail = 'the document names another person than PID: nothing is said of it, correct the sender, then replay';
    return { problem: { verdict: 'quarantined', reason: 'missing-identity', place: 'OBX-5', detail } };
  }
  return { intents: [whole === undefined ? base : { ...base, document: whole }] };
}

function readTold(message: Message, header: Header, warnings: string[]): ToldDocument | undefined {
  const txa = segment(message, 'TXA');
  const obr = segment(message, 'OBR');
  const all = segmentsNamed(message, 'OBX');
  const carriers = all.filter((one) => first(one, 2)?.toUpperCase() === 'ED');
  if (carriers.length > 1) warnings.push('several documents in one message: the first one was read');
  const obx = carriers[0];
  if (txa === undefined && obx === undefined) return undefined; // results without a document
  const parent = entity(txa, 13);
  const trigger = header.trigger ?? '';
  const status = first(obx, 11)?.toUpperCase() ?? first(obr, 25)?.toUpperCase();
  const isDeleted = status === 'D' || status === 'W' || trigger === 'T11' || first(txa, 17)?.toUpperCase() === 'CA';
  const isReplaced =
    REPLACES.has(trigger) || EDITS.has(trigger) || status === 'C' || (parent !== undefined && trigger === 'T04');
  const type = [first(obx, 3), first(txa, 2), first(obr, 4)].find((code) => LOINC.test(code ?? ''));
  const id = entity(txa, 12) ?? first(obr, 3) ?? first(obr, 2) ?? header.key ?? '';
  const completion = first(txa, 17)?.toUpperCase();
  return {
    id,
    action: isDeleted ? 'delete' : isReplaced ? 'replace' : 'create',
    // A deletion under a number of its own names the document in TXA-13.
    replaces: parent === id ? undefined : trigger === 'T05' || trigger === 'T06' ? undefined : parent,
    type,
    createdAt: civilMoment(
      readTimestamp(first(txa, 6) ?? first(txa, 4) ?? first(obr, 22) ?? first(obx, 14), 'TXA-4', warnings),
    ),
    sentTo: [
      ...(flag(all, 'DESTMSSANTEPS') ? (['mssante'] as const) : []),
      ...(flag(all, 'DESTDMP') ? (['dmp'] as const) : []),
    ],
    masked:
      flag(all, 'MASQUE_PS') ||
      flag(all, 'CONNEXION_SECRETE') ||
      ['R', 'V'].includes(first(txa, 18)?.toUpperCase() ?? ''),
    preliminary:
      ['P', 'R', 'I', 'S'].includes(status ?? '') || ['DI', 'DO', 'IP', 'IN', 'PA'].includes(completion ?? ''),
    content: contentOf(obx, warnings),
  };
}

/** EI: the entity, with its namespace as two systems of one hospital may count alike. */
function entity(from: Segment | undefined, n: number): string | undefined {
  const one = repetitions(from, n)[0];
  const id = part(one, 1);
  const namespace = part(one, 2);
  return id === undefined || namespace === undefined ? id : `${id}^${namespace}`;
}

/** `OBX|n|CWE|DESTDMP^…||Y`: Y, O, T or 1. */
function flag(all: readonly Segment[], code: string): boolean {
  const found = all.find((one) => first(one, 3)?.toUpperCase() === code);
  return /^[YOT1]/i.test(first(found, 5) ?? '');
}

/** ED: source, type, subtype, encoding, data. Whatever the type says, the bytes decide (content.ts). */
function contentOf(obx: Segment | undefined, warnings: string[]): ToldDocument['content'] {
  const one = repetitions(obx, 5)[0];
  const data = part(one, 5);
  if (data === undefined) return undefined;
  const bytes = /^base64$/i.test(part(one, 4) ?? 'base64') ? decodeBase64(data) : undefined;
  if (bytes === undefined) warnings.push('OBX-5 is not base64: the document is told without its content');
  return bytes && { mediaType: (part(one, 3) ?? '').toLowerCase(), bytes };
}
