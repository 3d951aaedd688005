/** What the crypto machine wants said to the homeserver: key uploads and queries, claims, to-device messages, backups. */
import { KeysBackupRequest, RequestType, ToDeviceRequest } from '@matrix-org/matrix-sdk-crypto-wasm';
import type { KeysClaimRequest, OlmMachine, OutgoingRequest } from '@matrix-org/matrix-sdk-crypto-wasm';
import { TransportFailure } from '../../care/relay/transport.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import { OneAtATime } from './one-at-a-time.ts';

export interface Outgoing {
  /** Everything that waits. Two pumps at once would upload the same one-time keys twice: they queue. */
  pump(): Promise<void>;
  /**
   * The same; what the homeserver refuses is logged, and waits in the machine for the next time.
   * @returns whether all was accepted. @throws when the account is refused
   */
  pumpLeniently(): Promise<boolean>;
  /** One request, e.g. of a key share. `sent` runs when the homeserver has it, before the machine forgets it. */
  send(request: OutgoingRequest, sent?: () => void): Promise<void>;
  /** Olm sessions with the devices of these people that have none yet; one claim at a time, or two sessions are made. */
  claim(missing: () => Promise<KeysClaimRequest | null>): Promise<void>;
}

/**
 * @param log codes and request types only
 * @param durable what the machine has written is on disk when it resolves: nothing of it leaves before
 * @param learnt somebody's devices were asked for, and answered
 */
export function openOutgoing(
  machine: OlmMachine,
  http: Http,
  log: Log,
  { durable, learnt }: { durable: () => Promise<void>; learnt: () => void },
): Outgoing {
  const queue = new OneAtATime();

  const send: Outgoing['send'] = async (request, sent) => {
    const { id, type } = request;
    await durable();
    const answer = await put(http, request);
    sent?.();
    if (id !== undefined) await machine.markRequestAsSent(id, type, answer);
    if (type === RequestType.KeysQuery) learnt();
  };

  const each = async (onFailure: (failure: unknown, type: string) => void): Promise<void> => {
    for (const request of await machine.outgoingRequests()) {
      const type = RequestType[request.type];
      await send(request).catch((failure: unknown) => onFailure(failure, type));
    }
  };

  return {
    send,
    pump: () =>
      queue.run('pump', () =>
        each((failure) => {
          throw failure;
        }),
      ),
    pumpLeniently: () =>
      queue.run('pump', async () => {
        let whole = true;
        await each((failure, type) => {
          if (!(failure instanceof TransportFailure) || failure.kind === 'account') throw failure;
          whole = false;
          log('warn', 'a crypto request was not accepted, it will be tried again', { type, failure: failure.message });
        });
        return whole;
      }),
    claim: (missing) =>
      queue.run('claim', async () => {
        const request = await missing();
        if (request !== null) await send(request);
      }),
  };
}

function put(http: Http, request: OutgoingRequest): Promise<string> {
  const { type, body } = request;
  if (request instanceof ToDeviceRequest)
    return http.text('PUT', ['sendToDevice', request.event_type, request.txn_id], { body });
  if (request instanceof KeysBackupRequest)
    return http.text('PUT', ['room_keys', 'keys'], { body, query: { version: request.version } });
  switch (type) {
    case RequestType.KeysUpload:
      return http.text('POST', ['keys', 'upload'], { body });
    case RequestType.KeysQuery:
      return http.text('POST', ['keys', 'query'], { body });
    case RequestType.KeysClaim:
      return http.text('POST', ['keys', 'claim'], { body });
    case RequestType.SignatureUpload:
      return http.text('POST', ['keys', 'signatures', 'upload'], { body });
    default:
      // verification inside a room: the bot is verified by cross-signing only and never begins one
      throw new Error(`the crypto machine made an unexpected request: ${RequestType[type]}`);
  }
}
