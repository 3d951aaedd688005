/** A Relais of its own: configuration, people, provisioned account; and its serving process, a child as in reality. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { openSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { relaisProcess } from '../demo/relais-process.ts';
import { roomRef } from '../care/relay/room.ts';
import { wallClocks } from '../bridge/wall-clock.ts';
import { openStore } from '../store/open.ts';
import { sealerFromSecret } from '../store/seal.ts';
import { FACILITY, ippOf } from './messages.ts';
import { type Answer, openWire } from './wire.ts';

const CLI = resolve(import.meta.dirname, '..', 'cli', 'relais.ts');
/** As an operator starts it: the flags of Node in `npm run relais`. */
const FLAGS = startedWith(resolve(import.meta.dirname, '..', 'package.json'));
const CLEAR = fileURLToPath(import.meta.resolve('./serve-clear.ts'));
const SOURCE = 'bench';
/** Everything here is synthetic and on the loopback. */
const SECRET = 'a secret of the bench, which protects nothing at all';
/** A key of its own for each: aliases of rooms derive from it, and all are on one homeserver. */
const sealOf = (made: Pick<Installation, 'name'>): string => `${SECRET}: ${made.name}`;
const envOf = (made: Installation): Record<string, string> => ({
  RELAIS_SEAL_KEY: sealOf(made),
  RELAIS_SOURCE_SECRET: SECRET,
  RELAIS_PASSWORD: SECRET,
});
export const PASSWORD = SECRET;

export type Installation = {
  name: string;
  folder: string;
  /** Matrix id of its bot. */
  bot: string;
  port: number;
  patients: number;
  /** False: its rooms are made in clear, which no installation can ask for (serve-clear.ts). */
  encrypted: boolean;
};

export type Serving = {
  /** From the start of the process to its answer "ready". */
  readyMs: number;
  /** One signed message. @throws Error when it is not acknowledged with AA */
  post(body: Buffer): Promise<void>;
  metrics(): Promise<Map<string, number>>;
  /** Resident memory, MB. */
  memory(): number;
  /** Processor time used so far, ms: it tells more than the wall on a busy machine. */
  cpuMs(): number;
  stop(): Promise<void>;
};

export type Extra = {
  /** Matrix ids of more people, whom no patient concerns. */
  people?: readonly string[];
  /** Keys of relais.yaml besides. */
  config?: Record<string, unknown>;
};

/** Writes the configuration and provisions the bot, whose account must be registered. @param member of every patient's team */
export async function install(
  made: Installation,
  homeserver: string,
  member: string,
  extra: Extra = {},
): Promise<void> {
  await mkdir(made.folder, { recursive: true });
  const write = (name: string, value: unknown): Promise<void> =>
    writeFile(join(made.folder, name), JSON.stringify(value)); // JSON is YAML
  const person = { id: 'lecteur', matrix: member, name: 'Lecteur Mesure', role: 'infirmier', groups: [] };
  const others = extra.people?.map((matrix, n) => ({ ...person, id: `autre-${n}`, matrix })) ?? [];
  await write('people.yaml', { persons: [person, ...others] });
  const patients = Array.from({ length: made.patients }, (_, n) => n);
  await write(
    'equipe.yaml',
    patients.map((n) => ({ facility: FACILITY, ipp: ippOf(n), members: ['lecteur'] })),
  );
  await write('relais.yaml', {
    environment: 'test',
    account: { homeserver, directory: 'account' },
    store: { path: 'relais.sqlite' },
    listen: { host: '127.0.0.1', port: made.port },
    seal: { key_env: 'RELAIS_SEAL_KEY' },
    sources: [{ id: SOURCE, format: 'hl7v2', facility: [FACILITY], secret_env: 'RELAIS_SOURCE_SECRET' }],
    people: 'people.yaml',
    equipe: 'equipe.yaml',
    ...extra.config,
  });
  const config = join(made.folder, 'relais.yaml');
  const log = join(made.folder, 'relais.log');
  const relais = relaisProcess({ config, port: made.port, source: SOURCE, secret: SECRET, env: envOf(made), log });
  await relais.command(['provision', '--user', made.bot.slice(1).split(':')[0] ?? '']);
}

/** Starts the serving process, which ends with this one, and waits until it is ready. @param env e.g. NODE_OPTIONS for a profile */
export async function serve(made: Installation, env: Record<string, string> = {}): Promise<Serving> {
  const log = openSync(join(made.folder, 'relais.log'), 'a');
  const config = join(made.folder, 'relais.yaml');
  const args = [...FLAGS, ...(made.encrypted ? [CLI, 'serve', '--leash', '--config', config] : [CLEAR, config])];
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...envOf(made), ...env },
    stdio: ['pipe', log, log], // its leash: however this process dies, the end of the pipe closes
  });
  const wire = openWire(`http://127.0.0.1:${made.port}`);
  const metrics = async (): Promise<Map<string, number>> => {
    const { body } = await wire.call('GET', '/metrics');
    const pairs = body.split('\n').map((line) => line.split(' '));
    return new Map(pairs.filter((p) => p.length === 2).map(([name, value]) => [name ?? '', Number(value)]));
  };
  for (const deadline = performance.now() + 120_000; ;) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`${made.name} did not become ready: see ${made.folder}/relais.log`);
    const answer = await wire.call('GET', '/health/ready').catch(() => undefined);
    if (answer?.status === 200) break;
    await pause(5);
  }
  return {
    readyMs: performance.now() - began,
    post: async (body) => acknowledged(await wire.call('POST', '/v1/hl7v2', body, signed(body))),
    metrics,
    memory: () => residentMb(child.pid ?? 0),
    cpuMs: () => cpuMs(child.pid ?? 0),
    stop: async () => {
      await gone(child);
      wire.close();
    },
  };
}

function startedWith(path: string): string[] {
  const { scripts } = JSON.parse(readFileSync(path, 'utf8')) as { scripts: { relais: string } };
  return scripts.relais.split(' ').filter((word) => word.startsWith('--'));
}

function signed(body: Buffer): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac('sha256', SECRET).update(`${SOURCE}\n${timestamp}\n`).update(body).digest('hex');
  return {
    'content-type': 'application/hl7-v2',
    'x-relais-source': SOURCE,
    'x-relais-timestamp': timestamp,
    'x-relais-signature': `sha256=${mac}`,
  };
}

function acknowledged({ status, body }: Answer): void {
  if (status !== 200 || !body.includes('MSA|AA')) throw new Error(`a message was answered ${status}: ${body}`);
}

function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1024;
}

/** utime and stime, in ticks of 10 ms (proc(5)). */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await exit;
}

/** Matrix room of each patient, read beside the running server; undefined when it is not made yet. */
export async function roomsOf(made: Installation): Promise<(string | undefined)[]> {
  const sealer = sealerFromSecret(sealOf(made));
  const store = await openStore({ path: join(made.folder, 'relais.sqlite'), sealer, clocks: wallClocks() });
  try {
    const open = new Map((await store.rooms.list()).map((room) => [room.ref, room.matrixId ?? undefined]));
    return Array.from({ length: made.patients }, (_, n) =>
      open.get(roomRef.patient(sealer.blind(`patient|${FACILITY}|${ippOf(n)}`))),
    );
  } finally {
    await store.close();
  }
}

/** Resolves when nothing is undecided and nothing waits to be sent. */
export async function quiet(serving: Serving, onProgress: (pending: number) => void = () => undefined): Promise<void> {
  for (;;) {
    const m = await serving.metrics();
    const pending = (m.get('relais_inbox{state="undecided"}') ?? 0) + (m.get('relais_outbox_pending') ?? 0);
    if (pending === 0) return;
    onProgress(pending);
    await pause(200);
  }
}
