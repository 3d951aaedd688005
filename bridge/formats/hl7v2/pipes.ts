/**
 * HL7 v2 "pipes": encoding rules of HL7 2.5 chapter 2 (delimiters, escapes, repetitions, null), and nothing about hospitals.
 *
 * An own parser: what real senders get wrong (glued segments, LF, custom delimiters, a missing MSH-2) is the house's
 * subject, the grammar is five characters, and the packages on the registry throw on the first of these.
 * Nothing here throws for any text, and no segment of the text is lost.
 */
import { type Delimiters, STANDARD, unescape } from './escapes.ts';
import { quote, unglue } from './glue.ts';

/** `fields[n]` is field n as HL7 counts it, raw; `fields[0]` the name. In MSH, field 1 is the separator itself. */
export type Segment = { name: string; fields: string[]; delimiters: Delimiters };

export type Message = {
  delimiters: Delimiters;
  segments: Segment[];
  /** English, without any value of the message. */
  warnings: string[];
};

/** One repetition of a field: components, each a list of subcomponents, escapes undone; the null `""` stays as it is. */
export type Repetition = string[][];

const NULL = '""';

/** CR is HL7's; LF and CRLF are what editors and scripts make of it; 0x0B and 0x1C frame MLLP. */
const BREAKS = /[\r\n\u000b\u001c]+/;

/**
 * Parses one message. Blank lines are skipped; a line that starts no segment continues the one before (a line feed typed
 * in a text field); a text without MSH is read with the standard delimiters.
 * @param text one message, decoded (charset.ts)
 */
export function parseMessage(text: string): Message {
  const warnings: string[] = [];
  const lines = withBreaks(text.replaceAll('\uFEFF', ''), warnings)
    .split(BREAKS)
    .filter((line) => line.trim() !== '');
  const header = lines.map((line) => line.trimStart()).find((line) => /^MSH[^A-Za-z0-9\s]/.test(line));
  const delimiters = header === undefined ? STANDARD : readDelimiters(header, warnings);
  const starts = new RegExp(`^[ \\t]*[A-Z][A-Z0-9]{2}(?:${quote(delimiters.field)}|\\s*$)`);
  const whole: string[] = [];
  let continued = false;
  for (const [index, line] of lines.entries()) {
    const truncated = index === lines.length - 1 && /^[A-Z][A-Z0-9]?$/.test(line);
    const last = whole.length - 1;
    if (last < 0 || starts.test(line) || truncated) whole.push(line.trimStart());
    else {
      whole[last] = `${whole[last] ?? ''}\n${line}`;
      continued = true;
    }
  }
  if (continued) warnings.push('a line that starts no segment was read as the continuation of the segment before it');
  const segments = unglue(whole, delimiters, warnings).map((line) => readSegment(line, delimiters));
  return { delimiters, segments, warnings };
}

/** Segments separated by the two characters `\r` or `\n` that a program should have made one of. */
function withBreaks(text: string, warnings: string[]): string {
  if (/[\r\n]/.test(text.trim()) || !/\\[rn](?:EVN|PID|PV1)[^A-Za-z0-9\s]/.test(text)) return text;
  warnings.push('segments were separated by a backslash and a letter, not by a carriage return');
  return text.replaceAll(/(?:\\r\\n|\\[rn])(?=[A-Z][A-Z0-9]{2}[^A-Za-z0-9\s]|\s*$)/g, '\r');
}

/** The text of a segment, as it was received (a round trip with `parseMessage`). */
export function writeSegment(segment: Segment): string {
  const { name, fields, delimiters } = segment;
  if (name === 'MSH') return `MSH${[fields[1] ?? delimiters.field, fields.slice(2).join(delimiters.field)].join('')}`;
  return fields.join(delimiters.field);
}

/**
 * Where each message starts in a text that holds several (a file of exports, an MLLP stream). `MSH` counts at the start
 * of a line, and in the middle of one only with the standard delimiters right after it. Text before the first one is
 * a start too, unless it is blank or a batch header (FHS, BHS): it is somebody's message and must not vanish.
 */
export function messageStarts(text: string): number[] {
  const starts: number[] = [];
  for (const found of text.matchAll(
    /MSH(?=\|\^~\\&\|)|MSH(?=[^A-Za-z0-9\s])(?<=(?:^|[\r\n\u000b\u001c\uFEFF][ \t]{0,8})MSH)/g,
  )) {
    starts.push(found.index);
  }
  const before = text.slice(0, starts[0] ?? text.length).split(BREAKS);
  const isNothing = before.every((line) => line.trim() === '' || /^(?:FHS|BHS)/.test(line.trimStart()));
  return starts.length === 0 || !isNothing ? [0, ...starts] : starts;
}

/** A text of several messages as one text each, in order. Always at least one. */
export function splitMessages(text: string): string[] {
  const starts = messageStarts(text);
  return starts.map((start, index) => text.slice(start, starts[index + 1]));
}

/** The first segment of that name. */
export function segment(message: Message, name: string): Segment | undefined {
  return message.segments.find((one) => one.name === name);
}

export function segmentsNamed(message: Message, name: string): Segment[] {
  return message.segments.filter((one) => one.name === name);
}

/** Repetitions of field `n`; none when it is empty or absent. */
export function repetitions(from: Segment | undefined, n: number): Repetition[] {
  const raw = from?.fields[n] ?? '';
  if (from === undefined || raw === '') return [];
  const d = from.delimiters;
  if (from.name === 'MSH' && n <= 2) return [[[raw]]];
  return cut(raw, d.repetition).map((one) =>
    cut(one, d.component).map((component) => cut(component, d.subcomponent).map((value) => unescape(value, d))),
  );
}

/** Component `c`, subcomponent `s` (both from 1), trimmed; undefined when empty, absent or null (see `erased`). */
export function part(repetition: Repetition | undefined, c: number, s = 1): string | undefined {
  const value = repetition?.[c - 1]?.[s - 1]?.trim();
  return value === undefined || value === '' || value === NULL ? undefined : value;
}

/** Component `c` is the null `""`: "delete the value", where an empty one says "unchanged" (HL7 2.5 §2.5.3). */
export function erased(repetition: Repetition | undefined, c = 1): boolean {
  return repetition?.[c - 1]?.[0]?.trim() === NULL;
}

/** `part` of the first repetition of field `n`, without cutting what is not asked for: most of a reading is this. */
export function first(from: Segment | undefined, n: number, c = 1, s = 1): string | undefined {
  const raw = from?.fields[n] ?? '';
  if (from === undefined || raw === '') return undefined;
  const d = from.delimiters;
  if (from.name === 'MSH' && n <= 2) return part(repetitions(from, n)[0], c, s);
  const value = unescape(nth(nth(nth(raw, d.repetition, 1), d.component, c), d.subcomponent, s), d).trim();
  return value === '' || value === NULL ? undefined : value;
}

/** Piece `count` (from 1) of a text; empty when there are fewer. */
function nth(text: string, delimiter: string, count: number): string {
  if (delimiter === '') return count === 1 ? text : '';
  let from = 0;
  for (let passed = 1; passed < count; passed += 1) {
    const found = text.indexOf(delimiter, from);
    if (found < 0) return '';
    from = found + delimiter.length;
  }
  const end = text.indexOf(delimiter, from);
  return text.slice(from, end < 0 ? undefined : end);
}

function cut(text: string, delimiter: string): string[] {
  return delimiter === '' || !text.includes(delimiter) ? [text] : text.split(delimiter);
}

function readDelimiters(header: string, warnings: string[]): Delimiters {
  const field = header.charAt(3);
  // `^~\\&`: a program that escaped its escape mark.
  const encoding = (header.slice(4).split(field)[0] ?? '').replace(/^(..)(.)\2(?=.)/, '$1$2');
  if (encoding.length < 4)
    warnings.push('MSH-2 does not name the four encoding characters: the usual ones are assumed');
  const at = (index: number, usual: string): string => encoding.charAt(index) || usual;
  return {
    field,
    component: at(0, '^'),
    repetition: at(1, '~'),
    escape: at(2, '\\'),
    subcomponent: at(3, '&'),
  };
}

function readSegment(line: string, delimiters: Delimiters): Segment {
  const [name = '', ...rest] = line.split(delimiters.field);
  if (/^MSH[^A-Za-z0-9\s]/.test(line)) return { name: 'MSH', fields: ['MSH', delimiters.field, ...rest], delimiters };
  return { name: name.trim(), fields: [name, ...rest], delimiters };
}
