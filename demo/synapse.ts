/**
 * Synapse from PyPI in a Python virtual environment of its own: a real homeserver without Docker and without root.
 * Made once (about a minute), then used again by the demo and by every test.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

export const SYNAPSE_VERSION = '1.163.2';

const run = promisify(execFile);
const ANOTHER_WAY = 'or use a homeserver that already runs: --homeserver URL';
const MARKER = 'relais-complete';

/** Says what is being done, one short English line at a time. */
export type Progress = (line: string) => void;

/**
 * Makes the virtual environment unless it is already there. Two processes at once are safe: the second waits.
 * @param folder where it goes, e.g. `.relais/synapse-1.163.2`
 * @returns the path of its `python`
 * @throws Error that says what to install when Python (3.10 or later), its venv module or pip fails
 */
export async function ensureSynapse(folder: string, onProgress: Progress = () => undefined): Promise<string> {
  const python = join(folder, 'bin', 'python');
  if (await isComplete(folder)) return python;
  await mkdir(dirname(folder), { recursive: true });
  const release = await lock(`${folder}.lock`, onProgress);
  try {
    if (await isComplete(folder)) return python;
    await build(folder, python, onProgress);
    return python;
  } finally {
    await release();
  }
}

async function build(folder: string, python: string, onProgress: Progress): Promise<void> {
  const system = await findPython();
  await rm(folder, { recursive: true, force: true }); // without the marker it is the half-made work of a killed process
  onProgress(`making a Python environment in ${folder}`);
  try {
    await run(system, ['-m', 'venv', folder]);
  } catch (cause) {
    throw new Error(
      `${system} cannot make a virtual environment: install python3-venv (Debian, Ubuntu: apt install python3-venv), ${ANOTHER_WAY}`,
      { cause },
    );
  }
  onProgress(`installing matrix-synapse ${SYNAPSE_VERSION} from PyPI (about a minute)`);
  await pip(python, onProgress);
  const marker = join(folder, MARKER);
  await writeFile(`${marker}.part`, `${SYNAPSE_VERSION}\n`);
  await rename(`${marker}.part`, marker);
}

/** A wheel or nothing for Synapse itself: building it from source needs a Rust compiler and fails much later. */
async function pip(python: string, onProgress: Progress): Promise<void> {
  const args = [
    '-m',
    'pip',
    'install',
    '--disable-pip-version-check',
    '--no-input',
    '--prefer-binary',
    '--only-binary=matrix-synapse',
  ];
  const child = spawn(python, [...args, `matrix-synapse==${SYNAPSE_VERSION}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  const complaints: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const step = /^(Collecting|Installing collected) \S+/.exec(line);
    if (step) onProgress(step[0]);
  });
  if ((await ended) === 0) return;
  const said = complaints.slice(-5).join('\n');
  throw new Error(
    `pip could not install matrix-synapse ${SYNAPSE_VERSION}: check the access to PyPI (PIP_INDEX_URL, HTTPS_PROXY), ${ANOTHER_WAY}\n${said}`,
  );
}

async function findPython(): Promise<string> {
  const names = [
    process.env['RELAIS_PYTHON'],
    'python3',
    'python3.14',
    'python3.13',
    'python3.12',
    'python3.11',
    'python3.10',
  ];
  const seen: string[] = [];
  for (const name of names) {
    if (name === undefined || name === '') continue;
    try {
      const { stdout } = await run(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
      const [major = 0, minor = 0] = stdout.trim().split('.').map(Number);
      if (major > 3 || (major === 3 && minor >= 10)) return name;
      seen.push(`${name} is ${stdout.trim()}`);
    } catch {
      continue; // not on this machine
    }
  }
  const found = seen.length === 0 ? 'none was found' : seen.join(', ');
  throw new Error(
    `Synapse needs Python 3.10 or later, ${found}: install python3 and python3-venv, or name one in RELAIS_PYTHON, ${ANOTHER_WAY}`,
  );
}

async function isComplete(folder: string): Promise<boolean> {
  return (await readFile(join(folder, MARKER), 'utf8').catch(() => '')).trim() === SYNAPSE_VERSION;
}

/** A lock between processes: a directory (mkdir is atomic) that names its owner, so that a dead owner's is taken over. */
async function lock(path: string, onProgress: Progress): Promise<() => Promise<void>> {
  for (let waited = 0; ; waited++) {
    try {
      await mkdir(path);
      await writeFile(join(path, 'pid'), String(process.pid));
      return () => rm(path, { recursive: true, force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(path)) {
      const grave = `${path}.${process.pid}`; // a rename has one winner; two rm -r could delete a third one's new lock
      await rename(path, grave).catch(() => undefined);
      await rm(grave, { recursive: true, force: true });
      continue;
    }
    if (waited === 0) onProgress('another process is making the environment: waiting for it');
    await pause(250);
  }
}

async function isStale(path: string): Promise<boolean> {
  const pid = Number(await readFile(join(path, 'pid'), 'utf8').catch(() => ''));
  if (pid === 0) {
    const made = await stat(path).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > 5_000; // killed between mkdir and the name
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
