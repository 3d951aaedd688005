/** The lines of a large text file, as a stream, with how far it has been read. */
import { createReadStream, openSync, closeSync, readSync, statSync } from 'node:fs';

/** A line this long is no row of an open file; reading on would only fill the memory. */
const LONGEST_LINE = 100_000;

export type Progress = {
  /** Reading the file, then making the index of what was read. */
  step: 'read' | 'index';
  /** Data rows of this step so far. */
  rows: number;
  /** Share of the whole import, 0 to 1: by bytes while reading, then by rows. */
  share: number;
};

/** Of the time of a whole import, what reading takes: measured on 1.9 million rows. */
export const READING = 0.25;

/** UTF-8, unless the first mebibyte is not: older extractions are in Windows-1252. */
function encodingOf(file: string): 'utf8' | 'windows-1252' {
  const head = Buffer.alloc(1024 ** 2);
  const handle = openSync(file, 'r');
  try {
    const read = readSync(handle, head, 0, head.length, 0);
    new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, read), { stream: true });
    return 'utf8';
  } catch {
    return 'windows-1252';
  } finally {
    closeSync(handle);
  }
}

/**
 * Batches of lines, without their ends; `share` is how much of the file they complete.
 * @throws when a line is longer than any row can be, or the file cannot be read
 */
export async function* linesOf(file: string): AsyncGenerator<{ lines: string[]; share: number }> {
  const { size } = statSync(file);
  const decoder = new TextDecoder(encodingOf(file), { ignoreBOM: true });
  let [rest, read] = ['', 0];
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    const bytes = chunk as Uint8Array;
    read += bytes.length;
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n'); // node:readline also cuts at U+2028, which an address may hold
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE)
      throw new Error(`a line is longer than ${LONGEST_LINE} characters: not the open file`);
    yield { lines: lines.map(withoutReturn), share: size === 0 ? 1 : read / size };
  }
  rest += decoder.decode();
  if (rest !== '') yield { lines: [withoutReturn(rest)], share: 1 };
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
