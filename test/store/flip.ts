/** One bit of a sealed column, in a real base. */
import { DatabaseSync } from 'node:sqlite';

/** @param where SQL that finds one row */
export function flipInFile(path: string, table: string, column: string, where: string): void {
  const db = new DatabaseSync(path, { timeout: 10_000 });
  const row = db.prepare(`select ${column} as sealed from ${table} where ${where}`).get();
  const sealed = Uint8Array.from(row?.sealed as Uint8Array);
  sealed[20] = (sealed[20] ?? 0) ^ 1;
  db.prepare(`update ${table} set ${column} = ? where ${where}`).run(sealed);
  db.close();
}
