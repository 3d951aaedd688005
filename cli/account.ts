import { openMatrixTransport, type OpenTransport } from '../bot/matrix/matrix-transport.ts';
import type { Clocks } from '../care/relay/clock.ts';
import type { Log } from '../care/relay/log.ts';
import { StoreFailure } from '../care/relay/store-failure.ts';
import { TransportFailure } from '../care/relay/transport.ts';
import type { LoadedConfig } from '../config/load.ts';

/** Machine time between two questions to what is away. */
export const RETRY_MS = 1_000;
const HOMESERVER_RETRY_MS = 5_000;

/**
 * A homeserver that is away is waited for, and so is a disk; anything else says its cure and ends.
 * @param waits told what is waited for
 * @returns undefined when `signal` aborts first
 */
export async function openAccount(
  { config, secrets }: LoadedConfig,
  clocks: Clocks,
  log: Log,
  waits: (what: string) => void,
  signal: AbortSignal,
): Promise<OpenTransport | undefined> {
  const { seal: secret, password } = secrets;
  const { directory, accessRule, roomVersion } = config.account;
  while (!signal.aborted) {
    try {
      return await openMatrixTransport({ directory, clocks, log, secret, password, accessRule, roomVersion });
    } catch (error) {
      const away = error instanceof TransportFailure && error.kind !== 'account';
      if (!away && (!(error instanceof StoreFailure) || error.lasting)) throw error;
      waits(away ? `the homeserver does not answer: ${error.message}` : error.message);
      await clocks.pause(away ? HOMESERVER_RETRY_MS : RETRY_MS, signal);
    }
  }
  return undefined;
}
