/**
 * Detects a crypto store restored from an old copy. Its ratchets would use the same index twice: messages that nobody can
 * read, and a security fault. A number is raised in the store and then in the account's data on the homeserver, so the
 * homeserver's is never ahead, unless the store went back in time.
 */
import type { Clocks } from '../../care/relay/clock.ts';
import { TransportFailure } from '../../care/relay/transport.ts';
import type { Identity } from './credentials.ts';
import { MatrixRefusal } from './http.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import type { State } from './state.ts';

export class StoreRestored extends Error {
  constructor(directory: string) {
    super(
      `the crypto store in ${directory} is an old copy (restored from a backup or a snapshot). It must not be used: put it aside and provision a new device with the recovery key.`,
    );
    this.name = 'StoreRestored';
  }
}

const NAME = 'generation';
/** A copy made after the last raise is not recognised: raised at each start and this often (machine time). */
const EVERY_MS = 15 * 60_000;

export type GenerationParts = {
  directory: string;
  identity: Identity;
  http: Http;
  state: State;
  clocks: Clocks;
  log: Log;
};

/**
 * Checks, then raises. @throws StoreRestored
 * @returns to be called now and then: raises again when it is time
 */
export async function openGeneration({
  directory,
  identity,
  http,
  state,
  clocks,
  log,
}: GenerationParts): Promise<() => Promise<void>> {
  const path = ['user', identity.userId, 'account_data', `fr.relais.${NAME}.${identity.deviceId}`];
  const server = await http.json<{ n?: number }>('GET', path).catch((failure: unknown) => {
    if (failure instanceof MatrixRefusal && failure.status === 404) return { n: 0 };
    throw failure;
  });
  const kept = (): number => Number(state.setting(NAME) ?? 0);
  if ((server.n ?? 0) > kept()) throw new StoreRestored(directory);
  const raise = async (): Promise<void> => {
    state.setSetting(NAME, String(kept() + 1)); // here first, and on disk: the homeserver must never be ahead of us
    await http.text('PUT', path, { body: { n: kept() } });
  };
  await raise();
  let raisedAt = clocks.machine();
  return async () => {
    if (clocks.machine() - raisedAt < EVERY_MS) return;
    raisedAt = clocks.machine();
    await raise().catch((failure: unknown) => {
      if (!(failure instanceof TransportFailure)) throw failure;
      log('warn', 'the generation of the crypto store could not be raised', { failure: failure.message });
    });
  };
}
