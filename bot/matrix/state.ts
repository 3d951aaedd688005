/**
 * What the transport must remember beside the crypto store, with the same lifetime: which rooms are encrypted, up to
 * where each room was read, who was given which room's keys. One SQLite file, opened by one process; it is opened before
 * the crypto store, so its lock guards the whole account directory.
 */
import { openExclusive, walFlush } from './sqlite-file.ts';

/** The content of m.room.encryption, as far as it matters. */
export type RoomEncryption = {
  algorithm: string;
  rotationMs: number | undefined;
  rotationMessages: number | undefined;
};

export interface State {
  /**
   * Everything written here so far would survive a power cut. Nothing may leave, and no sync token be kept, because of
   * something that is not on disk yet. A kill alone loses nothing.
   */
  durable(): Promise<void>;
  /** Undefined: nobody ever said that this room is encrypted. */
  encryption(roomId: string): RoomEncryption | undefined;
  /** Sticky: a server may add encryption or shorten a rotation; nothing takes it away. */
  addEncryption(roomId: string, found: RoomEncryption): void;
  visibility(roomId: string): string | undefined;
  setVisibility(roomId: string, visibility: string): void;
  /** The last event handed over durably; '' for a room joined before it said anything. */
  lastEvent(roomId: string): string | undefined;
  setLastEvents(last: Map<string, string>): void;
  forgetLastEvent(roomId: string): void;
  /** A number larger than any recorded: orders messages and keys in `wasReached`. */
  nextSend(): number;
  /** These devices were given the room's key for message `send` and what follows. */
  recordShares(roomId: string, shares: { userId: string; deviceId: string }[], send: number): void;
  /** Message `send` is the first one said while these people are in the room. */
  recordReach(roomId: string, userIds: string[], send: number): void;
  /** Was one of these devices given the key of the first message said since this person came (so: of all of them)? */
  wasReached(roomId: string, userId: string, deviceIds: string[]): boolean;
  /** They left: what they are told when they come back starts anew. */
  forgetMember(roomId: string, userId: string): void;
  /** The event that this ciphertext first came in: another one is a copy of it. On disk when it resolves. */
  firstEvent(ciphertextId: string, eventId: string): Promise<string>;
  /** When this megolm session of ours said its first message, machine time; undefined when that was not noted. */
  sessionBegan(roomId: string, session: string): number | undefined;
  noteSession(roomId: string, session: string, at: number): void;
  /** This message is about to be sent, in the generation that runs. */
  recordSent(ciphertextId: string, generation: number): void;
  wasSent(ciphertextId: string): boolean;
  forgetSentBefore(generation: number): void;
  setting(name: string): string | undefined;
  setSetting(name: string, value: string): void;
  close(): void;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS room_encryption(room TEXT PRIMARY KEY, algorithm TEXT NOT NULL, rotation_ms INTEGER, rotation_messages INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS room_visibility(room TEXT PRIMARY KEY, visibility TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS last_event(room TEXT PRIMARY KEY, event TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS key_share(room TEXT NOT NULL, user TEXT NOT NULL, device TEXT NOT NULL, send INTEGER NOT NULL,
    PRIMARY KEY(room, user, device)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reach(room TEXT NOT NULL, user TEXT NOT NULL, send INTEGER NOT NULL, PRIMARY KEY(room, user)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS own_session(room TEXT PRIMARY KEY, session TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ciphertext(id TEXT PRIMARY KEY, event TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sent(id TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** @throws StoreInUse when another process runs this account */
export function openState(path: string): State {
  const db = openExclusive(path);
  db.exec(TABLES);
  db.exec('PRAGMA synchronous=NORMAL');
  const flush = walFlush(path, () => db.prepare('SELECT total_changes() AS n').get()?.['n']);
  const statements = new Map<string, ReturnType<typeof db.prepare>>();
  const sql = (text: string): ReturnType<typeof db.prepare> => {
    let statement = statements.get(text);
    if (statement === undefined) statements.set(text, (statement = db.prepare(text)));
    return statement;
  };
  const together = (write: () => void): void => {
    db.exec('BEGIN IMMEDIATE');
    try {
      write();
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  };

  const highest = db
    .prepare(
      'SELECT max(coalesce((SELECT max(send) FROM key_share), 0), coalesce((SELECT max(send) FROM reach), 0)) AS n',
    )
    .get();
  let lastSend = Number(highest?.['n'] ?? 0);

  return {
    encryption: (room) => {
      const row = sql('SELECT * FROM room_encryption WHERE room = ?').get(room);
      if (row === undefined) return undefined;
      return {
        algorithm: String(row['algorithm']),
        rotationMs: (row['rotation_ms'] as number | null) ?? undefined,
        rotationMessages: (row['rotation_messages'] as number | null) ?? undefined,
      };
    },
    addEncryption: (room, { algorithm, rotationMs, rotationMessages }) => {
      sql(`INSERT INTO room_encryption VALUES(?1, ?2, ?3, ?4) ON CONFLICT(room) DO UPDATE SET
        rotation_ms = min(coalesce(rotation_ms, ?3), coalesce(?3, rotation_ms)),
        rotation_messages = min(coalesce(rotation_messages, ?4), coalesce(?4, rotation_messages))`).run(
        room,
        algorithm,
        rotationMs ?? null,
        rotationMessages ?? null,
      );
    },
    visibility: (room) =>
      sql('SELECT visibility FROM room_visibility WHERE room = ?').get(room)?.['visibility'] as string | undefined,
    setVisibility: (room, visibility) => {
      sql(
        'INSERT INTO room_visibility VALUES(?, ?) ON CONFLICT(room) DO UPDATE SET visibility = excluded.visibility',
      ).run(room, visibility);
    },
    lastEvent: (room) => sql('SELECT event FROM last_event WHERE room = ?').get(room)?.['event'] as string | undefined,
    setLastEvents: (last) => {
      if (last.size === 0) return;
      together(() => {
        const set = sql('INSERT INTO last_event VALUES(?, ?) ON CONFLICT(room) DO UPDATE SET event = excluded.event');
        for (const [room, event] of last) set.run(room, event);
      });
    },
    forgetLastEvent: (room) => {
      sql('DELETE FROM last_event WHERE room = ?').run(room);
    },
    nextSend: () => lastSend + 1,
    recordShares: (room, shares, send) => {
      if (shares.length === 0) return;
      lastSend = Math.max(lastSend, send);
      together(() => {
        const add = sql('INSERT OR IGNORE INTO key_share VALUES(?, ?, ?, ?)');
        for (const { userId, deviceId } of shares) add.run(room, userId, deviceId, send);
      });
    },
    recordReach: (room, userIds, send) => {
      const known = new Set(
        sql('SELECT user FROM reach WHERE room = ?')
          .all(room)
          .map((row) => row['user']),
      );
      const newcomers = userIds.filter((userId) => !known.has(userId));
      if (newcomers.length === 0) return;
      lastSend = Math.max(lastSend, send);
      together(() => {
        for (const userId of newcomers) sql('INSERT INTO reach VALUES(?, ?, ?)').run(room, userId, send);
      });
    },
    wasReached: (room, userId, deviceIds) =>
      sql(
        'SELECT s.device FROM key_share s JOIN reach r USING(room, user) WHERE room = ? AND user = ? AND s.send <= r.send',
      )
        .all(room, userId)
        .some((row) => deviceIds.includes(String(row['device']))),
    forgetMember: (room, userId) =>
      together(() => {
        for (const table of ['key_share', 'reach'])
          sql(`DELETE FROM ${table} WHERE room = ? AND user = ?`).run(room, userId);
      }),
    sessionBegan: (room, session) =>
      sql('SELECT at FROM own_session WHERE room = ? AND session = ?').get(room, session)?.['at'] as number | undefined,
    noteSession: (room, session, at) => {
      sql('INSERT OR REPLACE INTO own_session VALUES(?, ?, ?)').run(room, session, at);
    },
    firstEvent: async (id, eventId) => {
      sql('INSERT OR IGNORE INTO ciphertext VALUES(?, ?)').run(id, eventId);
      await flush.durable();
      return String(sql('SELECT event FROM ciphertext WHERE id = ?').get(id)?.['event']);
    },
    recordSent: (id, generation) => {
      sql('INSERT OR IGNORE INTO sent VALUES(?, ?)').run(id, generation);
    },
    wasSent: (id) => sql('SELECT 1 FROM sent WHERE id = ?').get(id) !== undefined,
    forgetSentBefore: (generation) => {
      sql('DELETE FROM sent WHERE generation < ?').run(generation);
    },
    setting: (name) => sql('SELECT value FROM setting WHERE name = ?').get(name)?.['value'] as string | undefined,
    setSetting: (name, value) => {
      sql('INSERT INTO setting VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value').run(name, value);
    },
    durable: () => flush.durable(),
    close: () => {
      flush.close();
      statements.clear();
      db.close();
    },
  };
}
