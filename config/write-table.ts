/** A table as the bytes of a file that a spreadsheet opens: the only door of the packages that write them. */
import { stringify } from 'csv-stringify/sync';
import writeExcelFile, { type Cell } from 'write-excel-file/node';

/** A text stays text (a number would lose its leading zero); undefined is an empty cell. */
export type TableCell = string | number | undefined;

/** As French spreadsheets read it: semicolons, decimal commas, and the mark that says UTF-8. */
export function csvTable(rows: readonly (readonly TableCell[])[]): Uint8Array {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? String(cell).replace('.', ',') : cell)));
  // What begins with = + - @ would be run as a formula by the spreadsheet.
  return new TextEncoder().encode(`\uFEFF${stringify(text, { delimiter: ';', escape_formulas: true })}`);
}

export async function xlsxTable(rows: readonly (readonly TableCell[])[]): Promise<Uint8Array> {
  const sheet = writeExcelFile(
    rows.map((row, n) =>
      row.map((value = ''): Cell =>
        typeof value === 'number'
          ? { value, type: Number }
          : { value, type: String, format: '@', ...(n === 0 && { fontWeight: 'bold' }) },
      ),
    ),
  );
  return new Uint8Array(await sheet.toBuffer());
}
