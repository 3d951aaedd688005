/**
 * A small bot in a process of its own, to be killed at any moment: what it receives goes into an inbox on disk with the
 * sync token, in one commit, and is read afterwards; it says `tick 0`, `tick 1`… into a room, one at a time.
 *
 *     node bot-process.ts <account directory> <inbox.sqlite> <room to tick in, or ''>
 *
 * Prints `ready`, then `read <n>` (events read in all) and `ticked <n>` as it goes.
 */
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { openMatrixTransport } from '../../bot/matrix/matrix-transport.ts';
import type { RawRoomEvent, Transport } from '../../care/relay/transport.ts';
import { systemClocks } from './system-clocks.ts';

export function openInbox(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
    CREATE TABLE IF NOT EXISTS inbox(seq INTEGER PRIMARY KEY, event TEXT UNIQUE, room TEXT, json TEXT, body TEXT, encrypted INTEGER DEFAULT 0);
    CREATE TABLE IF NOT EXISTS kept(name TEXT PRIMARY KEY, value TEXT)`);
  return db;
}

async function serve(directory: string, inbox: string, tickRoom: string): Promise<void> {
  const db = openInbox(inbox);
  const bot = await openMatrixTransport({ directory, clocks: systemClocks, log: () => undefined });
  const kept = (name: string): string | undefined =>
    db.prepare('SELECT value FROM kept WHERE name = ?').get(name)?.['value'] as string | undefined;
  const keep = (name: string, value: string): void =>
    void db.prepare('INSERT OR REPLACE INTO kept VALUES(?, ?)').run(name, value);

  let reading = Promise.resolve();
  const read = (): Promise<void> => (reading = reading.then(() => readWaiting(bot, db)));
  bot.onKeys(() => void read());
  await read();
  console.log('ready');
  if (tickRoom !== '') void tick(bot, tickRoom, Number(kept('tick') ?? 0), (n) => keep('tick', String(n)));
  await bot.run(
    kept('since'),
    async (batch) => {
      for (const { roomId } of batch.invitations) await bot.join(roomId);
      db.exec('BEGIN IMMEDIATE');
      for (const { roomId, events } of batch.rooms) {
        for (const event of events) {
          if (event.type !== 'm.room.encrypted') continue;
          db.prepare('INSERT OR IGNORE INTO inbox(event, room, json) VALUES(?, ?, ?)').run(
            event.event_id,
            roomId,
            JSON.stringify(event),
          );
        }
      }
      keep('since', batch.next);
      db.exec('COMMIT');
      await read();
    },
    new AbortController().signal,
  );
}

async function readWaiting(bot: Transport, db: DatabaseSync): Promise<void> {
  for (const row of db.prepare('SELECT event, room, json FROM inbox WHERE body IS NULL ORDER BY seq').all()) {
    const decrypted = await bot.decrypt(String(row['room']), JSON.parse(String(row['json'])) as RawRoomEvent);
    if (decrypted === 'undecryptable') continue;
    db.prepare('UPDATE inbox SET body = ?, encrypted = ? WHERE event = ?').run(
      String(decrypted.content['body']),
      decrypted.encrypted ? 1 : 0,
      String(row['event']),
    );
  }
  // Not the bot's own ticks, which come back to it too: the last bot would be killed before it had read everything.
  const read = db.prepare("SELECT count(*) AS n FROM inbox WHERE body LIKE 'message %'").get()?.['n'];
  console.log(`read ${String(read)}`);
}

/** The number is kept after the answer: a kill between is settled by the transaction id. */
async function tick(bot: Transport, roomId: string, from: number, keep: (n: number) => void): Promise<void> {
  for (let n = from; ; n++) {
    await bot.send(roomId, 'm.room.message', { msgtype: 'm.notice', body: `tick ${n}` }, `tick-${n}`, true);
    keep(n + 1);
    console.log(`ticked ${n + 1}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [directory = '', inbox = '', tickRoom = ''] = process.argv.slice(2);
  await serve(directory, inbox, tickRoom);
}
