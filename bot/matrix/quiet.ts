/**
 * matrix-js-sdk and the crypto library print room ids, user ids and device keys on the console (seen at every start):
 * both are given this logger, which says nothing. What Relais has to say goes through its own log.
 */
import { logger as sdkLogger } from 'matrix-js-sdk/lib/logger.js';
import type { Logger } from 'matrix-js-sdk/lib/logger.js';

const nothing = (): void => undefined;

/** For every `createClient`, crypto store and OlmMachine. */
export const quietLogger: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  getChild: () => quietLogger,
};

/** The SDK also has a global logger, whose children (calls, for one) ignore the level and the client's own logger. */
export function silenceSdk(): void {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- to be silenced, not used
  const logger = sdkLogger as unknown as { methodFactory: () => typeof nothing; rebuild(): void };
  logger.methodFactory = () => nothing;
  logger.rebuild();
}
