/** Tables as text: the only door of csv-parse. Touches no file, so that it also serves what a source posts. */
import { parse } from 'csv-parse/sync';

export type CsvRow = {
  /** Where the row ends in the text, from 1: what somebody who mends it looks for. */
  line: number;
  cells: string[];
};

/** The marks that French and English exports put between cells, the likeliest first. */
const MARKS = [';', '\t', ','] as const;

/**
 * Rows of a table whose first line names the columns: the mark is the one found there, cells are trimmed, a byte order
 * mark and empty lines are passed over, and a row may be shorter or longer than the header.
 * @throws when a quote is not closed or stands in a cell; the error's `lines` says where
 */
export function readCsvRows(text: string): CsvRow[] {
  const header = text.split(/\r?\n/, 1)[0] ?? '';
  const records = parse(text, {
    delimiter: MARKS.find((mark) => header.includes(mark)) ?? ';',
    bom: true,
    trim: true,
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
  }) as unknown as { record: string[]; info: { lines: number } }[];
  return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
}
