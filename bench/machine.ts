/** On what it was measured: a figure without its machine says nothing. No host name, no path. */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { SYNAPSE_VERSION } from '../demo/synapse.ts';

export type Machine = {
  cores: number;
  cpu: string;
  memoryGiB: number;
  kernel: string;
  node: string;
  synapse: string;
};

export function describeMachine(): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    node: process.version,
    synapse: `${SYNAPSE_VERSION}, SQLite, one process`,
  };
}

/** Runnable processes, averaged over a minute: before the bench starts it says what else the machine was doing. */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

/** What was measured; `+` when the tree holds changes that are not committed. */
export function commitOf(): string {
  const git = (...args: string[]): string => {
    const { status, stdout } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });
    return status === 0 ? stdout.trim() : 'unknown';
  };
  const own = git('status', '--porcelain', '--', '..', ':!../docs/measured.*');
  return git('rev-parse', '--short', 'HEAD') + (own === '' ? '' : '+');
}
