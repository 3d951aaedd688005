/** A local homeserver for the demo and the tests: Synapse on loopback, SQLite, alone in the world (no federation). */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SYNAPSE_VERSION, ensureSynapse } from './synapse.ts';
import type { Progress } from './synapse.ts';
import { freePort } from './free-port.ts';

export type HomeserverOptions = {
  /** Where the Python environment is kept; default `.relais/synapse-<version>` in the project. */
  environment?: string;
  /** Where the server keeps its data; default a temporary folder, erased by `stop()`. A folder given here is kept. */
  directory?: string;
  /** The part after the colon of every user id. */
  serverName?: string;
  /** Loopback port; default a free one. */
  port?: number;
  /** Keys of homeserver.yaml, instead of ours or besides. */
  configuration?: Record<string, unknown>;
  onProgress?: Progress;
};

export type Homeserver = {
  url: string;
  serverName: string;
  directory: string;
  /** By the shared secret. @returns the full user id. @throws Error when the name is taken */
  register(user: string, password: string, displayName?: string): Promise<string>;
  /** Ends the process; resolves when it is gone. */
  stop(): Promise<void>;
};

/**
 * Runs Synapse's module, and ends with its parent: the parent holds the other end of stdin, and whatever way it dies
 * (kill -9 included, where no exit handler runs) the read returns. A temporary folder goes with it.
 */
const BOOTSTRAP = `
import os, runpy, shutil, sys, threading
def leash(temporary):
    while os.read(0, 4096): pass
    if temporary: shutil.rmtree(temporary, ignore_errors=True)
    os._exit(0)
threading.Thread(target=leash, args=(sys.argv[2],), daemon=True).start()
sys.argv = ['synapse', '-c', sys.argv[1]]
runpy.run_module('synapse.app.homeserver', run_name='__main__')
`;

/**
 * Starts a homeserver and waits until it answers (about 5 s once the environment is made).
 * @throws Error that says what to install, or with the end of the server's log when it does not come up
 */
export async function startHomeserver(options: HomeserverOptions = {}): Promise<Homeserver> {
  const root = resolve(import.meta.dirname, '..');
  const onProgress = options.onProgress ?? (() => undefined);
  const python = await ensureSynapse(
    options.environment ?? join(root, '.relais', `synapse-${SYNAPSE_VERSION}`),
    onProgress,
  );
  const directory = resolve(options.directory ?? (await mkdtemp(join(tmpdir(), 'relais-homeserver-'))));
  const serverName = options.serverName ?? 'relais.test';
  await mkdir(directory, { recursive: true });
  const secret = await keptSecret(join(directory, 'registration_shared_secret'), () => randomBytes(24).toString('hex'));
  onProgress(`starting Synapse in ${directory}`);

  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const url = `http://127.0.0.1:${port}`;
    const config = await configure(directory, serverName, port, secret, options.configuration);
    const child = await launch(python, directory, [config, options.directory === undefined ? directory : '']);
    try {
      await ready(child, url, directory);
    } catch (error) {
      await end(child);
      // between the choice of a free port and its use, another process may have taken it
      if (attempt < 3 && options.port === undefined && String(error).includes('Address already in use')) continue;
      throw error;
    }
    return {
      url,
      serverName,
      directory,
      register: (user, password, displayName = user) => register(url, serverName, secret, user, password, displayName),
      stop: async () => {
        await end(child);
        if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
      },
    };
  }
}

async function configure(
  directory: string,
  serverName: string,
  port: number,
  secret: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const freely = { per_second: 10_000, burst_count: 10_000 };
  const signingKey = join(directory, 'signing.key');
  await keptSecret(signingKey, () => `ed25519 a_relais ${randomBytes(32).toString('base64').replaceAll('=', '')}`);
  const logging = join(directory, 'log.yaml');
  const yaml = {
    version: 1,
    handlers: { console: { class: 'logging.StreamHandler' } },
    root: { level: 'WARNING', handlers: ['console'] },
  };
  await writeFile(logging, JSON.stringify(yaml)); // JSON is YAML
  const path = join(directory, 'homeserver.yaml');
  const config = {
    server_name: serverName,
    listeners: [
      {
        port,
        type: 'http',
        tls: false,
        bind_addresses: ['127.0.0.1'],
        resources: [{ names: ['client'], compress: false }],
      },
    ],
    database: { name: 'sqlite3', args: { database: join(directory, 'homeserver.db') } },
    media_store_path: join(directory, 'media'),
    pid_file: join(directory, 'homeserver.pid'),
    log_config: logging,
    signing_key_path: signingKey,
    macaroon_secret_key: secret,
    form_secret: secret,
    registration_shared_secret: secret,
    enable_registration: true,
    enable_registration_without_verification: true,
    report_stats: false,
    trusted_key_servers: [],
    suppress_key_server_warning: true,
    federation_domain_whitelist: [], // nothing leaves this machine
    presence: { enabled: false },
    url_preview_enabled: false,
    background_updates: { sleep_enabled: false },
    max_upload_size: '20M',
    rc_message: freely,
    rc_registration: freely,
    rc_login: { address: freely, account: freely, failed_attempts: freely },
    rc_admin_redaction: freely,
    rc_joins: { local: freely, remote: freely },
    rc_joins_per_room: freely,
    rc_invites: { per_room: freely, per_user: freely, per_issuer: freely },
    rc_room_creation: freely,
    rc_media_create: freely,
    rc_key_requests: freely,
    rc_delayed_event_mgmt: freely,
    rc_reports: freely,
    rc_presence: { per_user: freely },
    ...more,
  };
  await writeFile(path, JSON.stringify(config, null, 2), { mode: 0o600 });
  return path;
}

async function launch(python: string, directory: string, args: string[]): Promise<ChildProcess> {
  const log = openSync(join(directory, 'homeserver.log'), 'w');
  try {
    const child = spawn(python, ['-c', BOOTSTRAP, ...args], { cwd: directory, stdio: ['pipe', log, log] });
    await new Promise<void>((started, failed) => child.once('spawn', started).once('error', failed));
    child.unref(); // the leash ends it with us: it need not keep us alive
    (child.stdin as unknown as { unref(): void }).unref();
    return child;
  } finally {
    closeSync(log);
  }
}

async function ready(child: ChildProcess, url: string, directory: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const answer = await fetch(`${url}/_matrix/client/versions`, { signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    );
    if (answer?.ok === true) return;
    await pause(100);
  }
  const log = await readFile(join(directory, 'homeserver.log'), 'utf8').catch(() => '');
  throw new Error(`Synapse did not come up at ${url}; the end of its log:\n${log.split('\n').slice(-15).join('\n')}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolveGone) => child.once('exit', () => resolveGone()));
  child.ref();
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(insist);
}

async function register(
  url: string,
  serverName: string,
  secret: string,
  user: string,
  password: string,
  displayName: string,
): Promise<string> {
  const endpoint = `${url}/_synapse/admin/v1/register`;
  const { nonce } = (await (await fetch(endpoint)).json()) as { nonce: string };
  const mac = createHmac('sha1', secret).update([nonce, user, password, 'notadmin'].join('\0')).digest('hex');
  const body = JSON.stringify({ nonce, username: user, displayname: displayName, password, admin: false, mac });
  const answer = await fetch(endpoint, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  if (!answer.ok)
    throw new Error(`@${user}:${serverName} could not be registered: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { user_id: string }).user_id;
}

/** The same secret at the next start of the same folder. */
async function keptSecret(path: string, make: () => string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept !== '') return kept;
  const made = make();
  await writeFile(path, made, { mode: 0o600 });
  return made;
}
