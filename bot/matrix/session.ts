/**
 * The account's access token while it runs. Where the homeserver gives refresh tokens it is changed before it expires, or
 * when it is refused; elsewhere it is used for ever.
 *
 * The new pair is on disk before it is used. A kill anywhere between finds a pair that works: the old refresh token stays
 * valid until the new access token is first used.
 */
import { TransportFailure } from '../../care/relay/transport.ts';
import type { Identity } from './credentials.ts';
import { MatrixRefusal, openHttp } from './http.ts';
import type { Tokens } from './http.ts';
import type { Log } from './log.ts';

export type SessionParts = {
  identity: Identity;
  /** Durable when it resolves. */
  save: (identity: Identity) => Promise<void>;
  /** Machine time. */
  now: () => number;
  /** To log in again as the same device, when the homeserver ends the session but keeps the device (soft logout). */
  password?: string | undefined;
  log: Log;
};

/** What /login and /refresh answer, as far as it matters. */
export type Granted = { access_token: string; refresh_token?: string | undefined; expires_in_ms?: number | undefined };

/** A share of the token's life, so that there is time to try again. */
const RENEW_AFTER = 2 / 3;
const RETRY_MS = 10_000;
const NEW_DEVICE =
  'stop Relais and run `relais recover`: a new device is made with the recovery key, and nothing is lost';

/** @param askedAt machine time before the question: the answer's delay is part of the token's life */
export function granted(identity: Identity, answer: Granted, askedAt: number): Identity {
  const next: Identity = { ...identity, accessToken: answer.access_token };
  delete next.renewAt;
  if (answer.refresh_token !== undefined) next.refreshToken = answer.refresh_token;
  if (next.refreshToken !== undefined && answer.expires_in_ms !== undefined)
    next.renewAt = Math.floor(askedAt + answer.expires_in_ms * RENEW_AFTER);
  return next;
}

/** Several calls may find the token old at once: it is changed once, and all of them wait. */
export function openSession({ identity, save, now, password, log }: SessionParts): Tokens & { current(): Identity } {
  let current = identity;
  let running: Promise<void> | undefined;
  let notBefore = 0;
  const http = openHttp(identity.homeserver, undefined);

  const adopt = async (answer: Granted, askedAt: number): Promise<void> => {
    const next = granted(current, answer, askedAt);
    try {
      await save(next);
    } catch (cause) {
      // not used, so the pair that is on disk stays good
      const failure = new TransportFailure('transient', 'the new access token could not be written: see to the disk');
      failure.cause = cause;
      throw failure;
    }
    current = next;
  };

  /** @returns false when the homeserver will never take this refresh token again */
  const refresh = async (): Promise<boolean> => {
    if (current.refreshToken === undefined) return false;
    const askedAt = now();
    try {
      const body = { refresh_token: current.refreshToken };
      await adopt(await http.json<Granted>('POST', ['refresh'], { body }), askedAt);
      return true;
    } catch (failure) {
      if (failure instanceof MatrixRefusal && [400, 401, 403, 404].includes(failure.status)) return false;
      throw notYet(failure);
    }
  };

  const logInAgain = async (secret: string): Promise<void> => {
    const { userId, deviceId } = current;
    const body = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: userId },
      password: secret,
      device_id: deviceId,
      refresh_token: true,
    };
    const askedAt = now();
    const answer = await http
      .json<Granted & { device_id: string }>('POST', ['login'], { body })
      .catch((failure: unknown) => {
        if (failure instanceof MatrixRefusal && failure.status === 403)
          throw new TransportFailure(
            'account',
            `the homeserver ended the session, and refuses the password: ${failure.message}`,
          );
        throw notYet(failure);
      });
    await adopt(answer, askedAt);
    log('warn', 'the homeserver had ended the session: logged in again as the same device', { device: deviceId });
  };

  const replace = async (refusal: MatrixRefusal): Promise<void> => {
    if (await refresh()) return;
    if (!refusal.softLogout)
      throw new TransportFailure(
        'account',
        `the homeserver has ended this device (logged out elsewhere, or removed by an administrator): ${NEW_DEVICE}`,
      );
    if (password === undefined)
      throw new TransportFailure(
        'account',
        'the homeserver has ended the session, but keeps the device: give the password (account.password_env in relais.yaml) and start again, Relais then logs in as the same device',
      );
    await logInAgain(password);
  };

  const alone = (work: () => Promise<void>): Promise<void> => (running ??= work().finally(() => (running = undefined)));

  return {
    current: () => current,
    fresh: async () => {
      const { renewAt } = current;
      if (running === undefined && renewAt !== undefined && now() >= Math.max(renewAt, notBefore)) {
        notBefore = now() + RETRY_MS;
        await alone(async () => {
          if (!(await refresh())) log('warn', 'the homeserver refuses the refresh token');
        }).catch((failure: unknown) => {
          // the access token is still good for a third of its life
          if (!(failure instanceof TransportFailure)) throw failure;
          log('warn', 'the access token could not be renewed yet', { failure: failure.message });
        });
      } else if (running !== undefined) await running.catch(() => undefined);
      return current.accessToken;
    },
    replace: async (refused, refusal) => {
      await running?.catch(() => undefined);
      if (refused === current.accessToken) await alone(() => replace(refusal));
    },
  };
}

/** Whatever happened to the renewal, the call that waits for it has not left. */
function notYet(failure: unknown): unknown {
  if (!(failure instanceof TransportFailure)) return failure;
  const later = new TransportFailure('transient', failure.message, failure.retryAfterMs);
  later.cause = failure;
  return later;
}
