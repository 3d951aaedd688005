/**
 * Detects an account directory restored from an old copy. Its ratchets would use the same index twice: messages that
 * nobody can read, and a security fault. Two proofs, both looked at before the crypto store is opened:
 *
 * - a number, raised on disk and then in the account's data on the homeserver, at each start and every quarter of an
 *   hour: the homeserver's is never ahead, unless the directory went back in time;
 * - the messages themselves: each ciphertext is noted on disk before it is sent, so one that the homeserver shows as this
 *   device's, and that is not noted here, was said after the copy was made.
 *
 * What is not recognised: a copy of less than a quarter of an hour, after which the device only listened.
 */
import type { Clocks } from '../../care/relay/clock.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import type { RawRoomEvent } from '../../care/relay/transport.ts';
import type { Identity } from './credentials.ts';
import { MatrixRefusal } from './http.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import type { State } from './state.ts';
import { ciphertextId } from './trust.ts';

export class StoreRestored extends Error {
  constructor(directory: string) {
    super(
      `the crypto store in ${directory} is an old copy (restored from a backup or a snapshot). It must not be used: run \`relais recover\`, which puts it aside and makes a new device with the recovery key.`,
    );
    this.name = 'StoreRestored';
  }
}

const NAME = 'generation';
/** Token of the last durable batch: what the homeserver shows after it is compared with what is noted. */
const SINCE = 'own-since';
const EVERY_MS = 15 * 60_000;

export type GenerationParts = {
  directory: string;
  identity: Identity;
  http: Http;
  state: State;
  clocks: Clocks;
  log: Log;
};

export interface Generation {
  /** To be called before a message is sent, and waited for: noted on disk when it resolves. */
  sending(content: Record<string, unknown>): Promise<void>;
  /** To be called when a batch is durable: raises the number when it is time. @param next its token */
  batch(next: string): Promise<void>;
}

/** Account data under which the number of this device is kept. */
export const generationPath = ({ userId, deviceId }: Pick<Identity, 'userId' | 'deviceId'>): string[] => [
  'user',
  userId,
  'account_data',
  `fr.relais.${NAME}.${deviceId}`,
];

/** The number that the directory has; the homeserver's is never larger, unless the directory is an old copy. */
export const keptGeneration = (state: Pick<State, 'setting'>): number => Number(state.setting(NAME) ?? 0);

/** Checks, then raises. @throws StoreRestored */
export async function openGeneration(parts: GenerationParts): Promise<Generation> {
  const { directory, identity, http, state, clocks, log } = parts;
  const path = generationPath(identity);
  const server = await http.json<{ n?: number }>('GET', path).catch((failure: unknown) => {
    if (failure instanceof MatrixRefusal && failure.status === 404) return { n: 0 };
    throw failure;
  });
  if ((server.n ?? 0) > keptGeneration(state)) throw new StoreRestored(directory);
  if (await saidMore(parts)) throw new StoreRestored(directory);
  const raise = async (): Promise<void> => {
    // here first, and on disk: the homeserver must never be ahead of us
    state.setSetting(NAME, String(keptGeneration(state) + 1));
    await state.durable();
    await http.text('PUT', path, { body: { n: keptGeneration(state) } });
  };
  await raise();
  let raisedAt = clocks.machine();
  return {
    sending: async (content) => {
      const id = ciphertextId(content);
      if (id === undefined) return;
      state.recordSent(id, keptGeneration(state));
      await state.durable();
    },
    batch: async (next) => {
      state.setSetting(SINCE, next);
      if (clocks.machine() - raisedAt < EVERY_MS) return;
      raisedAt = clocks.machine();
      // after the token that makes them unnecessary; those of the last quarter of an hour may still be on their way
      state.forgetSentBefore(keptGeneration(state));
      await raise().catch((failure: unknown) => {
        if (!(failure instanceof TransportFailure)) throw failure;
        log('warn', 'the generation of the crypto store could not be raised', { failure: failure.message });
      });
    },
  };
}

type OwnRoom = { timeline?: { events?: RawRoomEvent[] } };
type OwnSync = { next_batch: string; rooms?: { join?: Record<string, OwnRoom>; leave?: Record<string, OwnRoom> } };

/** Has this device said something that this directory does not know? One request: only what came after the last batch. */
async function saidMore({ identity, http, state, log }: GenerationParts): Promise<boolean> {
  const since = state.setting(SINCE);
  const nothing = { types: [] };
  const filter = {
    presence: nothing,
    account_data: nothing,
    room: {
      timeline: { limit: 10, senders: [identity.userId], types: ['m.room.encrypted'] },
      state: nothing,
      ephemeral: nothing,
      account_data: nothing,
    },
  };
  const query = { filter: JSON.stringify(filter), timeout: '0', since };
  const answer = await http.json<OwnSync>('GET', ['sync'], { query }).catch((failure: unknown) => {
    if (!(failure instanceof MatrixRefusal) || failure.status !== 400) throw failure;
    // a homeserver that was itself restored does not know the token
    log('warn', 'what this device said last could not be compared', { failure: failure.message });
    return undefined;
  });
  if (since === undefined) {
    if (answer !== undefined) state.setSetting(SINCE, answer.next_batch);
    return false;
  }
  return Object.values({ ...answer?.rooms?.leave, ...answer?.rooms?.join })
    .flatMap((room) => room.timeline?.events ?? [])
    .filter((event) => event.sender === identity.userId && event.content['device_id'] === identity.deviceId)
    .map((event) => ciphertextId(event.content))
    .some((id) => id !== undefined && !state.wasSent(id));
}
