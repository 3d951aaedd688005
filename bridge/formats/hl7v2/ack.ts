/**
 * Acknowledgements (HL7 2.5 §2.9.2, FACTS §1.10): one MSA, and an ERR for what is not accepted; ack-mode.ts says which ones
 * a sender asks for. Nothing of the patient is ever echoed: only MSH fields of the received message, and sentences of ours.
 */
import { toParis, MINUTE } from '../../../care/relay/civil-time.ts';
import type { Reading } from '../../../care/stay/intent.ts';
import { decodeMessage } from './charset.ts';
import { readHeader, type Header } from './header.ts';
import { escape } from './escapes.ts';
import { parseMessage } from './pipes.ts';

/** A application, C commit (enhanced mode); A accept, E error, R reject. */
export type AckCode = 'AA' | 'AE' | 'AR' | 'CA' | 'CR';

export type AckError = {
  /** `PID-3`, `ZBE-4.1`, `MSH`: written as an ERL in ERR-2. */
  place: string | undefined;
  /** HL7 table 0357. */
  code: keyof typeof TABLE_0357;
  severity: 'E' | 'W' | 'I';
  /** English, without any value of the message (ERR-8). */
  text: string;
};

const TABLE_0357 = {
  '0': 'Message accepted',
  '100': 'Segment sequence error',
  '101': 'Required field missing',
  '102': 'Data type error',
  '103': 'Table value not found',
  '200': 'Unsupported message type',
  '201': 'Unsupported event code',
  '202': 'Unsupported processing id',
  '203': 'Unsupported version id',
  '204': 'Unknown key identifier',
  '205': 'Duplicate key identifier',
  '206': 'Application record locked',
  '207': 'Application internal error',
} as const;

const TABLE_OF_REASON: Record<Extract<Reading, { readable: false }>['reason'], AckError['code']> = {
  'not-hl7': '100',
  unreadable: '100',
  'missing-identity': '101',
  'bad-date': '102',
  'bad-movement': '103',
  'unsupported-type': '200',
  'unsupported-version': '203',
};

/**
 * The ACK of a received message, segments ended by CR. Applications and facilities are swapped; MSH-10 and MSH-18 are given
 * back as they came. Pure ASCII, so that it is right in whatever MSH-18 says.
 * @param ack.received the message as received; undefined when there is nothing usable (MSA-2 stays empty)
 * @param ack.at epoch ms UTC, written in Europe/Paris with its offset (the autumn hour exists twice)
 * @param ack.id MSH-10 of the ACK, unique for this receiver
 */
export function acknowledgement(ack: {
  received: Uint8Array | undefined;
  code: AckCode;
  at: number;
  id: string;
  error?: AckError;
}): string {
  const header = ack.received === undefined ? undefined : headerOf(ack.received);
  const trigger = /^[A-Z]\d\d$/.test(header?.trigger ?? '') ? header?.trigger : undefined;
  const msh = [
    'MSH|^~\\&',
    hd(header?.receivingApplication),
    hd(header?.receivingFacility),
    hd(header?.sendingApplication),
    hd(header?.sendingFacility),
    parisTimestamp(ack.at),
    '',
    trigger === undefined ? 'ACK' : `ACK^${trigger}^ACK`,
    safe(ack.id),
    header?.processing === 'T' || header?.processing === 'D' ? header.processing : 'P',
    '2.5^FRA^2.11',
    ...['', '', '', ''],
    'FRA',
    safe(header?.charset ?? ''),
  ];
  const msa = ['MSA', ack.code, safe(header?.controlId ?? '')];
  const segments = [msh, msa];
  if (ack.error !== undefined) {
    const { place, code, severity, text } = ack.error;
    segments.push(['ERR', '', erl(place), `${code}^${TABLE_0357[code]}^HL70357`, severity, '', '', '', safe(text)]);
  }
  return segments.map((fields) => `${fields.join('|').replace(/\|+$/, '')}\r`).join('');
}

/** MSH of a message as received; undefined when it has none. For the ACK, and for tools that need MSH-7. */
export function headerOf(bytes: Uint8Array): Header | undefined {
  return readHeader(parseMessage(decodeMessage(bytes).text), []);
}

/** DESIGN §7: readable is AA whatever is decided afterwards; authentic but unreadable AE; unusable AR. */
export function acknowledgementCode(reading: Reading): 'AA' | 'AE' | 'AR' {
  if (reading.readable) return 'AA';
  return reading.verdict === 'rejected' ? 'AR' : 'AE';
}

/** What ERR says of a message that could not be read; undefined for a readable one. */
export function acknowledgementError(reading: Reading): AckError | undefined {
  if (reading.readable) return undefined;
  return { place: reading.place, code: TABLE_OF_REASON[reading.reason], severity: 'E', text: reading.detail };
}

/** `20260113113000+0100`. */
function parisTimestamp(at: number): string {
  const l = toParis(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  const offset = (Date.UTC(l.year, l.month - 1, l.day, l.hour, l.minute) - Math.floor(at / MINUTE) * MINUTE) / MINUTE;
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${String(l.year)}${two(l.month)}${two(l.day)}${two(l.hour)}${two(l.minute)}${two(l.second)}${zone}`;
}

function hd(parts: string[] | undefined): string {
  return (parts ?? []).map(safe).join('^').replace(/\^+$/, '');
}

/** Escaped, ASCII, and short: what was received is not trusted to be a header. */
function safe(text: string): string {
  return escape(text.replace(/[^\x20-\x7e]/g, '?').slice(0, 199));
}

/** `PID-3.1` as `PID^1^3^^1` (ERL: segment, sequence, field, repetition, component). */
function erl(place: string | undefined): string {
  const found = /^([A-Z][A-Z0-9]{2})(?:-(\d+)(?:\.(\d+))?)?$/.exec(place ?? '');
  if (found === null) return '';
  const [, name, field, component] = found as unknown as (string | undefined)[];
  return [name, '1', field ?? '', '', component ?? ''].join('^').replace(/\^+$/, '');
}
