/** `relais recover`: a new device from the recovery key, which comes from the environment or from the keyboard. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { recover } from '../bot/matrix/recover.ts';
import { configured, type Environment } from './configured.ts';
import { readLogin, type LoginOptions } from './provision.ts';

/** Never by argument: other users of the machine can read the arguments of a process. @returns the exit code */
export async function recoverAccount(
  options: LoginOptions & { recoveryKeyEnv: string; endOtherDevices?: boolean },
  env: Environment,
): Promise<number> {
  const loaded = configured(options.config, env);
  const login = loaded && readLogin(options, env);
  if (!loaded || !login) return 2;
  if (options.endOtherDevices === true && login.password === undefined) {
    console.error('--end-other-devices needs the password of the account: a token is not enough.');
    return 2;
  }
  const recoveryKey = env[options.recoveryKeyEnv] ?? (await typed());
  if (recoveryKey === '') {
    console.error(`The recovery key is read from ${options.recoveryKeyEnv}, or typed.`);
    return 2;
  }
  const { homeserver, directory } = loaded.config.account;
  try {
    const made = await recover({
      ...login,
      homeserver,
      directory,
      recoveryKey,
      secret: loaded.secrets.seal,
      endOtherDevices: options.endOtherDevices === true,
      onProgress: (line) => console.error(`· ${line}`),
    });
    console.log(`${made.userId}, device ${made.deviceId}, is ready: start relais serve again.`);
    if (made.aside)
      console.log(`The old directory is kept in ${made.aside}: never use it again; erase it when Relais runs.`);
    if (made.otherDevices.length > 0)
      console.log(
        `Other devices of this account remain: ${made.otherDevices.join(', ')}. Whoever holds their disk can read on: end them (--end-other-devices, or a Matrix client).`,
      );
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** One line of stdin; on a terminal, without echo. */
async function typed(): Promise<string> {
  const terminal = process.stdin.isTTY;
  if (terminal) process.stderr.write('Recovery key: ');
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: mute, terminal });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const line = await Promise.race([lines.question(''), ended]);
  lines.close();
  if (terminal) process.stderr.write('\n');
  return line.trim();
}
