/**
 * What can be said of the account from outside, beside a server that runs on it: its identity file, the homeserver, and
 * what the homeserver publishes. The crypto store is never opened, and no token is renewed: both are the server's.
 */
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { accountPaths, loadIdentity } from './credentials.ts';
import type { Identity } from './credentials.ts';
import { examineKeys } from './examine-keys.ts';
import { generationPath } from './generation.ts';

export type Finding = { level: 'ok' | 'warning' | 'problem'; about: string; says: string; cure?: string };

type Answer = { status: number; body: Record<string, unknown> };
/** A call as the account. @param path after `/_matrix/` @throws when nobody answers */
export type Ask = (path: string, body?: unknown) => Promise<Answer>;

export type ExamineOptions = {
  directory: string;
  secret: string;
  /** As the configuration says it. */
  homeserver: string;
  /** Machine time. */
  now: () => number;
};

const SECOND = 1_000;
/** A signature of a hospital older or newer than 300 s is refused. */
const SKEW = { warning: 30 * SECOND, problem: 240 * SECOND };
const TIMEOUT_MS = 15_000;
/** Authenticated media. */
const OLDEST = 11;
const ROOM_VERSIONS = ['11', '12'];
export const RECOVER = 'stop Relais, then relais recover: a new device, with the recovery key';

/** Everything that can be looked at; what cannot says so. Never throws for what it finds. */
export async function examineAccount(options: ExamineOptions): Promise<Finding[]> {
  const found: Finding[] = [];
  const say = (level: Finding['level'], about: string, says: string, cure?: string): void =>
    void found.push({ level, about, says, ...(cure !== undefined && { cure }) });
  const { directory, secret, homeserver, now } = options;

  const identity = await loadIdentity(directory, secret).catch((error: unknown) => {
    say(
      'problem',
      'identity',
      error instanceof Error ? error.message : String(error),
      'relais provision, or relais recover if the directory was lost',
    );
    return undefined;
  });
  if (identity !== undefined) {
    if (identity.homeserver !== homeserver)
      say(
        'problem',
        'identity',
        `made for ${identity.homeserver}, the configuration says ${homeserver}`,
        'correct account.homeserver, or account.directory',
      );
    const mode = statSync(accountPaths(directory).identity).mode & 0o777;
    if (mode !== 0o600)
      say(
        'warning',
        'identity',
        `its file may be read by others (${mode.toString(8)})`,
        `chmod 600 ${accountPaths(directory).identity}`,
      );
  }

  const seen: { slowed: boolean; /** The homeserver's time less ours. */ ahead: number | undefined } = {
    slowed: false,
    ahead: undefined,
  };
  const askAs =
    (token: string | undefined): Ask =>
    async (path, body) => {
      const asked = now();
      const answer = await fetch(`${homeserver.replace(/\/+$/, '')}/_matrix/${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
      seen.slowed ||= answer.status === 429;
      const date = Date.parse(answer.headers.get('date') ?? '');
      if (!Number.isNaN(date)) seen.ahead = date + SECOND / 2 - (asked + now()) / 2;
      const parsed: unknown = await answer.json().catch(() => ({}));
      return { status: answer.status, body: (parsed ?? {}) as Answer['body'] };
    };

  try {
    const { status, body } = await askAs(undefined)('client/versions');
    const versions = Array.isArray(body['versions']) ? body['versions'].map(String) : [];
    if (status !== 200 || versions.length === 0)
      say(
        'problem',
        'homeserver',
        `${homeserver} answers ${status}, and not as a homeserver`,
        'correct account.homeserver (the client-server address), or see to its proxy',
      );
    else {
      const highest = Math.max(0, ...versions.map((v) => Number(/^v1\.(\d+)$/.exec(v)?.[1] ?? 0)));
      const says = `Matrix up to v1.${highest}`;
      if (highest < OLDEST)
        say('warning', 'homeserver', says, `v1.${OLDEST} or later is wanted: upgrade the homeserver`);
      else say('ok', 'homeserver', says);
      sayClock(say, seen.ahead);
      if (identity !== undefined) await examineSession(options, identity, askAs, say);
    }
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    say(
      'problem',
      'homeserver',
      `${homeserver} does not answer (${cause?.code ?? (error as Error).name})`,
      'see to the network, the name, the certificate or the proxy; hospital messages are kept meanwhile',
    );
  }
  if (seen.slowed)
    say(
      'warning',
      'homeserver',
      'it limits the rate of these calls (429)',
      'ask its administrator to exempt the account (Synapse: override_ratelimit)',
    );
  return found;
}

export type Say = (level: Finding['level'], about: string, says: string, cure?: string) => void;

function sayClock(say: Say, ahead: number | undefined): void {
  if (ahead === undefined) {
    say('warning', 'clock', 'the homeserver gives no date to compare with');
    return;
  }
  const seconds = Math.round(Math.abs(ahead) / SECOND);
  const level = Math.abs(ahead) > SKEW.problem ? 'problem' : Math.abs(ahead) > SKEW.warning ? 'warning' : 'ok';
  const says = `${seconds} s ${ahead > 0 ? 'behind' : 'ahead of'} the homeserver`;
  if (level === 'ok') say('ok', 'clock', says);
  else
    say(
      level,
      'clock',
      says,
      'run NTP on both (timedatectl): deadlines are said by this clock, and signatures refused by it',
    );
}

async function examineSession(
  { directory, secret }: ExamineOptions,
  first: Identity,
  askAs: (token: string) => Ask,
  say: Say,
): Promise<void> {
  let identity = first;
  const running = stateOf(directory);
  let who = await askAs(identity.accessToken)('client/v3/account/whoami');
  if (who.status === 401) {
    identity = await loadIdentity(directory, secret); // the server may have just changed it
    who = await askAs(identity.accessToken)('client/v3/account/whoami');
  }
  const { userId, deviceId } = identity;
  if (who.status === 401) {
    const expired = who.body['soft_logout'] === true;
    if (expired && identity.refreshToken !== undefined && running !== 'running')
      say(
        'warning',
        'token',
        'expired while Relais was stopped: the rest of the account cannot be looked at',
        'start relais serve, which renews it, then look again',
      );
    else
      say(
        'problem',
        'token',
        `refused (${String(who.body['errcode'])})`,
        expired ? 'set account.password_env, and start relais serve again' : RECOVER,
      );
    return;
  }
  if (who.status !== 200) {
    say(
      'problem',
      'token',
      `the homeserver answers ${who.status} ${String(who.body['errcode'])}`,
      'ask its administrator about the account',
    );
    return;
  }
  if (who.body['user_id'] !== userId || (who.body['device_id'] ?? deviceId) !== deviceId) {
    say('problem', 'token', 'belongs to another account or device than the identity', RECOVER);
    return;
  }
  say(
    'ok',
    'token',
    `${userId}, device ${deviceId}${identity.refreshToken === undefined ? ', without a refresh token' : ''}`,
  );
  const ask = askAs(identity.accessToken);
  await examineKeys(identity, ask, say);
  await examineLimits(ask, say);
  const mark = await ask(`client/v3/${generationPath(identity).map(encodeURIComponent).join('/')}`);
  if (running === 'running')
    say('ok', 'generation', 'a server runs on this account: it checked its store at its start');
  else if (running !== undefined && Number(mark.body['n'] ?? 0) > running)
    say('problem', 'generation', 'the account’s directory is an old copy', RECOVER);
  else say('ok', 'generation', 'no server runs on this account; its directory is the last one by its number');
}

async function examineLimits(ask: Ask, say: Say): Promise<void> {
  const { body } = await ask('client/v3/capabilities');
  const rooms = (
    body['capabilities'] as { 'm.room_versions'?: { default?: string; available?: Record<string, string> } } | undefined
  )?.['m.room_versions'];
  const known = ROOM_VERSIONS.filter((version) => rooms?.available?.[version] === 'stable');
  if (rooms === undefined) say('warning', 'rooms', 'the homeserver does not say which room versions it knows');
  else if (known.length === 0)
    say('warning', 'rooms', `room version ${rooms.default ?? '?'}, neither 11 nor 12`, 'upgrade the homeserver');
  else say('ok', 'rooms', `version ${rooms.default ?? '?'} by default, ${known.join(' and ')} known`);
  const media = await ask('client/v1/media/config');
  const size = media.body['m.upload.size'];
  if (typeof size === 'number') say('ok', 'uploads', `files up to ${Math.floor(size / 1024 ** 2)} MiB`);
  else say('warning', 'uploads', 'the homeserver does not say how large a file may be');
}

/** `running`: another process has the account; else the number that the directory keeps. */
function stateOf(directory: string): number | 'running' | undefined {
  const path = accountPaths(directory).state;
  if (!existsSync(path)) return undefined;
  const db = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    return Number(db.prepare("SELECT value FROM setting WHERE name = 'generation'").get()?.['value'] ?? 0);
  } catch (error) {
    return String(error).includes('locked') ? 'running' : undefined;
  } finally {
    db.close();
  }
}
