/** The Client-Server API by fetch, and the one place where what went wrong on the wire becomes a TransportFailure. */
import { TransportFailure } from '../../care/relay/transport.ts';
import type { FailureKind } from '../../care/relay/transport.ts';

/** What a call is about: the same 403 means another thing for a room than for a key upload. */
export type Concern = 'message' | 'room' | 'account';

export type Call = {
  body?: unknown;
  query?: Record<string, string | undefined>;
  /** Default: 'account'. */
  concern?: Concern;
  /** Machine time; default 30 s, sooner than any lease ends. */
  timeoutMs?: number;
  signal?: AbortSignal;
};

/** The homeserver refused: a TransportFailure that keeps the Matrix code for the few callers that expect it. */
export class MatrixRefusal extends TransportFailure {
  readonly status: number;
  readonly errcode: string;
  /** The session has ended, but the device and its keys are kept: logging in again as the same device is allowed. */
  readonly softLogout: boolean;
  constructor(
    kind: FailureKind,
    message: string,
    status: number,
    errcode: string,
    retryAfterMs?: number,
    softLogout = false,
  ) {
    super(kind, message, retryAfterMs, kind === 'account' || OF_THE_HOMESERVER.has(status) ? 'homeserver' : 'call');
    this.status = status;
    this.errcode = errcode;
    this.softLogout = softLogout;
  }
}

/** Where the access token comes from when it changes while the process runs. */
export interface Tokens {
  /** The one to use now. */
  fresh(): Promise<string>;
  /** Replaces the one that was just refused: the call is worth a second try. @throws TransportFailure with the cure */
  replace(refused: string, refusal: MatrixRefusal): Promise<void>;
}

export interface Http {
  /**
   * @param path path parts, each escaped: `['rooms', roomId, 'join']` is /_matrix/client/v3/rooms/…/join
   * @returns the JSON answer as text, because the crypto machine wants it as it came
   * @throws TransportFailure (a MatrixRefusal when the homeserver answered)
   */
  text(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string[], call?: Call): Promise<string>;
  /** The same, parsed. */
  json<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string[], call?: Call): Promise<T>;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** Nothing of the request can have reached the homeserver. */
const BEFORE_THE_REQUEST_LEFT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Too many calls of this account, or a proxy with no homeserver behind it: another room would get the same answer. */
const OF_THE_HOMESERVER = new Set([429, 502, 503]);

const ACCOUNT_CODES = new Set([
  'M_UNKNOWN_TOKEN',
  'M_MISSING_TOKEN',
  'M_USER_DEACTIVATED',
  'M_USER_LOCKED',
  'M_USER_SUSPENDED',
]);

/** @param homeserver base URL, e.g. https://matrix.agent.tchap.gouv.fr */
export function openHttp(homeserver: string, access: string | undefined | Tokens): Http {
  const base = homeserver.replace(/\/+$/, '');
  const text: Http['text'] = async (...args) => {
    if (typeof access !== 'object') return once(access, ...args);
    const token = await access.fresh();
    try {
      return await once(token, ...args);
    } catch (failure) {
      if (!(failure instanceof MatrixRefusal) || failure.errcode !== 'M_UNKNOWN_TOKEN') throw failure;
      await access.replace(token, failure);
      return once(await access.fresh(), ...args); // a refused token has done nothing: no risk of doing it twice
    }
  };
  const once = async (
    accessToken: string | undefined,
    ...[method, path, call = {}]: Parameters<Http['text']>
  ): Promise<string> => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(name, value);
    const url = `${base}/_matrix/client/v3/${path.map(encodeURIComponent).join('/')}${query.size === 0 ? '' : `?${query.toString()}`}`;
    // the path without its query and without the transaction id: enough to find the call, nothing of the content
    const what = `${method} /${path.slice(0, 4).join('/')}`;
    const timeout = AbortSignal.timeout(call.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    let status: number;
    let body: string;
    let headers: Headers;
    try {
      const answer = await fetch(url, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
        },
        ...(call.body !== undefined && { body: typeof call.body === 'string' ? call.body : JSON.stringify(call.body) }),
        signal: call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]),
        redirect: 'error', // a redirected PUT would carry the token elsewhere
      });
      ({ status, headers } = answer);
      body = await answer.text();
    } catch (error) {
      throw unanswered(what, error);
    }
    if (status >= 200 && status < 300) return body;
    throw refused(what, status, headers, body, call.concern ?? 'account');
  };
  return {
    text,
    json: async <T>(...args: Parameters<Http['text']>) => parse(await text(...args), args[0], args[1]) as T,
  };
}

function parse(body: string, method: string, path: string[]): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // a captive portal or a proxy's page with status 200
    throw new TransportFailure('ambiguous', `${method} /${path.slice(0, 4).join('/')}: the answer is not JSON`);
  }
}

export function unanswered(what: string, error: unknown): TransportFailure {
  const code = codeOf(error);
  const failure = BEFORE_THE_REQUEST_LEFT.has(code)
    ? new TransportFailure('transient', `${what}: no answer (${code})`, undefined, 'homeserver')
    : new TransportFailure('ambiguous', `${what}: no answer (${code})`);
  failure.cause = error;
  return failure;
}

/** fetch wraps the system's error; a host with two addresses wraps one per address. */
function codeOf(error: unknown): string {
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    if (e instanceof AggregateError && e.errors.length > 0) return codeOf(e.errors[0]);
    if (e.name === 'TimeoutError' || e.name === 'AbortError') return e.name;
    const { code } = e as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
  }
  return 'unknown';
}

export function refused(what: string, status: number, headers: Headers, body: string, concern: Concern): MatrixRefusal {
  const { errcode, reason, retryAfterMs, softLogout } = readRefusal(headers, body);
  // about a message, the server's own words are left out: they may quote the content that it refuses
  const words = concern === 'message' ? '' : ` ${reason.slice(0, 200)}`;
  return new MatrixRefusal(
    kindOf(status, errcode, concern),
    `${what}: ${status} ${errcode}${words}`,
    status,
    errcode,
    retryAfterMs,
    softLogout,
  );
}

function kindOf(status: number, errcode: string, concern: Concern): FailureKind {
  if (status === 429 || errcode === 'M_LIMIT_EXCEEDED') return 'transient';
  if (status === 401 || ACCOUNT_CODES.has(errcode)) return 'account';
  if (status === 504 || status === 524) return 'ambiguous'; // a proxy gave up waiting: the homeserver may have done it
  if (status >= 500) return 'transient';
  if (concern === 'message') {
    if (status === 413 || errcode === 'M_TOO_LARGE') return 'message';
    if (status === 400) return 'message';
    return 'room'; // 403, 404 and the rest: not a member, power level, gone, unknown
  }
  if (concern === 'room') return 'room';
  return 'transient'; // keys, devices, backup: tried again after the next sync, and never a reason to drop a message
}

function readRefusal(
  headers: Headers,
  body: string,
): { errcode: string; reason: string; retryAfterMs: number | undefined; softLogout: boolean } {
  type Said = { errcode?: unknown; error?: unknown; retry_after_ms?: unknown; soft_logout?: unknown };
  let parsed: Said | null;
  try {
    parsed = JSON.parse(body) as Said | null;
  } catch {
    parsed = null; // a proxy's HTML page
  }
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return {
    errcode: typeof parsed?.errcode === 'string' ? parsed.errcode : 'no code',
    reason: typeof parsed?.error === 'string' ? parsed.error : '',
    softLogout: parsed?.soft_logout === true,
    retryAfterMs:
      typeof parsed?.retry_after_ms === 'number'
        ? parsed.retry_after_ms
        : Number.isFinite(seconds)
          ? seconds * 1000
          : undefined,
  };
}
