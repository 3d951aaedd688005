/** The local homeserver never outlives whoever started it, even killed where no handler runs. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { eventually } from '../support/homeserver.ts';

it('ends with its parent, kill -9 included', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'relais-orphan-'));
  const module = join(import.meta.dirname, '../../demo/homeserver.ts');
  const script = `
    const { startHomeserver } = await import(${JSON.stringify(module)});
    console.log((await startHomeserver({ directory: ${JSON.stringify(directory)} })).url);
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve) => createInterface({ input: parent.stdout }).once('line', resolve));
  const answers = (): Promise<boolean> =>
    fetch(`${url}/health`).then(
      () => true,
      () => false,
    );
  expect(await answers()).toBe(true);
  parent.kill('SIGKILL');
  await eventually(async () => ((await answers()) ? undefined : true));
  rmSync(directory, { recursive: true, force: true });
});
