/** A client's own /sync loop: what others said, as soon as the answer of the homeserver is read. Invitations are accepted. */
import type { Client, CryptoAnswer } from './client.ts';
import { json } from './wire.ts';

export type Heard = {
  room: string;
  id: string;
  sender: string;
  /** The event that it answers to: relations stand outside the ciphertext. */
  replyTo: string | undefined;
  encrypted: boolean;
  /** When the /sync answer was read, ms of `performance.now()`. */
  at: number;
  /** @throws when its key is not there */
  content: () => Promise<Record<string, unknown>>;
};

type Raw = {
  event_id: string;
  type: string;
  sender: string;
  content: { 'm.relates_to'?: { 'm.in_reply_to'?: { event_id: string } } } & Record<string, unknown>;
};
type SyncAnswer = CryptoAnswer & {
  next_batch: string;
  rooms?: {
    join?: Record<string, { timeline?: { limited?: boolean; events?: Raw[] } }>;
    invite?: Record<string, unknown>;
  };
};

const FILTER = JSON.stringify({
  presence: { types: [] },
  account_data: { types: [] },
  room: {
    timeline: { limit: 200, types: ['m.room.message', 'm.room.encrypted'] },
    state: { types: [] },
    ephemeral: { types: [] },
    account_data: { types: [] },
  },
});
const LONG_POLL_MS = 1_000;

/**
 * @param hear not awaited: the next /sync is asked for at once
 * @param joined told of each room that it has been invited to and has joined
 * @returns what ends it; rejects with what went wrong meanwhile
 */
export async function listenWith(
  client: Client,
  hear: (event: Heard) => void,
  joined: (room: string) => void = () => undefined,
): Promise<() => Promise<void>> {
  let stopped = false;
  const known = new Set<string>();
  const ask = (since: string | undefined): Promise<SyncAnswer> => {
    const from = since === undefined ? '&timeout=0' : `&timeout=${LONG_POLL_MS}&since=${since}`;
    const path = `/_matrix/client/v3/sync?filter=${encodeURIComponent(FILTER)}${from}`;
    return json<SyncAnswer>(client.wire.call('GET', path));
  };
  const take = async (answer: SyncAnswer, at: number): Promise<void> => {
    await client.receive(answer); // its to-device messages hold the keys of the events beside them
    for (const [room, { timeline }] of Object.entries(answer.rooms?.join ?? {})) {
      const others = timeline?.events?.some(({ sender }) => sender !== client.userId) ?? false;
      if (timeline?.limited === true && others && known.has(room))
        throw new Error(`${client.userId} was given a limited timeline`);
      known.add(room); // a room that is new here is always said to be limited
      for (const event of timeline?.events ?? []) {
        const { event_id: id, type, sender, content } = event;
        if (sender === client.userId) continue;
        const encrypted = type === 'm.room.encrypted';
        const replyTo = content['m.relates_to']?.['m.in_reply_to']?.event_id;
        const clear = async (): Promise<Record<string, unknown>> => (encrypted ? client.decrypt(room, event) : content);
        hear({ room, id, sender, replyTo, encrypted, at, content: clear });
      }
    }
    for (const room of Object.keys(answer.rooms?.invite ?? {})) {
      await json(client.wire.call('POST', `/_matrix/client/v3/join/${encodeURIComponent(room)}`, '{}'));
      joined(room);
    }
  };
  let since = (await ask(undefined)).next_batch;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const answer = await ask(since);
      await take(answer, performance.now());
      since = answer.next_batch;
    }
  };
  const ended = loop();
  ended.catch((error: unknown) => {
    console.error(`${client.userId} hears no more:`, error);
    process.exit(1);
  });
  return async () => {
    stopped = true;
    await ended;
  };
}
