/** What a homeserver's administrator could read: its own database, and everything that Relais leaves lying about. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Messages in clear in rooms that are encrypted, as the server itself stores them, whoever sent them. */
export function clearMessages(directory: string): number {
  const db = new DatabaseSync(join(directory, 'homeserver.db'), { readOnly: true });
  try {
    const clear = db.prepare(`select count(*) as n from events where type = 'm.room.message'
      and room_id in (select room_id from events where type = 'm.room.encryption' and state_key = '')`);
    return Number(clear.get()?.['n']);
  } finally {
    db.close();
  }
}

/** How many events the server stores of this account, to know that the right base was looked at. */
export function encryptedMessages(directory: string, sender: string): number {
  const db = new DatabaseSync(join(directory, 'homeserver.db'), { readOnly: true });
  try {
    const of = db.prepare(`select count(*) as n from events where type = 'm.room.encrypted' and sender = ?`);
    return Number(of.get(sender)?.['n']);
  } finally {
    db.close();
  }
}

/** Bases, logs and metrics. */
const LOOKED_AT = /\.(db|db-wal|sqlite|sqlite-wal|log|serving|prom)$/;

/** The index of the national directory holds the names of professionals, which are public, and some are also patients'. */
const PUBLIC = /-directory$/;

/** @returns the names of the files that were looked at, and of those in which `pattern` stands in clear */
export function searchFiles(folder: string, pattern: RegExp): { looked: string[]; found: string[] } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && LOOKED_AT.test(file.name) && !PUBLIC.test(file.parentPath))
    .map((file) => ({ name: file.name, bytes: readFileSync(join(file.parentPath, file.name)).toString('latin1') }));
  return {
    looked: files.map(({ name }) => name),
    found: files.flatMap(({ name, bytes }) => {
      const hit = pattern.exec(bytes);
      return hit ? [`${name}: ${hit[0]}`] : [];
    }),
  };
}
