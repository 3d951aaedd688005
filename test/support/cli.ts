/** `relais …` as an operator runs it: in a process of its own, with these variables and nothing typed but `input`. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const CLI = resolve(import.meta.dirname, '..', '..', 'cli', 'relais.ts');

export async function runCli(
  args: string[],
  env: Record<string, string>,
  input = '',
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], {
    env: { PATH: process.env['PATH'], ...env },
  });
  child.stdin.on('error', () => undefined); // a command that does not read ends before
  child.stdin.end(input);
  const code = new Promise<number | null>((ended) => child.once('close', ended));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}
