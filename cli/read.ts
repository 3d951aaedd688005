/**
 * `relais read`: what Relais understands of message files, and what it would do with them, without any configuration.
 * A local tool for the hospital's interface team: its lines hold identities, because that is what they come to check.
 * Do not send its output to a ticket or a log.
 */
import { readFile } from 'node:fs/promises';
import { acknowledgement, acknowledgementCode, acknowledgementError, headerOf } from '../bridge/formats/hl7v2/ack.ts';
import { readHl7v2, splitHl7v2 } from '../bridge/formats/hl7v2/pam-fr.ts';
import { readEvent } from '../bridge/formats/events.ts';
import { readPostedDocument } from '../bridge/formats/documents.ts';
import { readFhir } from '../bridge/formats/fhir/fhir.ts';
import type { Reading, StayIntent } from '../care/stay/intent.ts';
import { type SourcePolicy, strongest, type Verdict, verdict } from '../care/stay/verdict.ts';

export type ReadOptions = {
  format: 'hl7v2' | 'events' | 'fhir' | 'documents';
  /** Undefined: no table, so events without labels; training messages are read like others, fictional identities are silent. */
  policy?: SourcePolicy;
  /** Time of the acknowledgements, epoch ms UTC; MSH-7 of each message when not given, so that a run can be repeated. */
  now?: number;
};

const NO_TABLE: SourcePolicy = {
  units: undefined,
  unknownUnit: 'event',
  acceptTraining: true,
  acceptFictional: false,
  production: false,
};

/**
 * Prints one JSON line per message: `{ file, message, outcome, reason, intents, warnings, acknowledgement }`; what cannot be
 * read has `place` and `detail` too. `acknowledgement` is the code (AA, AE, AR; 202 or 400 for events), `answer` the whole.
 * @param paths files, each with one message or several
 * @param print gets each line, without its line feed; the counts go to stderr
 * @returns exit code: 1 when a file could not be opened (said on stderr), whatever the messages are
 */
export async function readFiles(paths: string[], options: ReadOptions, print: (line: string) => void): Promise<number> {
  let code = 0;
  const counts = new Map<string, number>();
  for (const path of paths) {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      process.stderr.write(`${path}: cannot be opened (${why}): check the path and its permissions\n`);
      code = 1;
      continue;
    }
    const lines = LINES[options.format](bytes, options);
    for (const [index, line] of lines.entries()) {
      print(JSON.stringify({ file: path, message: index + 1, ...line }));
      const what = `${line.acknowledgement} ${line.outcome} ${line.reason}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
  }
  const rows = [...counts].sort((a, b) => b[1] - a[1]).map(([what, n]) => `${String(n).padStart(6)}  ${what}\n`);
  // Apart from the lines, which are for other programs; of one message there is nothing to count.
  if (rows.length > 1 || [...counts.values()].some((n) => n > 1)) process.stderr.write(rows.join(''));
  return code;
}

const LINES: Record<ReadOptions['format'], (bytes: Uint8Array, options: ReadOptions) => Line[]> = {
  hl7v2: hl7v2Lines,
  events: eventLines,
  fhir: fhirLines,
  documents: documentLines,
};

type Line = Verdict & {
  intents: unknown[];
  warnings: string[];
  acknowledgement: string;
  answer?: string;
  place?: string | undefined;
  detail?: string;
};

function hl7v2Lines(bytes: Uint8Array, options: ReadOptions): Line[] {
  return splitHl7v2(bytes).map((one, index) => {
    const reading = readHl7v2(one);
    const code = acknowledgementCode(reading);
    const error = acknowledgementError(reading);
    const at = options.now ?? headerOf(one)?.sentAt ?? 0;
    const answer = acknowledgement({
      received: one,
      code,
      at,
      id: `READ${String(index + 1)}`,
      ...(error === undefined ? {} : { error }),
    });
    return { ...judged(reading, options), acknowledgement: code, answer };
  });
}

function judged(reading: Reading, options: ReadOptions): Omit<Line, 'acknowledgement'> {
  const { warnings } = reading;
  if (!reading.readable) {
    const { verdict: outcome, reason, place, detail } = reading;
    return { outcome, reason, intents: [], warnings, place, detail };
  }
  const verdicts = reading.intents.map((intent) => verdict(intent, options.policy ?? NO_TABLE));
  const { outcome, reason } = strongest(verdicts) ?? { outcome: 'muted', reason: 'not-a-movement' };
  return { outcome, reason, intents: reading.intents.map(withoutBytes), warnings };
}

/** One resource or Bundle per file. Read as if it had come now, from a source that speaks for whatever it names. */
function fhirLines(bytes: Uint8Array, options: ReadOptions): Line[] {
  const reading = readFhir(bytes, { receivedAt: options.now ?? 0, facilities: [] });
  const status = reading.readable
    ? '202'
    : reading.verdict === 'rejected' && reading.reason === 'unreadable'
      ? '400'
      : '422';
  return [{ ...judged(reading, options), acknowledgement: status }];
}

/** One multipart body per file, as `POST /v1/documents` takes it. */
function documentLines(bytes: Uint8Array, options: ReadOptions): Line[] {
  const reading = readPostedDocument(bytes, options.now ?? 0);
  return [{ ...judged(reading, options), acknowledgement: reading.readable ? '202' : '400' }];
}

/** What a document holds is not printed: only its type and size. */
function withoutBytes(intent: StayIntent): unknown {
  const content = intent.document?.content;
  if (content === undefined) return intent;
  const { mediaType, bytes } = content;
  return { ...intent, document: { ...intent.document, content: { mediaType, size: bytes.length } } };
}

/** One event, an array of events, or one event per line (JSON Lines). */
function eventLines(bytes: Uint8Array, options: ReadOptions): Line[] {
  return parseEvents(new TextDecoder().decode(bytes)).map((json) => {
    const problem = {
      outcome: 'rejected' as const,
      reason: 'unreadable' as const,
      intents: [],
      warnings: [],
      acknowledgement: '400',
    };
    if (json === undefined) return { ...problem, detail: 'not JSON' };
    const read = readEvent(json);
    if (!('problems' in read)) return { ...judged(read, options), acknowledgement: '202' };
    const detail = read.problems.map((one) => `${one.path}: ${one.message}. ${one.cure}`).join(' ');
    return { ...problem, place: read.problems[0]?.path, detail };
  });
}

function parseEvents(text: string): unknown[] {
  const whole = parse(text);
  if (whole !== undefined) return Array.isArray(whole) ? (whole as unknown[]) : [whole];
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.length === 0 ? [undefined] : lines.map(parse);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
