/** The local homeserver never outlives whoever started it, even killed where no handler runs. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { eventually } from '../support/homeserver.ts';

it('ends with its parent, kill -9 included, and leaves no folder', async () => {
  const module = join(import.meta.dirname, '../../demo/homeserver.ts');
  const script = `
    const { startHomeserver } = await import(${JSON.stringify(module)});
    const { url, directory } = await startHomeserver();
    console.log(JSON.stringify({ url, directory }));
    setInterval(() => undefined, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => createInterface({ input: parent.stdout }).once('line', resolve));
  const { url, directory } = JSON.parse(line) as { url: string; directory: string };
  const answers = (): Promise<boolean> =>
    fetch(`${url}/health`).then(
      () => true,
      () => false,
    );
  expect(await answers()).toBe(true);
  parent.kill('SIGKILL');
  await eventually(async () => ((await answers()) ? undefined : true));
  await eventually(() => (existsSync(directory) ? undefined : true));
});
