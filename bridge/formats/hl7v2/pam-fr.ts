/**
 * HL7 v2 messages of a French hospital, in our words: IHE PAM.fr 2.11.2 (ITI-30, ITI-31) and the documents of MDM and ORU.
 * Tolerant in what is read, strict in what is said: unknown is readable and muted later, doubtful goes to a human.
 */
import type { Reading } from '../../../care/stay/intent.ts';
import { byteText, decodeMessage } from './charset.ts';
import { readHeader, type Header } from './header.ts';
import { readDocument } from './documents.ts';
import { readAdt, type Unreadable } from './intents.ts';
import { messageStarts, parseMessage } from './pipes.ts';

/** 2.1 and 2.2 have other PID and PV1; documents come as 2.6, foreign ADT as 2.3 or 2.4 with the fields we use at their place. */
const VERSIONS = /^2\.[3-9](?:\.\d)?$/;

/**
 * Cuts bytes that hold several messages (an export, a batch, an MLLP stream) into one array per message; framing bytes, blank
 * lines, byte order marks and batch segments (FHS, BHS, BTS, FTS) around each are removed, so that they do not change its
 * digest. What comes before the first MSH is a piece of its own. Always at least one piece, even for no bytes.
 */
export function splitHl7v2(bytes: Uint8Array): Uint8Array[] {
  const clean = trimmed(bytes);
  const starts = messageStarts(byteText(clean));
  return starts.map((start, index) => withoutTrailer(trimmed(clean.subarray(start, starts[index + 1]))));
}

/** Batch segments that follow a message belong to the file, not to it. */
function withoutTrailer(piece: Uint8Array): Uint8Array {
  const last = Math.max(...[0x0a, 0x0b, 0x0d, 0x1c].map((byte) => piece.lastIndexOf(byte)));
  const name = last < 0 ? '' : byteText(piece.subarray(last + 1, last + 5));
  return /^(?:FHS|BHS|BTS|FTS)(?:[^A-Za-z0-9\s]|$)/.test(name)
    ? withoutTrailer(trimmed(piece.subarray(0, last)))
    : piece;
}

function trimmed(bytes: Uint8Array): Uint8Array {
  const isFrame = (byte: number | undefined): boolean => byte !== undefined && [0x0a, 0x0b, 0x0d, 0x1c].includes(byte);
  const isMark = (at: number): boolean => bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
  let start = 0;
  let end = bytes.length;
  while (start < end && (isFrame(bytes[start]) || isMark(start))) start += isMark(start) ? 3 : 1;
  while (end > start && (isFrame(bytes[end - 1]) || isMark(end - 3))) end -= isMark(end - 3) ? 3 : 1;
  return bytes.subarray(start, Math.max(start, end));
}

/**
 * Reads one message.
 * @param bytes as received, framing included or not
 * @returns never throws: what is not HL7, of another version or another type is `rejected` (AR), authentic but
 *   unreadable content is `quarantined` (AE). Warnings and details name fields, never their values. An acknowledgement
 *   gives no intent. Protected patients are always readable, so that the verdict can block them and empty the envelope.
 */
export function readHl7v2(bytes: Uint8Array): Reading {
  const decoded = decodeMessage(bytes);
  const message = parseMessage(decoded.text);
  const warnings = [...decoded.warnings, ...message.warnings];
  const header = readHeader(message, warnings);
  if (header === undefined) {
    return rejected('not-hl7', 'MSH', 'the message must start with an MSH segment', undefined, warnings);
  }
  if (header.key === undefined) {
    return rejected('not-hl7', 'MSH-10', 'MSH-10 is empty: the message cannot be acknowledged', undefined, warnings);
  }
  if (header.version === undefined) warnings.push('MSH-12 is empty: read as version 2.5');
  else if (!VERSIONS.test(header.version)) {
    return rejected('unsupported-version', 'MSH-12', 'send HL7 version 2.5 (PAM.fr)', header.key, warnings);
  }
  const result = readByType(message, header, warnings);
  if ('problem' in result) return { readable: false, ...result.problem, key: header.key, warnings: unique(warnings) };
  const { key, facility } = header;
  return { readable: true, key, facility, intents: result.intents, warnings: unique(warnings) };
}

/** The same remark for every PID of a merge is one remark. */
function unique(warnings: string[]): string[] {
  return [...new Set(warnings)];
}

function readByType(
  message: ReturnType<typeof parseMessage>,
  header: Header,
  warnings: string[],
): ReturnType<typeof readAdt> {
  switch (header.type) {
    case 'ACK':
      return { intents: [] };
    case 'ADT':
      if (header.trigger !== undefined) return readAdt(message, header, header.trigger, warnings);
      return unsupported('MSH-9 names no trigger: send ADT^A01^ADT_A01 and the like');
    case 'MDM':
    case 'ORU':
      return readDocument(message, header, warnings);
    default:
      return unsupported('this message type is not read here: send ADT (PAM.fr), MDM or ORU');
  }
}

function unsupported(detail: string): { problem: Unreadable } {
  return { problem: { verdict: 'rejected', reason: 'unsupported-type', place: 'MSH-9', detail } };
}

function rejected(
  reason: 'not-hl7' | 'unsupported-version',
  place: string,
  detail: string,
  key: string | undefined,
  warnings: string[],
): Reading {
  return { readable: false, verdict: 'rejected', reason, place, detail, key, warnings };
}
