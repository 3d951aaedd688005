/**
 * A member of every room, who watches with one raw /sync: what counts is when an event can be *seen*. Nothing is
 * decrypted: relations stand outside the ciphertext, and tell a card's edit from a fact.
 */
import { json, logIn, openWire } from './wire.ts';

type Seen = { id: string; room: string; sender: string; relation: string | undefined; at: number };

export type Watcher = {
  userId: string;
  /** When the event was seen, ms of `performance.now()`. */
  seen(eventId: string): Promise<number>;
  /** The next edit by this sender in this room, from now on: what opened its thread may still be on its way. */
  nextEdit(room: string, sender: string): Promise<Seen>;
  /** Resolves when `n` more events satisfying this have been seen, with the instant of the last. */
  nextMany(n: number, matches: (event: Seen) => boolean): Promise<number>;
  /** How many have been seen so far. */
  count(matches: (event: Seen) => boolean): number;
  stop(): Promise<void>;
};

type SyncAnswer = {
  next_batch: string;
  rooms?: {
    join?: Record<string, { timeline?: { limited?: boolean; events?: Raw[] } }>;
    invite?: Record<string, unknown>;
  };
};
type Raw = { event_id: string; type: string; sender: string; content: { 'm.relates_to'?: { rel_type?: string } } };

const FILTER = JSON.stringify({
  presence: { types: [] },
  account_data: { types: [] },
  room: {
    timeline: { limit: 100, types: ['m.room.message', 'm.room.encrypted'] },
    state: { types: [] },
    ephemeral: { types: [] },
    account_data: { types: [] },
  },
});
/** A watcher that has waited this long reports what is missing instead of hanging the bench. */
const PATIENCE_MS = 60_000;

/** @param accept which invitations are joined */
export async function openWatcher(
  homeserver: string,
  account: { user: string; password: string },
  accept: (room: string) => boolean = () => true,
): Promise<Watcher> {
  // A device of its own, without a refresh token: the reader's access token expires within minutes.
  const { user_id: userId, access_token: token } = await logIn(homeserver, account.user, account.password);
  const wire = openWire(homeserver, { authorization: `Bearer ${token}` });
  const all: Seen[] = [];
  const byId = new Map<string, Seen>();
  const listeners = new Set<(event: Seen) => void>();
  let stopped = false;
  const path = (since: string | undefined, timeout: number): string =>
    `/_matrix/client/v3/sync?timeout=${timeout}&filter=${encodeURIComponent(FILTER)}${since === undefined ? '' : `&since=${since}`}`;

  const take = (answer: SyncAnswer, at: number): void => {
    for (const [room, { timeline }] of Object.entries(answer.rooms?.join ?? {})) {
      if (timeline?.limited === true && all.some((event) => event.room === room))
        throw new Error('the watcher was given a limited timeline: it does not see everything');
      for (const { event_id: id, sender, content } of timeline?.events ?? []) {
        const event: Seen = { id, room, sender, relation: content['m.relates_to']?.rel_type, at };
        all.push(event);
        byId.set(id, event);
        for (const listener of [...listeners]) listener(event);
      }
    }
  };

  const loop = async (first: string): Promise<void> => {
    for (let since = first; !stopped;) {
      const answer = await json<SyncAnswer>(wire.call('GET', path(since, 1_000)));
      take(answer, performance.now());
      since = answer.next_batch;
      const invited = Object.keys(answer.rooms?.invite ?? {}).filter(accept);
      for (const room of invited)
        await json(wire.call('POST', `/_matrix/client/v3/join/${encodeURIComponent(room)}`, '{}'));
    }
  };
  const start = await json<SyncAnswer>(wire.call('GET', path(undefined, 0)));
  for (const room of Object.keys(start.rooms?.invite ?? {}).filter(accept))
    await json(wire.call('POST', `/_matrix/client/v3/join/${encodeURIComponent(room)}`, '{}'));
  const ended = loop(start.next_batch).catch((error: unknown) => {
    console.error('the watcher ended:', error);
    process.exit(1);
  });

  /** The n-th event that matches from now on. */
  const wait = (n: number, matches: (event: Seen) => boolean): Promise<Seen> =>
    new Promise((resolve, reject) => {
      let left = n;
      const timer = setTimeout(() => {
        listeners.delete(look);
        reject(new Error(`the watcher still waits for ${left} of ${n} events after ${PATIENCE_MS / 1000} s`));
      }, PATIENCE_MS);
      const look = (event: Seen): void => {
        if (!matches(event) || (left -= 1) > 0) return;
        clearTimeout(timer);
        listeners.delete(look);
        resolve(event);
      };
      listeners.add(look);
    });

  return {
    userId,
    seen: async (id) => byId.get(id)?.at ?? (await wait(1, (event) => event.id === id)).at,
    nextEdit: (room, sender) =>
      wait(1, (event) => event.room === room && event.sender === sender && event.relation === 'm.replace'),
    nextMany: async (n, matches) => (await wait(n, matches)).at,
    count: (matches) => all.filter(matches).length,
    stop: async () => {
      stopped = true;
      await ended;
      wire.close();
    },
  };
}
