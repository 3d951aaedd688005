/** `relais serve` as a child, so that it can be killed alone; everything else is asked through its command line and HTTP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sign } from '../bridge/verify.ts';
import { stepClock } from '../cli/clock.ts';

const CLI = resolve(import.meta.dirname, '..', 'cli', 'relais.ts');

export type RelaisProcess = {
  url: string;
  /** Starts `relais serve`; resolves when it says that it is ready. */
  start(): Promise<void>;
  /** Starts it and waits for nothing. */
  begin(): void;
  /** The exit code of the one that was started last; null: a signal ended it. */
  ended(): Promise<number | null>;
  /** Of the one that was started last. */
  pid(): number | undefined;
  /** kill -9: no handler runs. */
  kill(): Promise<void>;
  /** SIGTERM, and waits. */
  stop(): Promise<void>;
  /** Runs another subcommand to its end. @throws Error with what it printed when it fails */
  command(args: string[], more?: Record<string, string>): Promise<string>;
  /** Steps civil time: what `relais clock` does, without a process for each step. @throws Error when it is refused */
  clock(instant: string | number): Promise<void>;
  /** One message, signed as the configured source. */
  post(body: Uint8Array, path: '/v1/hl7v2' | '/v1/events'): Promise<{ status: number; body: string }>;
  /** Counts, from /metrics. */
  metrics(): Promise<Map<string, number>>;
  /** Nothing undecided, nothing to send, no deadline due, at this civil instant at least. */
  quiet(civil: number): Promise<void>;
};

export type RelaisProcessOptions = {
  config: string;
  port: number;
  source: string;
  secret: string;
  env: Record<string, string>;
  /** The server's log (JSON lines, ids only). */
  log: string;
};

export function relaisProcess(options: RelaisProcessOptions): RelaisProcess {
  const url = `http://127.0.0.1:${options.port}`;
  const env = { ...process.env, ...options.env };
  let child: ChildProcess | undefined;
  let ended: Promise<number | null> = Promise.resolve(null);

  async function gone(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const exit = new Promise<void>((done) =>
      ending.once('exit', () => {
        done();
      }),
    );
    ending.kill(signal);
    await exit;
  }

  function begin(): ChildProcess {
    const log = openSync(options.log, 'a');
    // On a leash: it ends with us, kill -9 included.
    const started = spawn(process.execPath, [CLI, 'serve', '--leash', '--config', options.config], {
      env,
      stdio: ['pipe', log, log],
    });
    closeSync(log);
    child = started;
    ended = new Promise((done) => started.once('exit', done));
    return started;
  }

  const self: RelaisProcess = {
    url,
    begin: () => void begin(),
    ended: () => ended,
    pid: () => child?.pid,
    async start() {
      const started = begin();
      const deadline = Date.now() + 60_000;
      while (Date.now() < deadline) {
        if (started.exitCode !== null)
          throw new Error(`relais serve ended with ${started.exitCode}: see ${join(options.log)}`);
        const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
        if (answer?.ok) return;
        await pause(50);
      }
      throw new Error(`relais serve did not become ready in a minute: see ${options.log}`);
    },
    kill: () => gone('SIGKILL'),
    stop: () => gone('SIGTERM'),
    async command(args, more = {}) {
      const run = spawn(process.execPath, [CLI, ...args, '--config', options.config], {
        env: { ...env, ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      run.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      run.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
      const code = await new Promise<number | null>((done, fail) => run.once('error', fail).once('close', done));
      if (code !== 0) throw new Error(`relais ${args.join(' ')} ended with ${String(code)}:\n${out}`);
      return out;
    },
    async clock(instant) {
      const code = await stepClock(String(instant), { config: options.config }, env, () => undefined);
      if (code !== 0) throw new Error(`civil time could not be set to ${instant}`);
    },
    async post(body, path) {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: {
          'content-type': path === '/v1/hl7v2' ? 'application/hl7-v2' : 'application/json',
          'x-relais-source': options.source,
          'x-relais-timestamp': timestamp,
          'x-relais-signature': await sign(options.secret, options.source, timestamp, body),
        },
        body: body as Uint8Array<ArrayBuffer>,
      });
      return { status: answer.status, body: await answer.text() };
    },
    async metrics() {
      const text = await (await fetch(`${url}/metrics`)).text();
      return new Map(
        text.split('\n').flatMap((line): [string, number][] => {
          const found = /^(\S+) (\S+)$/.exec(line);
          return found?.[1] && !line.startsWith('#') ? [[found[1], Number(found[2])]] : [];
        }),
      );
    },
    async quiet(civil) {
      let calm = 0;
      const deadline = Date.now() + 60_000;
      while (calm < 2) {
        if (Date.now() > deadline) throw new Error(`Relais did not come to rest in a minute: see ${options.log}`);
        const m = await self.metrics();
        const busy = ['relais_inbox{state="undecided"}', 'relais_outbox_pending', 'relais_deadlines_due'].some(
          (name) => m.get(name) !== 0,
        );
        calm = !busy && (m.get('relais_civil_time_seconds') ?? 0) * 1000 >= civil - 1_000 ? calm + 1 : 0;
        await pause(60);
      }
    },
  };
  return self;
}
