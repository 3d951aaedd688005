import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSynapse } from '../../demo/synapse.ts';
import { fakePython } from '../support/fake-python.ts';
import type { FakePython } from '../support/fake-python.ts';

let folder: string;
const before = { PATH: process.env['PATH'], RELAIS_PYTHON: process.env['RELAIS_PYTHON'] };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'relais-python-'));
  process.env['PATH'] = folder; // no other Python
});
afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  rmSync(folder, { recursive: true });
});

const python = (how?: FakePython): void => void (process.env['RELAIS_PYTHON'] = fakePython(folder, how));
const builds = (): number => readFileSync(join(folder, 'builds'), 'utf8').trim().split('\n').length;
const environment = (): string => join(folder, 'deep', 'synapse');

describe('the environment of the local homeserver', () => {
  it('is made once, and says what it does', async () => {
    python();
    const said: string[] = [];
    const path = await ensureSynapse(environment(), (line) => said.push(line));
    expect(path).toBe(join(environment(), 'bin', 'python'));
    expect(said.join('\n')).toMatch(/making a Python environment[^]*installing matrix-synapse[^]*Collecting/);
    await ensureSynapse(environment(), (line) => said.push(`again ${line}`));
    expect([builds(), said.some((line) => line.startsWith('again'))]).toEqual([1, false]);
  });

  it('is made once by two at the same time', async () => {
    python();
    await Promise.all([ensureSynapse(environment()), ensureSynapse(environment()), ensureSynapse(environment())]);
    expect(builds()).toBe(1);
  });

  it('is made again when its maker was killed, and the lock of a dead process is taken over', async () => {
    python();
    mkdirSync(`${environment()}.lock`, { recursive: true });
    writeFileSync(join(`${environment()}.lock`, 'pid'), '999999999');
    mkdirSync(join(environment(), 'half'), { recursive: true });
    await ensureSynapse(environment());
    expect(builds()).toBe(1);
  });

  it.each<[string, FakePython | undefined, RegExp]>([
    ['no Python', undefined, /Python 3\.10 or later, none was found.*--homeserver URL/],
    ['an old Python', { version: '3.8' }, /is 3\.8.*install python3/],
    ['no venv module', { venv: 'fails' }, /install python3-venv.*--homeserver URL/],
    ['no PyPI', { pip: 'fails' }, /check the access to PyPI[^]*no matching distribution/],
  ])('%s: says what to do', async (_case, how, words) => {
    if (how !== undefined) python(how);
    else Reflect.deleteProperty(process.env, 'RELAIS_PYTHON');
    await expect(ensureSynapse(environment())).rejects.toThrow(words);
  });
});
