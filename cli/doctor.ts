/** `relais doctor`: is all well, and if not, what cures it. Writes nothing but a date in the store; beside a running server. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { examineAccount } from '../bot/matrix/examine.ts';
import type { Finding } from '../bot/matrix/examine.ts';
import { examineMllp } from './doctor-mllp.ts';
import { wallClocks } from '../bridge/wall-clock.ts';
import type { Damaged } from '../care/relay/damaged.ts';
import type { LoadedConfig } from '../config/load.ts';
import { openStore } from '../store/open.ts';
import { sealerFromSecret } from '../store/seal.ts';
import { configured, type Environment, placeOf } from './configured.ts';

const MIB = 1024 ** 2;
const DISK = { warning: 1024 * MIB, problem: 128 * MIB };
const WORDS = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM' } as const;

/** @returns the exit code: 0 all is well, 1 warnings only, 2 problems, a broken configuration among them */
export async function doctor(path: string, env: Environment, print: (line: string) => void): Promise<number> {
  const loaded = configured(path, env);
  if (!loaded) return 2;
  const { config, secrets } = loaded;
  const clocks = wallClocks();
  const found = [
    ...examineConfig(loaded),
    ...examineMllp(config.sources, clocks.machine()),
    ...(await examineStore(loaded)),
    ...examineDisk(
      ['path' in config.store ? dirname(config.store.path) : '', config.account.directory].filter(Boolean),
    ),
    ...(await examineAccount({
      directory: config.account.directory,
      homeserver: config.account.homeserver,
      secret: secrets.seal,
      now: () => clocks.machine(),
    })),
  ];
  const width = Math.max(...found.map((f) => f.about.length));
  for (const { level, about, says, cure } of found) {
    print(`${WORDS[level]}  ${about.padEnd(width)}  ${says}`);
    if (cure !== undefined) print(`${' '.repeat(width + 11)}→ ${cure}`);
  }
  const count = (level: Finding['level']): number => found.filter((f) => f.level === level).length;
  print(`\n${count('problem')} problems, ${count('warning')} warnings.`);
  return count('problem') > 0 ? 2 : count('warning') > 0 ? 1 : 0;
}

/** What a sound configuration may still do that nobody wants. */
export function examineConfig({ config, warnings }: Pick<LoadedConfig, 'config' | 'warnings'>): Finding[] {
  const found: Finding[] = warnings.map((w) => ({
    level: 'warning',
    about: 'configuration',
    says: `${w.key}: ${w.problem}`,
    cure: w.cure,
  }));
  for (const { id, policy } of config.environment === 'production' ? config.sources : []) {
    const warn = (says: string, cure: string): void =>
      void found.push({ level: 'warning', about: 'configuration', says: `source ${id} ${says}`, cure });
    if (policy.units === undefined)
      warn('has no unit table: every unit is announced, the protected ones too', 'list its units, with their policies');
    else if (policy.unknownUnit === 'event')
      warn('announces units that are not in its table', 'unknown_unit: hold, and see relais quarantine');
    if (policy.identityDesk === undefined)
      warn(
        'has no identity desk: merged and moved patients wait in quarantine',
        'identity_desk: a group of people.yaml',
      );
    if (policy.shadow === true) warn('is in shadow: nothing of it is said', 'relais shadow report, then mode: live');
    if (policy.acceptTraining) warn('has its training messages said as real ones', 'remove accept_training');
    if (policy.acceptFictional) warn('has fictional identities said as real ones', 'remove accept_fictional');
  }
  return found.length > 0
    ? found
    : [{ level: 'ok', about: 'configuration', says: `sound, ${config.environment}, ${config.sources.length} sources` }];
}

async function examineStore(loaded: LoadedConfig): Promise<Finding[]> {
  const { config, secrets } = loaded;
  if ('path' in config.store && !existsSync(config.store.path)) {
    const says = `${config.store.path} is not there yet`;
    return [{ level: 'warning', about: 'store', says, cure: 'relais serve makes it' }];
  }
  try {
    const store = await openStore({ ...placeOf(loaded), sealer: sealerFromSecret(secrets.seal), clocks: wallClocks() });
    try {
      await store.ping();
      return [
        { level: 'ok', about: 'store', says: 'opens and can be written' },
        ...examineRows(await store.damaged.list()),
      ];
    } finally {
      await store.close();
    }
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return [
      {
        level: 'problem',
        about: 'store',
        says,
        cure: 'see to the rights, the disk and the seal key; nothing is acknowledged meanwhile',
      },
    ];
  }
}

/** Rows that were met and do not open; what nobody has read since is not known here. */
export function examineRows(damaged: readonly Damaged[]): Finding[] {
  if (damaged.length === 0) return [];
  const rows = damaged.map(({ what, row }) => `${what}:${row}`);
  return [
    {
      level: 'problem',
      about: 'rows',
      says: `${rows.length} sealed rows do not open: ${rows.slice(0, 5).join(', ')}${rows.length > 5 ? ', …' : ''}`,
      cure: 'see to the disk (dmesg, smartctl); put them back from a backup, or relais quarantine list, then drop',
    },
  ];
}

function examineDisk(folders: string[]): Finding[] {
  return [...new Set(folders.map(nearest))].map((folder): Finding => {
    const about = 'disk';
    try {
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch {
      return {
        level: 'problem',
        about,
        says: `${folder} cannot be written by this user`,
        cure: 'run as the user of the service, or see to its rights',
      };
    }
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const says = `${Math.floor(free / MIB)} MiB free in ${folder}`;
    if (free >= DISK.warning) return { level: 'ok', about, says };
    return {
      level: free < DISK.problem ? 'problem' : 'warning',
      about,
      says,
      cure: 'make room: on a full disk nothing is acknowledged',
    };
  });
}

/** The folder itself, or where it will be made. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}
